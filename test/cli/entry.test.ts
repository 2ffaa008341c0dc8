import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { envelope } from '../../src/core/json.ts';
import { packageVersion } from '../../src/core/package-root.ts';
import { run } from '../../src/core/run.ts';
import { PROGRAM } from '../support/stage.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitcrew-entry-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (node: string, program: string, ...args: string[]) =>
  run(node, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder },
    timeoutMs: 30_000,
  });

describe('the built program', () => {
  test.each([['--version'], ['version']])('%s is the version and nothing else', async (...args) => {
    expect(await start(process.execPath, PROGRAM, ...args)).toMatchObject({
      code: 0,
      stdout: `${packageVersion()}\n`,
      stderr: '',
    });
  });

  test.each([
    [[]],
    [['--help']],
    [['-h']],
    [['help']],
    [['help', 'sandbox']],
    [['mcp', '--help']],
    [['sandbox', '-h']],
  ])('%j is help, wherever it is asked for', async (args) => {
    const result = await start(process.execPath, PROGRAM, ...args);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^pitcrew /);
  });

  test('runs outside of its clone, with no node_modules', async () => {
    await installInto(join(folder, 'installed'));
    const result = await start(process.execPath, join(folder, 'installed/dist/pitcrew.mjs'), '--help');
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });
});

/** A Node of this machine that is older than what the program needs; most machines have none. */
async function oldNode(): Promise<string | undefined> {
  for (const place of [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin']) {
    const node = join(place, 'node');
    if (place.includes('node_modules') || !existsSync(node)) continue;
    const { stdout } = await run(node, ['-p', 'process.versions.node'], {
      cwd: '/',
      env: {},
      timeoutMs: 10_000,
    });
    const [major = 99, minor = 0] = stdout.split('.').map(Number);
    if (major < 22 || (major === 22 && minor < 19)) return node;
  }
  return undefined;
}
const old = await oldNode();

describe.skipIf(old === undefined)('on a Node that is too old', () => {
  const node = old ?? '';

  test('in a clone, the Node of the toolchain takes over', async () => {
    expect(await start(node, PROGRAM, '--version')).toMatchObject({
      code: 0,
      stdout: `${packageVersion()}\n`,
      stderr: '',
    });
    const wrong = await start(node, PROGRAM, 'frobnicate');
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('no command "frobnicate"');
  });

  test('anywhere else, one line says what is needed', async () => {
    const place = join(folder, 'old');
    await installInto(place);
    const result = await start(node, join(place, 'dist/pitcrew.mjs'), 'mcp');
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/^pitcrew needs Node 22\.19 or newer; this is \d+\.\d+\.\d+\. .+\n$/);
    const json = await start(node, join(place, 'dist/pitcrew.mjs'), 'doctor', '--json');
    expect(json).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(json.stdout)).toEqual(
      envelope({
        error: {
          kind: 'input',
          message: expect.stringMatching(/^pitcrew needs Node 22\.19 or newer; this is \d+\.\d+\.\d+\.$/),
          hint: 'Install a newer Node and run it again.',
        },
      }),
    );
  });
});

/** What npm would unpack: the bundle and the manifest. */
async function installInto(place: string): Promise<void> {
  await mkdir(place, { recursive: true });
  await cp(join(PROGRAM, '..'), join(place, 'dist'), { recursive: true });
  await writeFile(
    join(place, 'package.json'),
    JSON.stringify({ name: 'pitcrew', version: packageVersion(), type: 'module' }),
  );
}
