import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { childEnvironment, run } from '../src/core/run.ts';
import { firstLine } from './bench.ts';
import { bytesBelow } from './official.ts';
import { openServer } from './server.ts';

export interface Tarball {
  /** Bytes of the tarball, and of what it unpacks to. */
  packed: number;
  installed: number;
  files: number;
  /** Packages that it brings along beside itself. */
  dependencies: number;
  steps: number;
  /** What did not work, with the first line of why. */
  failed: string[];
}

/**
 * Packs the project and uses it as somebody would who has nothing but Node: an empty folder, an empty HOME, an empty npm cache and
 * no network.
 */
export async function tryTarball(folder: string): Promise<Tarball> {
  const packed = await pack(folder);
  const place = join(folder, 'place');
  const home = join(folder, 'home');
  await mkdir(place);
  await mkdir(home);
  const env = emptyEnvironment(home);
  const failed: string[] = [];
  const step = async (name: string, command: string, args: string[], expected: RegExp) => {
    const done = await run(command, args, { cwd: place, env, timeoutMs: 120_000 });
    const well = done.code === 0 && expected.test(done.stdout);
    if (!well) failed.push(`${name}: exit ${done.code}, ${firstLine(done.stderr || done.stdout)}`);
  };
  await step(
    'install',
    'npm',
    ['install', '--offline', '--prefix', place, '--no-audit', '--no-fund', join(folder, packed.filename)],
    /added 1 package/,
  );
  await step('--help', join(place, 'node_modules/.bin/pitcrew'), ['--help'], /pitcrew/);
  await serves(place, env).catch((error: unknown) => failed.push(`mcp: ${firstLine(String(error))}`));
  const modules = join(place, 'node_modules');
  return {
    packed: packed.size,
    files: packed.files,
    installed: await bytesBelow(modules),
    dependencies: (await installedPackages(modules)) - 1,
    steps: 3,
    failed,
  };
}

async function serves(place: string, env: Record<string, string>): Promise<void> {
  const server = await openServer({
    args: [join(place, 'node_modules/pitcrew/dist/pitcrew.mjs'), 'mcp'],
    cwd: place,
    env,
  });
  const { count } = await server.tools().finally(() => server.close());
  if (count === 0) throw new Error('No tool is listed.');
}

/** From a copy that is built afresh: the checkout's `dist/` may be older than its sources. */
async function pack(folder: string): Promise<{ filename: string; size: number; files: number }> {
  const copy = join(folder, 'copy');
  await cp(resolve('.'), copy, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) });
  await symlink(resolve('node_modules'), join(copy, 'node_modules'));
  await must(process.execPath, ['scripts/build.ts'], copy);
  const packed = await must(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    copy,
  );
  const answer: unknown = JSON.parse(packed);
  const first = Object(Array.isArray(answer) ? answer[0] : Object.values(Object(answer))[0]);
  return {
    filename: String(first.filename),
    size: Number(first.size),
    files: Number(first.entryCount),
  };
}

const NOT_COPIED = new Set(['.git', '.pitcrew', 'corpus', 'dist', 'node_modules', 'test']);

async function must(command: string, args: string[], cwd: string): Promise<string> {
  const done = await run(command, args, { cwd, env: childEnvironment(process.env), timeoutMs: 120_000 });
  if (done.code !== 0) throw new Error(`${command} ${args[0]}: ${firstLine(done.stderr)}`);
  return done.stdout;
}

async function installedPackages(modules: string): Promise<number> {
  const lock: unknown = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8'));
  return Object.keys(Object(Object(lock).packages)).length;
}

/** No settings, no cache, no proxy: only this Node and where npm is. */
const emptyEnvironment = (home: string): Record<string, string> => ({
  HOME: home,
  PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
  npm_config_cache: join(home, 'npm-cache'),
  npm_config_update_notifier: 'false',
});
