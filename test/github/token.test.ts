import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../src/core/run.ts';
import { findGitHubToken } from '../../src/github/token.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitcrew-gh-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A `gh` that writes down how it was called and does what `script` says. */
async function installGh(script: string): Promise<void> {
  const file = join(folder, 'gh');
  await writeFile(file, `#!/bin/sh\necho "$@" >> "${folder}/calls"\n${script}\n`);
  await chmod(file, 0o755);
}
const runGh = (args: string[], timeoutMs: number) =>
  run('gh', args, {
    cwd: folder,
    env: { PATH: [folder, dirname('/bin/sh'), '/usr/bin'].join(delimiter) },
    timeoutMs: timeoutMs / 10,
  });
const calls = () => readFile(join(folder, 'calls'), 'utf8').catch(() => '');

test('a token in the environment is taken without asking gh', async () => {
  await installGh('echo gho_other');
  expect(await findGitHubToken({ env: { GITHUB_TOKEN: ' a1 ', GH_TOKEN: 'b2' }, runGh })).toEqual({
    value: 'a1',
    source: 'GITHUB_TOKEN',
  });
  expect(await findGitHubToken({ env: { GITHUB_TOKEN: '', GH_TOKEN: 'b2' }, runGh })).toEqual({
    value: 'b2',
    source: 'GH_TOKEN',
  });
  expect(await calls()).toBe('');
});

test.each([
  [{}, undefined, 'github.com'],
  [{ GITHUB_API_URL: 'https://api.github.com' }, undefined, 'github.com'],
  [{ GITHUB_API_URL: 'https://git.example.com/api/v3' }, undefined, 'git.example.com'],
  [{ GITHUB_API_URL: 'http://127.0.0.1:4999' }, undefined, '127.0.0.1:4999'],
  [{}, 'https://api.acme.ghe.com', 'acme.ghe.com'],
])('gh is asked once, for the host of the API: %o %s', async (env, baseUrl, host) => {
  await installGh('echo gho_from_gh');
  expect(await findGitHubToken({ env, runGh, ...(baseUrl ? { baseUrl } : {}) })).toEqual({
    value: 'gho_from_gh',
    source: 'gh auth token',
  });
  expect(await calls()).toBe(`auth token --hostname ${host}\n`);
});

test.each([
  ['is not logged in', 'echo "no oauth token found" >&2; exit 1'],
  ['answers something else', 'echo please log in first'],
  ['hangs', 'exec sleep 30'],
])('there is no token when gh %s', async (_name, script) => {
  await installGh(script);
  expect(await findGitHubToken({ env: {}, runGh })).toBeUndefined();
});

test('there is no token without gh, or for an address that is none', async () => {
  const noGh = (args: string[], timeoutMs: number) =>
    run('gh', args, { cwd: folder, env: { PATH: folder }, timeoutMs });
  expect(await findGitHubToken({ env: {}, runGh: noGh })).toBeUndefined();
  await installGh('echo gho_from_gh');
  expect(await findGitHubToken({ env: { GITHUB_API_URL: 'github' }, runGh })).toBeUndefined();
});
