import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { childEnvironment, run } from '../../../src/core/run.ts';
import type { InstalledClient } from '../support/install.ts';

/** The package as npm packs it, unpacked below `folder`. Without its scripts, which would build again under other tests. */
export async function unpackTarball(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const options = { cwd: resolve('.'), env: childEnvironment(process.env), timeoutMs: 120_000 };
  const packed = await run(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    options,
  );
  if (packed.code !== 0) throw new Error(`npm pack: ${packed.stderr}`);
  const [{ filename }] = JSON.parse(packed.stdout);
  const unpacked = await run('tar', ['-xzf', join(folder, filename), '-C', folder], options);
  if (unpacked.code !== 0) throw new Error(`tar: ${unpacked.stderr}`);
  return join(folder, 'package');
}

/** A folder of plugins that holds the package as one of its own. */
export async function makeMarketplace(folder: string, packed: string): Promise<string> {
  await cp(packed, join(folder, 'plugins', 'pitcrew'), { recursive: true });
  const { name, description } = JSON.parse(
    await readFile(join(packed, '.claude-plugin/plugin.json'), 'utf8'),
  );
  await mkdir(join(folder, '.claude-plugin'));
  await writeFile(
    join(folder, '.claude-plugin/marketplace.json'),
    JSON.stringify({
      name: 'our-tools',
      description: 'What the team uses.',
      owner: { name: 'The team' },
      plugins: [{ name, description, source: './plugins/pitcrew' }],
    }),
  );
  return folder;
}

/** The checkout as a clone has it after `npm install`: what git knows or would take, and `dist`. */
export async function copyClone(folder: string): Promise<string> {
  const options = { cwd: resolve('.'), env: childEnvironment(process.env), timeoutMs: 60_000 };
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], options);
  const files = listed.stdout.split('\0').filter((file) => file !== '');
  for (const file of [...files, 'dist'])
    await cp(resolve(file), join(folder, file), { recursive: true }).catch(() => {});
  return folder;
}

/** A subcommand of the client in a home of its own, without any network. */
export async function plugin(client: InstalledClient, home: string, args: readonly string[]) {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
  };
  return run(client.program, ['plugin', ...args], { cwd: home, env, timeoutMs: 60_000 });
}
