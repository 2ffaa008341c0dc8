import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { stderrLog } from '../../src/core/log.ts';
import { ownerOf } from '../ledger/plain-helpers.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { type Handwritten, writtenByHand } from '../support/handwritten.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, fails, person, works, worktreeOf } from '../support/steps.ts';

let stage: Stage;
let client: TestClient;
let other: TestClient;
let entries: Handwritten;

beforeAll(async () => {
  stage = await openStage();
  for (const name of ['one', 'two', 'three']) await stage.crash(crashIn(`src/${name}.mjs`));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  other = await connect(stage, { name: 'second-crew', answer: person().answer });
  entries = writtenByHand(stage);
});
afterAll(async () => {
  await client?.close();
  await other?.close();
  await stage?.close();
});

const status = () => works(client, 'ledger_status');

// In order: the ledger fills.
test('an empty ledger', async () => {
  const answer = await status();
  expect(answer.text).toBe('No live runs.');
  expect(answer.data).toEqual({
    rev: expect.any(Number),
    asOf: null,
    active: [],
    recent: [],
    waiting: [],
    handwritten: [],
    sameFiles: [],
    notCompared: [],
  });
});

test('who holds what, since when, on which branch; one’s own session is called so', async () => {
  await claim(client, ['RACE-DAY-1'], ['src/one.mjs', 'test/**']);
  await worktreeOf(client, 'RACE-DAY-1');
  await claim(other, ['RACE-DAY-2']);
  await works(other, 'ledger_register', {
    issues: ['RACE-DAY-2'],
    paths: [],
    intent: 'a | b\u202e\n# not a heading',
  });
  const { text } = await status();
  expect(masked(text, stage)).toMatchInlineSnapshot(`
    "2 live runs:
    - RACE-DAY-1: this session; live, since <age>; branch fix/sentry-race-day-1; paths src/one.mjs, test/**
    - RACE-DAY-2: second-crew, pid <pid> on <host>; live, since <age>; no branch yet; paths none; a \\| b # not a heading"
  `);
});

test('the data, for programs', async () => {
  const { data } = await status();
  expect(data.active).toHaveLength(2);
  const own = data.active.find((run: { own: boolean }) => run.own);
  expect(own).toEqual({
    run: expect.stringMatching(/^r\d+-/),
    own: true,
    holder: expect.stringMatching(/^first-crew, pid \d+ on /),
    incidents: ['sentry:pitstop/RACE-DAY-1'],
    paths: [
      { glob: 'src/one.mjs', mode: 'exclusive' },
      { glob: 'test/**', mode: 'exclusive' },
    ],
    resources: [],
    lanes: [],
    status: 'active',
    liveness: 'live',
    worktrees: [
      {
        incident: 'sentry:pitstop/RACE-DAY-1',
        path: `${stage.repository}/.pitcrew/worktrees/sentry-race-day-1`,
        branch: 'fix/sentry-race-day-1',
      },
    ],
    startedAt: expect.any(Number),
    closedAt: null,
    commits: [],
    note: null,
  });
});

test('what ended lately, with its note; looking changes nothing', async () => {
  await works(other, 'ledger_complete', { status: 'aborted', note: 'ran out of | time\u202e' });
  const answer = await status();
  expect(masked(answer.text.split('Lately:')[1] ?? '', stage)).toMatchInlineSnapshot(`
    "
    - RACE-DAY-2: aborted <age> ago by second-crew, pid <pid> on <host>; ran out of \\| time"
  `);
  expect(answer.data.recent[0]).toMatchObject({
    status: 'aborted',
    liveness: null,
    closedAt: expect.any(Number),
  });
  const again = await status();
  expect(again.data).toEqual(answer.data);
});

test('entries by hand, open ones only, as inert text', async () => {
  entries.add('rewriting\u202e the radio', ['src/radio/**'], 'started');
  entries.add('an old one', ['src/timing/**'], 'started', 30);
  entries.add('finished', ['src/garage/**'], 'completed');
  const { text, data } = await status();
  const lines = text.split('\n').filter((line) => line.startsWith('- by hand'));
  expect(lines.map((line) => line.replace(/\d+ (min|h) old/, '<age>'))).toMatchInlineSnapshot(`
    [
      "- by hand (active, <age>): rewriting the radio; paths src/radio/**",
      "- by hand (stale, <age>): an old one; paths src/timing/**",
    ]
  `);
  expect(data.handwritten).toEqual([
    {
      title: expect.stringContaining('rewriting the radio'),
      paths: ['src/radio/**'],
      status: 'active',
      since: expect.any(Number),
      notice: null,
    },
    {
      title: expect.stringContaining('an old one'),
      paths: ['src/timing/**'],
      status: 'stale',
      since: expect.any(Number),
      notice: null,
    },
  ]);
  entries.remove();
});

test('a list that cannot be read is a notice, which is no entry', async () => {
  const file = join(stage.repository, '.claude', 'active-runs.md');
  const before = readFileSync(file);
  rmSync(file);
  mkdirSync(file);
  try {
    const { text, data } = await status();
    expect(text.split('\n')[1]).toMatch(
      /^Notice: The hand-written entries cannot be read\. .*active-runs\.md/,
    );
    expect(text).not.toContain('- by hand');
    expect(data.handwritten).toEqual([
      expect.objectContaining({ status: 'unclear', notice: expect.stringContaining('active-runs.md') }),
    ]);
    const { contents } = await client.client.readResource({ uri: 'pitcrew://ledger' });
    expect(contents).toMatchObject([
      { text: expect.stringMatching(/^The hand-written entries cannot be read\. .*active-runs\.md/m) },
    ]);
  } finally {
    rmdirSync(file);
    writeFileSync(file, before);
  }
});

test('a run without an issue goes by its id, which a takeover takes', async () => {
  const file = join(stage.repository, '.git', 'pitcrew', 'ledger.db');
  const ledger = await openSqliteLedger({ file, clock: systemClock, log: stderrLog('error') });
  const held = { session: 'paths only', owner: ownerOf('paths-only'), incidents: [] };
  const paths = [{ glob: 'docs/**', mode: 'exclusive' as const }];
  const claimed = await ledger.register({
    cmd: 'c',
    ...held,
    paths,
    base: 'main',
    ttlMs: 60_000,
    intent: '',
  });
  if (!claimed.ok) throw new Error('refused');
  const { run, fence } = claimed.run;
  expect((await status()).text).toContain(`\n- run ${run}: `);
  await ledger.close({ cmd: 'd', run, fence, status: 'completed', commits: [] });
  await ledger.dispose();
  expect((await status()).text).toContain(`\n- run ${run}: completed `);
});

test('a session whose process is gone is shown as gone, at once', async () => {
  const doomed = await connect(stage, { name: 'doomed', answer: person().answer });
  await claim(doomed, ['RACE-DAY-3']);
  process.kill(doomed.transport.pid ?? 0, 'SIGKILL');
  await doomed.close();
  const { text, data } = await status();
  expect(text).toMatch(/- RACE-DAY-3: doomed, pid \d+ on [^;]+; dead, since/);
  expect(data.active.find((run: { liveness: string }) => run.liveness === 'dead').incidents).toEqual([
    'sentry:pitstop/RACE-DAY-3',
  ]);
  expect(text).toMatch(/^1 live run, 1 whose session is gone/);
});

test('it takes no arguments', async () => {
  const failure = await fails(client, 'ledger_status', { session: 'x' }, 'input');
  expect(failure.message).toBe('ledger_status cannot use these arguments: Unrecognized key: "session".');
  expect(failure.hint).toBe('Expected arguments: none.');
});

test('the command line, also from inside a worktree, sees the same ledger and needs no Sentry', async () => {
  const { SENTRY_AUTH_TOKEN: _, SENTRY_URL: __, ...env } = stage.env;
  const done = await cli({ ...stage, env }, ['ledger-status', '--json'], {
    cwd: `${stage.repository}/.pitcrew/worktrees/sentry-race-day-1`,
  });
  expect(done.code, done.stdout).toBe(0);
  expect(done.data.active.some((run: { own: boolean }) => run.own)).toBe(false);
  expect(done.data.active.map((run: { incidents: string[] }) => run.incidents[0])).toContain(
    'sentry:pitstop/RACE-DAY-1',
  );
});

test('outside a repository it says so', async () => {
  const done = await cli(stage, ['ledger-status', '--json'], { cwd: stage.folder });
  expect(done.code).toBe(2);
  expect(done.data.error).toMatchObject({ kind: 'input', message: expect.stringMatching(/git repository/) });
});
