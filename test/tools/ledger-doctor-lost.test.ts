import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBusySession } from '../support/busy-session.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, fails, person, works, worktreeOf } from '../support/steps.ts';

const [FIRST, SECOND, THIRD, FOURTH] = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3', 'RACE-DAY-4'] as const;

let stage: Stage;
let client: TestClient;
const worktrees: Record<string, string> = {};

beforeAll(async () => {
  stage = await openStage();
  for (const name of ['one', 'two', 'three', 'four']) await stage.crash(crashIn(`src/${name}.mjs`));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  for (const issue of [FIRST, SECOND, THIRD, FOURTH]) {
    await claim(client, [issue]);
    worktrees[issue] = await worktreeOf(client, issue);
  }
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

const at = (issue: string): string => worktrees[issue] ?? '';
const findings = async (args: string[] = []): Promise<{ kind: string; what: string; next: string }[]> =>
  (await cli(stage, ['ledger', 'doctor', '--json', ...args])).data.findings;
const told = async (kind: string): Promise<string> =>
  (await findings())
    .filter((finding) => finding.kind === kind)
    .map(({ what }) => what)
    .join('\n');

test('a branch that is gone under its worktree', async () => {
  await stage.git('update-ref', '-d', 'refs/heads/fix/sentry-race-day-1');
  expect(await told('branch_missing')).toBe(
    `Branch fix/sentry-race-day-1 of ${FIRST} is gone; its worktree is still there (${at(FIRST)}).`,
  );
});

test('a folder that git knows no more', async () => {
  await rm(join(stage.repository, '.git/worktrees', basename(at(SECOND))), { recursive: true });
  expect(await told('folder_unknown')).toContain(`as a worktree any more (${at(SECOND)}); branch fix/sentry`);
});

test('a claim whose folder is gone from the disk and from the list, with its branch and without', async () => {
  await stage.git('worktree', 'unlock', at(THIRD));
  await stage.git('worktree', 'remove', at(THIRD));
  expect(await told('folder_missing')).toContain(`${at(THIRD)}); branch fix/sentry-race-day-3 and its`);
  await stage.git('branch', '-D', 'fix/sentry-race-day-3');
  expect(await told('branch_missing')).toContain('branch fix/sentry-race-day-3 is gone too');
  await works(client, 'worktree_create', { issue: THIRD });
  expect(await told('branch_missing')).not.toContain(THIRD);
});

test('a folder that is gone and in no record is taken off the list, unless a person has locked it', async () => {
  const [mine, theirs] = ['mine', 'theirs'].map((name) => join(stage.repository, '.pitcrew/worktrees', name));
  for (const path of [mine, theirs]) {
    await stage.git('worktree', 'add', '--quiet', '--detach', String(path));
    await rm(String(path), { recursive: true });
  }
  await stage.git('worktree', 'lock', '--reason', 'on a disk that comes back', String(theirs));
  const gone = async (args: string[] = []) =>
    (await findings(args)).filter(({ what }) => what.includes('gone from the disk and in no record'));
  expect(await gone()).toMatchObject([
    { kind: 'folder_missing', what: expect.stringContaining(`${mine} (no branch)`), repairable: true },
    { kind: 'folder_missing', repairable: false },
  ]);
  expect(await gone(['--repair'])).toMatchObject([{ repaired: true }, { repaired: false }]);
  expect(await gone()).toMatchObject([{ what: expect.stringContaining(String(theirs)) }]);
});

test('a worktree of long ago is on record still, and is removed when its branch is merged', async () => {
  await works(client, 'ledger_complete', { issue: FOURTH });
  const { ledger, claimAndEnd } = await openBusySession(stage);
  for (let other = 0; other < 101; other++) await claimAndEnd(`OTHER-${other}`);
  await ledger.dispose();
  expect(await told('unknown_worktree')).toBe('');
  expect(await told('work_is_over')).toContain(FOURTH);
  const [mended] = (await findings(['--repair'])).filter(({ kind }) => kind === 'work_is_over');
  expect(mended).toMatchObject({ repaired: true });
});

test('beside a ledger that is damaged, what git and the disk tell is told, and nothing is repaired', async () => {
  const repository = join(stage.folder, 'clone');
  await stage.git('clone', '--quiet', stage.repository, repository);
  await mkdir(join(repository, '.git/pitcrew'));
  await writeFile(
    join(repository, '.git/pitcrew/ledger.db'),
    'this is no database, but it is long enough to be read'.repeat(100),
  );
  await stage.git(
    '-C',
    repository,
    'worktree',
    'add',
    '--quiet',
    '-b',
    'fix/sentry-web-1',
    join(stage.folder, 'gone'),
  );
  await rm(join(stage.folder, 'gone'), { recursive: true });
  const { code, data } = await cli({ repository, env: stage.env }, [
    'ledger',
    'doctor',
    '--repair',
    '--json',
  ]);
  expect(code).toBe(0);
  const told = [
    {
      kind: 'ledger_unknown',
      what: expect.stringMatching(/^The ledger was not looked at\. .*ledger\.db/),
      repaired: false,
    },
    { kind: 'folder_missing', what: expect.stringContaining('/gone (fix/sentry-web-1)'), repairable: false },
  ];
  expect(data.findings).toMatchObject(told);

  // A session of Claude Code goes on with what it held before: here nobody knows what that was.
  const session = '0f2f6c1e-5b0a-4a51-9d5e-2f1b7c9f4d10';
  const agent = await connect({ repository, env: stage.env }, { name: 'claude-code' });
  try {
    await agent.call('person_prompt', { prompt: 'go on', session });
    expect((await works(agent, 'ledger_doctor', { repair: true })).data.findings).toMatchObject(told);
    expect((await fails(agent, 'ledger_complete', {}, 'upstream')).message).toContain('ledger.db');
  } finally {
    await agent.close();
  }
});
