import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childEnvironment, run } from '../../src/core/run.ts';
import { PROGRAM } from '../support/stage.ts';

// The server is one file: what it needs seldom must still not be started with it.
const WATCHED = ['dns', 'node:http', 'node:sqlite', 'node:child_process'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitcrew-late-'));
  await writeFile(
    join(folder, 'watch.mjs'),
    `import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({ resolve(name, context, next) { seen.add(name); return next(name, context); } });
const get = process.getBuiltinModule;
process.getBuiltinModule = (name) => { seen.add(name); return get(name); };
process.on('exit', () => process.stderr.write('started: ' + JSON.stringify([...seen]) + '\\n'));
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The parts of Node that a start of the program asked for, of those above. */
async function startedBy(args: string[], { input, url }: { input?: string; url?: string } = {}) {
  const watch = pathToFileURL(join(folder, 'watch.mjs')).href;
  const done = await run(process.execPath, ['--import', watch, PROGRAM, ...args], {
    cwd: folder,
    env: { ...childEnvironment(process.env), HOME: folder, ...(url && { PITCREW_LEDGER_URL: url }) },
    timeoutMs: 60_000,
    ...(input !== undefined && { input }),
  });
  const line = done.stderr.split('\n').find((text) => text.startsWith('started: '));
  const started: string[] = JSON.parse(line?.slice('started: '.length) ?? '[]');
  expect(started).not.toEqual([]);
  return WATCHED.filter((name) => started.includes(name));
}

const git = (...args: string[]) =>
  run('git', args, { cwd: folder, env: childEnvironment(process.env), timeoutMs: 60_000 });

const request = (id: number, method: string, params: object) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
const CLIENT = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } };

test('the server is one file, and so are the commands, without the languages of zod', async () => {
  const files = await readdir(dirname(PROGRAM));
  expect(files.filter((name) => name.endsWith('.mjs')).sort()).toEqual([
    'cli.mjs',
    'pitcrew.mjs',
    'server.mjs',
  ]);
  // `import { z }` would bring its messages in 50 languages, a fifth of the program: `import * as z` does not.
  for (const file of ['cli.mjs', 'server.mjs'])
    expect(await readFile(join(dirname(PROGRAM), file), 'utf8')).not.toMatch(/\\u05d[0-9a-f]/i);
});

describe('what starts with the program', () => {
  test('a server that is only asked who it is starts neither HTTP, nor SQLite, nor processes', async () => {
    expect(await startedBy(['mcp'], { input: request(1, 'initialize', CLIENT) })).toEqual([]);
  });

  test('only a session with a database loads its client', async () => {
    await git('init', '--quiet', folder);
    await git('remote', 'add', 'origin', 'https://git.example.invalid/acme/web.git');
    // `dns` is asked for by the database's client alone.
    expect(await startedBy(['ledger', 'status'])).not.toContain('dns');
    const url = 'postgres://nobody@127.0.0.1:9/none';
    expect(await startedBy(['ledger', 'status'], { url })).toContain('dns');
  });
});
