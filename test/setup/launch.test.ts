import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { isAtLeast, launchOf, withoutNpm } from '../../src/setup/clients/launch.ts';

const HERE = { packageRoot: '/opt/pitcrew', version: '1.2.3', node: 'node' };

test('an installation is named by its path', () => {
  expect(launchOf(HERE)).toEqual({
    command: 'node',
    args: ['/opt/pitcrew/dist/pitcrew.mjs', 'mcp'],
    isMachineBound: true,
  });
});

test("npx's cache is emptied now and then: what was started from there is started through npx", () => {
  expect(launchOf({ ...HERE, packageRoot: '/home/x/.npm/_npx/ab12/node_modules/pitcrew' })).toEqual({
    command: 'npx',
    args: ['-y', 'pitcrew@1.2.3', 'mcp'],
    isMachineBound: false,
  });
});

test('a file that colleagues share names the copy in the project, where there is one', async () => {
  const root = await mkdtemp(join(tmpdir(), 'pitcrew-launch-'));
  try {
    expect(launchOf({ ...HERE, sharedIn: root }).isMachineBound).toBe(true);
    const installed = join(root, 'node_modules/pitcrew/dist/pitcrew.mjs');
    await mkdir(dirname(installed), { recursive: true });
    await writeFile(installed, '');
    expect(launchOf({ ...HERE, sharedIn: root })).toEqual({
      command: 'node',
      args: ['node_modules/pitcrew/dist/pitcrew.mjs', 'mcp'],
      isMachineBound: false,
    });
  } finally {
    await rm(root, { recursive: true });
  }
});

test.each([
  ['22.19.0', true],
  ['24.0.0', true],
  ['22.18.9', false],
  ['20.20.2', false],
])('Node %s is new enough: %s', (version, isFit) => {
  expect(isAtLeast(version, [22, 19])).toBe(isFit);
});

test("npm's own folders in PATH are not what a client finds", () => {
  expect(withoutNpm('/x/node_modules/.bin:/usr/bin:/y/node_modules/.bin/')).toBe('/usr/bin');
});
