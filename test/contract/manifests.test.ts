import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

test('one version everywhere', () => {
  const { version } = json('package.json');
  expect(json('.claude-plugin/plugin.json').version).toBe(version);
  expect(json('package-lock.json').version).toBe(version);
});

test('the plugin starts the bundled server, which exists', () => {
  const plugin = json('.claude-plugin/plugin.json');
  expect(plugin.name).toBe('pitcrew');
  const { command, args } = plugin.mcpServers.pitcrew;
  expect(command).toBe('node');
  const entry = args[0].replace(/^[^/]*\//, '');
  expect(existsSync(entry)).toBe(true);
  expect(json('package.json').bin.pitcrew).toBe(entry);
});

test('nothing has to be installed at run time', () => {
  expect(json('package.json').dependencies).toBeUndefined();
});

test('what is generated is up to date', () => {
  expect(() =>
    execFileSync(process.execPath, ['scripts/generate.ts', '--check'], { stdio: 'pipe' }),
  ).not.toThrow();
});

test('the lock file names no registry', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved": "https?:/);
});

test('nothing imported from npm is missing from the manifest', () => {
  const listed = new Set(Object.keys(json('package.json').devDependencies));
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter(Boolean);
  const missing = new Set<string>();
  for (const file of files) {
    if (!existsSync(file)) continue;
    for (const match of readFileSync(file, 'utf8').matchAll(
      /^\s*(?:import|export)\s[^;]*?from '([^'.][^']*)'/gm,
    )) {
      const specifier = match[1] ?? '';
      if (specifier.startsWith('node:')) continue;
      const name = specifier.startsWith('@')
        ? specifier.split('/').slice(0, 2).join('/')
        : (specifier.split('/')[0] ?? '');
      if (!listed.has(name)) missing.add(name);
    }
  }
  expect([...missing]).toEqual([]);
});
