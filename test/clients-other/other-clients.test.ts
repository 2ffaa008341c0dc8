import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { childEnvironment, run } from '../../src/core/run.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitcrew-other-clients-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const clients = (...args: string[]) =>
  run(process.execPath, ['scripts/other-clients.ts', '--cache', join(folder, 'cache'), ...args], {
    cwd: process.cwd(),
    env: {
      ...childEnvironment(process.env),
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(folder, 'npm'),
    },
    timeoutMs: 60_000,
  });

test('a client that cannot be installed is a row that says why, and nothing is left of the attempt', async () => {
  const done = await clients('--client', 'gemini', '--json');
  expect(done.code, done.stderr).toBe(0);
  const { schema_version, data } = JSON.parse(done.stdout);
  expect(schema_version).toBe(1);
  expect(data.clients).toMatchObject([{ id: 'gemini', version: null, ok: null }]);
  expect(data.clients[0].why).toMatch(/^npm install failed: /);
  expect(await readdir(join(folder, 'cache'))).toEqual([]);
});

test('an unknown client is named with the known ones', async () => {
  const done = await clients('--client', 'nobody');
  expect(done.code).toBe(2);
  expect(done.stderr).toContain('There is no client "nobody". Clients: codex, gemini, opencode.');
});
