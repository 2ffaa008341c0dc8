import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, fails, person, works, worktreeOf } from '../support/steps.ts';

const issue = (number: number): string => `RACE-DAY-${number}`;

let stage: Stage;
let client: TestClient;

beforeAll(async () => {
  stage = await openStage();
  for (let number = 1; number <= 6; number += 1) await stage.crash(crashIn(`src/file-${number}.mjs`));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

const remove = (number: number, args: Record<string, unknown> = {}) =>
  works(client, 'worktree_remove', { issue: issue(number), ...args });
const refused = (number: number, args: Record<string, unknown> = {}) =>
  fails(client, 'worktree_remove', { issue: issue(number), ...args }, 'refused');
const branches = (): Promise<string> => stage.git('branch', '--list', 'fix/*', '--format=%(refname:short)');

/** A finished issue: its worktree with one commit on the branch, its claim ended. */
async function finished(number: number): Promise<string> {
  await claim(client, [issue(number)]);
  const folder = await worktreeOf(client, issue(number));
  await writeFile(join(folder, `fix-${number}.txt`), 'fixed');
  await stage.git('-C', folder, 'add', '--all');
  await stage.git('-C', folder, 'commit', '--quiet', '--message', `fix ${number}`);
  await works(client, 'ledger_complete', {});
  return folder;
}

describe('what is merged and clean', () => {
  test('is removed with its branch; the second time it is gone already', async () => {
    const folder = await finished(1);
    await stage.git('merge', '--quiet', '--ff-only', 'fix/sentry-race-day-1');
    const done = await remove(1);
    expect(masked(done.text, stage)).toMatchInlineSnapshot(
      `"Removed <repository>/.pitcrew/worktrees/sentry-race-day-1. Branch fix/sentry-race-day-1 is merged and was deleted."`,
    );
    expect(done.data).toEqual({
      issue: issue(1),
      path: folder,
      removed: true,
      branchDeleted: true,
      branchExists: false,
      merged: 'ancestor',
      pushed: false,
    });
    expect(existsSync(folder)).toBe(false);
    expect(await branches()).toBe('');
    const again = await remove(1);
    expect(again.text).toMatch(/^Already gone: /);
    expect(again.data).toMatchObject({ removed: false });
    expect(again.text).not.toContain('Branch fix/sentry-race-day-1 stays.');
  });

  test('a squash merge counts, by its patch', async () => {
    const folder = await finished(2);
    await stage.git('merge', '--quiet', '--squash', 'fix/sentry-race-day-2');
    await stage.git('commit', '--quiet', '--message', 'squashed');
    expect((await remove(2)).data).toMatchObject({
      removed: true,
      branchDeleted: true,
      merged: 'same patch',
    });
    expect(existsSync(folder)).toBe(false);
  });

  test('one in which nothing was done is nothing to lose', async () => {
    await claim(client, [issue(3)]);
    const folder = await worktreeOf(client, issue(3));
    expect((await remove(3)).data).toMatchObject({ removed: true, branchDeleted: true });
    expect(await worktreeOf(client, issue(3))).toBe(folder);
    await remove(3);
    await works(client, 'ledger_complete', { status: 'aborted' });
  });
});

describe('what would be lost', () => {
  test('commits that are not merged: refused, until the branch is kept', async () => {
    const folder = await finished(4);
    const failure = await refused(4);
    expect(masked(`${failure.message}\n${failure.hint}`, stage)).toMatchInlineSnapshot(`
      "fix/sentry-race-day-4 has 1 commit not merged (on no remote).
      Merge the pull request and fetch first, or remove the worktree alone with \`keep_branch\`."
    `);
    expect(existsSync(join(folder, 'fix-4.txt'))).toBe(true);
    const kept = await remove(4, { keep_branch: true });
    expect(kept.text).toContain('Branch fix/sentry-race-day-4 stays.');
    expect(kept.data).toMatchObject({ removed: true, branchDeleted: false });
    expect(existsSync(folder)).toBe(false);
    expect(await stage.git('show', '--format=%s', '--no-patch', 'fix/sentry-race-day-4')).toBe('fix 4');
  });

  test('files that are not committed: refused, kept branch or not, and named', async () => {
    const folder = await finished(5);
    await stage.git('merge', '--quiet', 'fix/sentry-race-day-5');
    await writeFile(join(folder, 'more work.txt'), 'not saved');
    await writeFile(join(folder, 'README.md'), 'changed');
    for (const args of [{}, { keep_branch: true }]) {
      const failure = await refused(5, args);
      expect(failure.message).toBe(`${folder} has changes that are not committed: README.md, more work.txt.`);
      expect(failure.hint).toBe(
        'Commit what is wanted, take back the rest by hand, then remove the worktree.',
      );
    }
    expect(existsSync(join(folder, 'more work.txt'))).toBe(true);
    await rm(join(folder, 'more work.txt'));
    await stage.git('-C', folder, 'checkout', '--', 'README.md');
    await remove(5);
  });

  test('a worktree that another live session works in', async () => {
    const other = await connect(stage, { name: 'second-crew', answer: person().answer });
    await claim(other, [issue(6)]);
    const folder = await worktreeOf(other, issue(6));
    const failure = await refused(6);
    expect(masked(failure.message, stage)).toBe(
      'RACE-DAY-6 is being worked on by second-crew, pid <pid> on <host>.',
    );
    expect(failure.hint).toBe('Leave its worktree alone until that session completes.');
    expect(existsSync(folder)).toBe(true);
    process.kill(other.transport.pid ?? 0, 'SIGKILL');
    await other.close();
    expect((await client.call('worktree_remove', { issue: issue(6) })).isError).toBe(false);
  });

  test('a worktree that a person locked', async () => {
    await works(client, 'ledger_register', { issues: [issue(6)], paths: [] });
    const folder = await worktreeOf(client, issue(6));
    await stage.git('worktree', 'unlock', folder);
    await stage.git('worktree', 'lock', '--reason', 'on a stick', folder);
    const failure = await refused(6);
    expect(failure.message).toBe(`${folder} is locked by somebody else: on a stick.`);
    await stage.git('worktree', 'unlock', folder);
    await remove(6);
    await works(client, 'ledger_complete', { status: 'aborted' });
  });
});

test('an issue without a worktree, or what is none', async () => {
  const none = await refused(99);
  expect(none).toMatchObject({
    message: 'RACE-DAY-99 has no worktree on record.',
    hint: 'Nothing needs to be removed.',
  });
  await fails(client, 'worktree_remove', { issue: '../x' }, 'input');
  const forced = await fails(client, 'worktree_remove', { issue: issue(1), force: true }, 'input');
  expect(forced.hint).toBe('Expected arguments: issue, keep_branch.');
});

test('steps of an issue whose worktree is gone say so', async () => {
  await claim(client, [issue(3)]);
  await worktreeOf(client, issue(3));
  await remove(3);
  const answer = await client.call('fix_verify', {
    issue: issue(3),
    no_test_reason: 'no test is possible here',
  });
  expect(answer.isError).toBe(true);
  expect(answer.data.kind).not.toBe('bug');
  expect(answer.text).toMatch(/worktree/);
  await works(client, 'ledger_complete', { status: 'aborted' });
});

test('on the command line: exit code 3 and the reason', async () => {
  const done = await cli(stage, ['worktree-remove', 'RACE-DAY-99']);
  expect(done).toMatchObject({ code: 3, stdout: '' });
  expect(done.stderr).toContain('RACE-DAY-99 has no worktree on record.\nNothing needs to be removed.');
});
