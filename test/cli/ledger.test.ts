import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../core/processes.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { claim, person, works } from '../support/steps.ts';

let stage: Stage;
let client: TestClient;

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(crashIn('src/one.mjs'));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  await claim(client, ['RACE-DAY-1'], ['src/one.mjs']);
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

test('without a word it is the status; each word is the tool', async () => {
  const status = await cli(stage, ['ledger']);
  expect(status.stdout).toContain('RACE-DAY-1: first-crew');
  expect((await cli(stage, ['ledger-status'])).stdout.replace(/since \d+ s/, '')).toBe(
    status.stdout.replace(/since \d+ s/, ''),
  );
  expect((await cli(stage, ['ledger', '--json'])).data.active).toHaveLength(1);
  expect((await cli(stage, ['ledger', '--json', 'status'])).data.active).toHaveLength(1);
  const history = await cli(stage, ['ledger', 'history', '--json', '--limit', '5']);
  expect(history.data.events[0]).toMatchObject({ rev: expect.any(Number), kind: expect.any(String) });
  expect(JSON.stringify(history.data)).not.toContain('"session"');
});

test("an unknown word names those that exist; --help shows a word's flags", async () => {
  const unknown = await cli(stage, ['ledger', 'stauts']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(
    /There is no "pitcrew ledger stauts"\.\nIt is one of: watch, register, status/,
  );
  expect((await cli(stage, ['ledger', 'takeover', '--help'])).stdout).toContain(
    'pitcrew ledger-takeover ISSUE',
  );
  const help = await cli(stage, ['ledger', 'help']);
  expect(help).toMatchObject({ code: 0, stdout: (await cli(stage, ['ledger', '--help'])).stdout });
  expect((await cli(stage, ['ledger', 'watch', '--help'])).stdout).toContain(
    'watch       The same as it changes',
  );
});

test('a takeover of a session that answers is refused, whoever asks', async () => {
  const refused = await cli(stage, ['ledger', 'takeover', 'RACE-DAY-1']);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('holds RACE-DAY-1 and answers');
});

test('history of one issue, newest first; a limit holds', async () => {
  const all = (await cli(stage, ['ledger', 'history', '--issue', 'RACE-DAY-1', '--json'])).data.events;
  expect(all.length).toBeGreaterThan(1);
  const revisions = all.map(({ rev }: { rev: number }) => rev);
  expect(revisions).toEqual([...revisions].sort((a: number, b: number) => b - a));
  expect((await cli(stage, ['ledger', 'history', '--limit', '1', '--json'])).data.events).toHaveLength(1);
});

test('history of one issue needs no Sentry token, and leaves out those whose id only begins so', async () => {
  const { SENTRY_AUTH_TOKEN: _, SENTRY_ORG: __, ...env } = stage.env;
  const bare = { repository: stage.repository, env };
  const found = await cli(bare, ['ledger', 'history', 'race-day-1', '--json']);
  expect(found.data.events.length).toBeGreaterThan(1);
  expect((await cli(bare, ['ledger', 'history', '--issue', 'RACE-DAY', '--json'])).data.events).toEqual([]);
  expect((await cli(bare, ['ledger', 'history', '--issue', 'RACE-DA?'])).code).toBe(2);
});

test('trim keeps what is young, and what is live', async () => {
  expect((await cli(stage, ['ledger', 'trim', '--json'])).data).toMatchObject({ removed: 0, days: 14 });
  expect((await cli(stage, ['ledger', 'trim', '--days', '0'])).code).toBe(2);
});

test.each([
  { args: [] as string[], see: /^\d{4}-\S+Z rev \d+ amended: /m },
  { args: ['--json'], see: /^\{"schema_version":1,"data":\{.*"kind":"amended"/m },
])('watch $args tells each change as it happens, and ends cleanly', async ({ args, see }) => {
  const child = spawn(process.execPath, [PROGRAM, 'ledger', 'watch', ...args], {
    cwd: stage.repository,
    env: stage.env,
  });
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  if (args.length === 0) await until('the picture', () => shown.includes('RACE-DAY-1: first-crew'));
  // It follows from some revision on, which nothing tells with --json: changes until one is seen.
  let times = 0;
  await until('a change', async () => {
    times += 1;
    await works(client, 'ledger_update', {
      issue: 'RACE-DAY-1',
      add: [`src/more-${args.length}-${times}.mjs`],
    });
    return see.test(shown);
  });
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(shown).not.toMatch(/\u001b/);
});
