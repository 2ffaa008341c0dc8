import { existsSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilGone } from '../core/processes.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, person, works, worktreeOf } from '../support/steps.ts';

const [FIRST, SECOND, THIRD] = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3'] as const;

let stage: Stage;
let client: TestClient;
const worktrees: Record<string, string> = {};

beforeAll(async () => {
  stage = await openStage();
  for (const name of ['one', 'two', 'three']) await stage.crash(crashIn(`src/${name}.mjs`));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  for (const issue of [FIRST, SECOND, THIRD]) {
    await claim(client, [issue]);
    worktrees[issue] = await worktreeOf(client, issue);
  }
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

const at = (issue: string): string => worktrees[issue] ?? '';
const kinds = async (args: string[] = []): Promise<string[]> => {
  const { data } = await cli(stage, ['ledger', 'doctor', '--json', ...args]);
  return data.findings
    .map(({ kind, repaired }: { kind: string; repaired: boolean }) => `${kind}${repaired ? ' mended' : ''}`)
    .sort();
};

test('all agrees while the session lives', async () => {
  expect((await works(client, 'ledger_doctor')).text).toBe(
    'Ledger, worktrees, branches, disk and processes agree.',
  );
});

test('what is found is told with the next step, and nothing is changed without --repair', async () => {
  const { pid } = client.transport;
  if (pid === null) throw new Error('The server has no process.');
  process.kill(pid, 'SIGKILL');
  await untilGone(pid);
  writeFileSync(join(at(FIRST), 'unsaved.txt'), 'work');
  await rm(at(SECOND), { recursive: true });
  await stage.git(
    'worktree',
    'add',
    '--quiet',
    '-b',
    'fix/sentry-by-hand',
    join(stage.repository, '.pitcrew/worktrees/by-hand'),
  );
  const before = await stage.git('worktree', 'list', '--porcelain');
  expect(await kinds()).toEqual([
    'folder_missing',
    'session_gone',
    'session_gone',
    'session_gone',
    'unknown_worktree',
  ]);
  expect(await stage.git('worktree', 'list', '--porcelain')).toBe(before);
});

test("--repair mends what loses nothing; unsaved work, branches and a stranger's worktree stay", async () => {
  expect(await kinds(['--repair'])).toEqual([
    'folder_missing mended',
    'session_gone mended',
    'session_gone mended',
    'session_gone mended',
    'unknown_worktree',
  ]);
  expect(await kinds()).toEqual(['unknown_worktree', 'work_is_over', 'work_is_over']);
  expect(await kinds(['--repair'])).toEqual(['unknown_worktree', 'work_is_over', 'work_is_over mended']);
  expect(existsSync(join(at(FIRST), 'unsaved.txt'))).toBe(true);
  expect(existsSync(at(THIRD))).toBe(false);
  expect(await stage.git('branch', '--list', 'fix/sentry-race-day-2')).toContain('fix/sentry-race-day-2');
  expect(existsSync(join(stage.repository, '.pitcrew/worktrees/by-hand'))).toBe(true);
});

test("a worktree that was moved away by hand and comes back is nobody's loss", async () => {
  await rename(at(FIRST), `${at(FIRST)}-aside`);
  expect(await kinds()).toContain('folder_missing');
  await rename(`${at(FIRST)}-aside`, at(FIRST));
  expect(await kinds(['--repair'])).toEqual(['unknown_worktree', 'work_is_over']);
  expect(existsSync(join(at(FIRST), 'unsaved.txt'))).toBe(true);
});
