import { execFileSync } from 'node:child_process';
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

test('a fence whose branch has been gone for long is told, and taken off only as it was read', async () => {
  const put = async (name: string, days: number): Promise<string> => {
    const at = new Date(Date.now() - days * 86_400_000).toISOString();
    const message = `pitcrew: fence 3\n\nFence: 3\nRun: r3-abc\nLedger: abc\nBranch: fix/sentry-${name.toLowerCase()}\nCommit: ${'a'.repeat(40)}\n`;
    const tree = await stage.git('rev-parse', 'HEAD^{tree}');
    const env = { ...process.env, GIT_COMMITTER_DATE: at };
    const id = execFileSync('git', ['-C', stage.repository, 'commit-tree', tree, '-m', message], { env });
    await stage.git('push', '--quiet', 'origin', `${String(id).trim()}:refs/pitcrew/fence/${name}`);
    return `refs/pitcrew/fence/${name}`;
  };
  const old = await put('RACE-DAY-70', 40);
  const young = await put('RACE-DAY-71', 3);
  const used = await put('RACE-DAY-72', 40);
  await stage.git('push', '--quiet', 'origin', 'HEAD:refs/heads/fix/sentry-race-day-72');
  const { data } = await cli(stage, ['ledger', 'doctor', '--json']);
  const left = data.findings.filter(({ kind }: { kind: string }) => kind === 'fence_left');
  expect(left).toEqual([expect.objectContaining({ what: expect.stringContaining(old), repairable: true })]);
  expect(await kinds(['--repair'])).toContain('fence_left mended');
  const refs = await stage.git('ls-remote', 'origin', 'refs/pitcrew/*');
  expect(refs).not.toContain(old);
  expect(refs).toContain(young);
  expect(refs).toContain(used);
  const url = String(await stage.git('remote', 'get-url', 'origin')).trim();
  await stage.git('remote', 'set-url', 'origin', '/nowhere/at/all');
  expect(await kinds()).toContain('remote_unknown');
  await stage.git('remote', 'set-url', 'origin', url);
});

test("a worktree that was moved away by hand and comes back is nobody's loss", async () => {
  await rename(at(FIRST), `${at(FIRST)}-aside`);
  expect(await kinds()).toContain('folder_missing');
  await rename(`${at(FIRST)}-aside`, at(FIRST));
  expect(await kinds(['--repair'])).toEqual(['unknown_worktree', 'work_is_over']);
  expect(existsSync(join(at(FIRST), 'unsaved.txt'))).toBe(true);
});
