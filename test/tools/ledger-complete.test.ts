import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { applyFix, openStage, readText, type Stage } from '../support/stage.ts';
import { claim, fails, NO_TEST, person, select, WORDS, works, worktreeOf } from '../support/steps.ts';

const [FIRST, SECOND, THIRD] = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3'] as const;

let stage: Stage;
let client: TestClient;
let other: TestClient;

beforeAll(async () => {
  stage = await openStage();
  for (const name of ['orders/pricing', 'two', 'three']) await stage.crash(crashIn(`src/${name}.mjs`));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  other = await connect(stage, { name: 'second-crew', answer: person().answer });
});
beforeEach(() => select(client, [FIRST, SECOND, THIRD]));
afterAll(async () => {
  await client?.close();
  await other?.close();
  await stage?.close();
});

const active = async (): Promise<string[]> => {
  const { data } = await works(client, 'ledger_status');
  return data.active.flatMap((run: { incidents: string[] }) => run.incidents);
};

test('ends all of the session’s claims, frees them, and says what became of each issue', async () => {
  await claim(client, [FIRST], ['src/orders/**']);
  await works(client, 'ledger_register', { issues: [SECOND], paths: [] });
  const folder = await worktreeOf(client, FIRST);
  const fix = await applyFix('order-without-contract', folder);
  await works(client, 'fix_verify', { issue: FIRST, no_test_reason: NO_TEST });
  const { sha } = (await works(client, 'fix_commit', { issue: FIRST, files: fix.files, ...WORDS })).data;
  const done = await works(client, 'ledger_complete', { note: 'one of two' });
  expect(masked(done.text, stage)).toMatchInlineSnapshot(`
    "Completed: RACE-DAY-1, RACE-DAY-2; free for others now.
    - RACE-DAY-1: unproven; worktree <repository>/.pitcrew/worktrees/sentry-race-day-1
    - RACE-DAY-2: unfinished
    Report: .claude/sentry/TRIAGE-<day>.md
    Next: worktree_remove removes a worktree once its work is merged."
  `);
  expect(done.data).toEqual({
    status: 'completed',
    runs: [expect.stringMatching(/^r\d+-/), expect.stringMatching(/^r\d+-/)],
    issues: [
      { shortId: FIRST, outcome: 'unproven', files: [...fix.files].sort(), commit: sha, worktree: folder },
      { shortId: SECOND, outcome: 'unfinished', files: [] },
    ],
    reports: [expect.stringMatching(/^\.claude\/sentry\/TRIAGE-\d{8}\.md$/)],
  });
  expect(await active()).toEqual([]);
  const { recent } = (await works(client, 'ledger_status')).data;
  const ended = recent.find((run: { incidents: string[] }) => run.incidents[0]?.endsWith(FIRST));
  expect(ended).toMatchObject({ status: 'completed', note: 'one of two', commits: [sha] });
  await claim(other, [FIRST], ['src/orders/**']);
  await works(other, 'ledger_complete', {});
});

test('the summary goes into the report of the triage, once', async () => {
  const { report, triage } = (await works(client, 'sentry_list_issues', { issues: [THIRD] })).data;
  await works(client, 'triage_select');
  await works(client, 'ledger_register', { issues: [THIRD], paths: [] });
  await works(client, 'ledger_complete', {});
  await works(client, 'ledger_register', { issues: [THIRD], paths: [] });
  await works(client, 'ledger_complete', {});
  const text = await readText(join(stage.repository, report));
  const section = text.slice(text.indexOf(`<!-- pitcrew triage ${triage} -->`));
  expect(masked(section.slice(section.indexOf('### Outcomes')), stage)).toMatchInlineSnapshot(`
    "### Outcomes

    - RACE-DAY-3: open

    ### Summary

    - Triaged: 1
    - Fixed: 0
    - Archived: 0
    - Skipped: 0
    - Still open: 1 (RACE-DAY-3: not finished)
    - Commits: none
    - Pull requests: none
    - Files: none

    <!-- pitcrew end <triage> -->
    "
  `);
});

test('several runs of one triage are summed up together', async () => {
  const { report, triage } = (await works(client, 'sentry_list_issues', { issues: [FIRST, THIRD] })).data;
  await works(client, 'triage_select');
  await works(client, 'ledger_register', { issues: [FIRST], paths: [] });
  await works(client, 'ledger_register', { issues: [THIRD], paths: [] });
  await works(client, 'ledger_complete', {});
  const text = await readText(join(stage.repository, report));
  const summary = text.slice(text.indexOf(`<!-- pitcrew triage ${triage} -->`)).split('### Summary')[1];
  expect(masked(summary ?? '', stage)).toMatchInlineSnapshot(`
    "

    - Triaged: 2
    - Fixed: 0
    - Archived: 0
    - Skipped: 0
    - Still open: 2 (RACE-DAY-1: unproven: no test was possible, RACE-DAY-3: not finished)
    - Commits: <sha>
    - Pull requests: none
    - Files: src/orders/pricing.mjs, test/order-without-contract.test.mjs

    <!-- pitcrew end <triage> -->
    "
  `);
});

test('twice: the second time there is nothing to end', async () => {
  await works(client, 'ledger_register', { issues: [SECOND], paths: [] });
  await works(client, 'ledger_complete', {});
  const failure = await fails(client, 'ledger_complete', {}, 'refused');
  expect(failure.message).toMatch(
    /^This session holds no claim any more: run r\d+-\w+ ended at \d{4}-\S+Z \(\d+ s ago\): completed\.$/,
  );
  expect(failure.hint).toBe('There is nothing to end; ledger_status shows who holds what.');
  const stranger = await cli(stage, ['ledger-complete', '--json'], { env: { PITCREW_SESSION: 'stranger' } });
  expect(stranger.data.error.message).toBe('This session holds no claim.');
});

test('one issue’s run alone; the other stays', async () => {
  await works(client, 'ledger_register', { issues: [FIRST], paths: [] });
  await works(client, 'ledger_register', { issues: [SECOND], paths: [] });
  const done = await works(client, 'ledger_complete', { issue: SECOND.toLowerCase() });
  expect(done.data.issues.map((issue: { shortId: string }) => issue.shortId)).toEqual([SECOND]);
  expect(done.text).not.toContain('stay claimed');
  expect(await active()).toEqual([`sentry:pitstop/${FIRST}`]);
  const again = await fails(client, 'ledger_complete', { issue: SECOND }, 'refused');
  expect(again.message).toMatch(
    /^This session does not hold RACE-DAY-2 any more: run \S+ ended at .*: completed\.$/,
  );
  const never = await fails(client, 'ledger_complete', { issue: THIRD }, 'refused');
  expect(never.message).toMatch(/^This session does not hold RACE-DAY-3/);
  await works(client, 'ledger_complete', { issue: FIRST });
});

test('one issue of a run that holds two: the other, and the paths, stay with the run', async () => {
  await works(client, 'ledger_register', { issues: [FIRST, SECOND], paths: ['src/orders/**'] });
  const done = await works(client, 'ledger_complete', { issue: FIRST });
  expect(done.text).toContain(
    `\nThe paths stay claimed with ${SECOND}: ledger_update drops what that does not need.\n`,
  );
  expect(done.data.issues.map((issue: { shortId: string }) => issue.shortId)).toEqual([FIRST]);
  expect(await active()).toEqual([`sentry:pitstop/${SECOND}`]);
  await claim(other, [FIRST]);
  await works(other, 'ledger_complete', {});
  const held = await fails(
    other,
    'ledger_register',
    { issues: [FIRST], paths: ['src/orders/**'] },
    'refused',
  );
  expect(held.message).toContain('src/orders/** is held by first-crew');
  await works(client, 'ledger_complete', {});
  expect(await active()).toEqual([]);
});

test('aborted: given up, worktree and branch stay', async () => {
  await works(client, 'ledger_register', { issues: [SECOND], paths: [] });
  const folder = await worktreeOf(client, SECOND);
  const done = await works(client, 'ledger_complete', { status: 'aborted', note: 'x\u202ey' });
  expect(done.text).toMatch(/^Aborted: RACE-DAY-2; free for others now\./);
  expect(done.data).toMatchObject({
    status: 'aborted',
    issues: [{ outcome: 'unfinished', worktree: folder }],
  });
  expect(await stage.git('-C', folder, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('fix/sentry-race-day-2');
  expect((await works(client, 'ledger_status')).data.recent[0]).toMatchObject({ note: 'xy' });
});

test('somebody else’s claim is not ended', async () => {
  await claim(other, [THIRD]);
  const failure = await fails(client, 'ledger_complete', { issue: THIRD }, 'refused');
  expect(failure.message).toMatch(/^This session does not hold RACE-DAY-3 any more: /);
  expect(failure.hint).toMatch(
    /^second-crew, pid \d+ on \S+ holds it now\. ledger_status shows who holds what\.$/,
  );
  await fails(client, 'ledger_complete', {}, 'refused');
  expect(await active()).toEqual([`sentry:pitstop/${THIRD}`]);
  await works(other, 'ledger_complete', {});
});

test('after it, no step of the issue is allowed', async () => {
  for (const [tool, args] of [
    ['worktree_create', {}],
    ['fix_verify', { no_test_reason: NO_TEST }],
    ['fix_commit', { files: ['a'], ...WORDS }],
    ['github_create_draft_pr', { summary: 'It works now.' }],
    ['sentry_resolve', {}],
  ] as const) {
    const failure = await fails(client, tool, { issue: FIRST, ...args }, 'refused');
    expect(failure.message).toMatch(
      /^RACE-DAY-1 is not claimed by this session any more: run \S+ ended at \S+ \(.+ ago\)/,
    );
  }
});

test('what is no argument of it', async () => {
  const status = await fails(client, 'ledger_complete', { status: 'done' }, 'input');
  expect(status.message).toContain('status: ');
  expect(status.hint).toBe('Expected arguments: issue, status, note.');
  await fails(client, 'ledger_complete', { issue: '../x' }, 'input');
});

test('on the command line, for its own session', async () => {
  const done = await cli(stage, ['ledger-complete', '--json']);
  expect(done.code).toBe(3);
  expect(done.data.error.message).toBe('This session holds no claim.');
});
