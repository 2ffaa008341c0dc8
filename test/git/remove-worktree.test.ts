import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeWorktree } from '../../src/git/remove-worktree.ts';
import { createWorktree } from '../../src/git/worktrees.ts';
import { commit, git, open, repositoryWith, withOrigin, write } from './repositories.ts';

const BRANCH = 'fix/shop-1';

async function setUp() {
  const root = repositoryWith();
  const repository = await open(root);
  const folder = join(root, '.pitcrew/worktrees/shop-1');
  const request = {
    repository,
    incident: 'sentry:acme/SHOP-1',
    branch: BRANCH,
    folder,
    base: 'HEAD',
    reason: 'r',
  };
  const { path } = await createWorktree(request);
  const remove = (requireMerged: boolean, more: { branch?: string; path?: string } = {}) =>
    removeWorktree({ repository, path, branch: BRANCH, requireMerged, ...more });
  const hasBranch = () => git(root, 'branch', '--list', BRANCH) !== '';
  return { root, path, remove, hasBranch };
}

describe('removeWorktree', () => {
  test('without commits: folder and branch go; ignored files do not hold it; a second time is fine', async () => {
    const { path, remove, hasBranch } = await setUp();
    write(path, { 'out/built.js': '' });
    const gone = { branchDeleted: true, branchExists: false, merged: 'ancestor', pushed: false };
    expect(await remove(true)).toEqual({ removed: true, ...gone });
    expect(existsSync(path)).toBe(false);
    expect(hasBranch()).toBe(false);
    expect(await remove(true)).toEqual({
      removed: false,
      branchDeleted: false,
      branchExists: false,
      pushed: false,
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['changed', { 'src/cart.ts': 'work' }, 'src/cart.ts'],
    ['untracked', { 'new.ts': 'work' }, 'new.ts'],
  ])('%s files are named, and kept', async (_what, files, named) => {
    const { root, path, remove, hasBranch } = await setUp();
    write(path, files);
    await expect(remove(false)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(named),
    });
    expect(existsSync(join(path, named))).toBe(true);
    expect(hasBranch()).toBe(true);
    expect(git(root, 'worktree', 'list', '--porcelain')).toContain('locked pitcrew: r');
  });

  test('an unmerged branch is refused where merging is required, else kept without its worktree', async () => {
    const { root, path, remove, hasBranch } = await setUp();
    const sha = commit(path, 'fix', { 'src/cart.ts': 'fixed' });
    await expect(remove(true)).rejects.toMatchObject({
      kind: 'refused',
      message: /1 commit not merged \(on no remote\)/,
    });
    expect(existsSync(path)).toBe(true);
    expect(await remove(false)).toEqual({
      removed: true,
      branchDeleted: false,
      branchExists: true,
      pushed: false,
    });
    expect(hasBranch()).toBe(true);
    expect(git(root, 'rev-parse', BRANCH)).toBe(sha);
  });

  test('says when the commits are on the remote', async () => {
    const { root, path, remove } = await setUp();
    withOrigin(root);
    commit(path, 'fix', { 'src/cart.ts': 'fixed' });
    git(path, 'push', '-q', 'origin', BRANCH);
    await expect(remove(true)).rejects.toThrow(/pushed, but not merged/);
    expect(await remove(false)).toMatchObject({ branchDeleted: false, pushed: true });
  });

  test.each<[string, (root: string) => void, string]>([
    ['a merge', (root) => void git(root, 'merge', '-q', '--no-ff', '-m', 'merge', BRANCH), 'ancestor'],
    [
      'a squash merge',
      (root) => {
        git(root, 'merge', '-q', '--squash', BRANCH);
        git(root, 'commit', '-q', '-m', 'squashed');
      },
      'same patch',
    ],
    ['cherry-picks', (root) => void git(root, 'cherry-pick', `HEAD..${BRANCH}`), 'same patch'],
  ])('%s counts as merged', async (_how, merge, merged) => {
    const { root, path, remove, hasBranch } = await setUp();
    commit(path, 'fix 1', { 'src/cart.ts': 'fixed\n' });
    commit(path, 'fix 2', { 'src/cart.test.ts': 'test\n' });
    commit(root, 'main moves on', { 'other.ts': 'x\n' });
    merge(root);
    commit(root, 'and on', { 'src/cart.ts': 'changed again\n' });
    expect(await remove(true)).toMatchObject({ removed: true, branchDeleted: true, merged });
    expect(hasBranch()).toBe(false);
  });

  test('a branch that got more commits after its squash merge is not merged', async () => {
    const { root, path, remove } = await setUp();
    commit(path, 'fix 1', { 'src/cart.ts': 'fixed\n' });
    git(root, 'merge', '-q', '--squash', BRANCH);
    git(root, 'commit', '-q', '-m', 'squashed');
    commit(path, 'fix 2', { 'later.ts': 'x\n' });
    await expect(remove(true)).rejects.toMatchObject({ kind: 'refused' });
  });

  test('refuses what is not ours: the main checkout, other branches, other folders, foreign locks', async () => {
    const { root, path, remove } = await setUp();
    await expect(remove(false, { path: root, branch: 'main' })).rejects.toMatchObject({ kind: 'refused' });
    await expect(remove(false, { branch: 'main' })).rejects.toMatchObject({ kind: 'refused' });
    await expect(remove(false, { path: join(root, 'src') })).rejects.toMatchObject({ kind: 'refused' });
    git(root, 'worktree', 'unlock', path);
    git(root, 'worktree', 'lock', '--reason', 'on my stick', path);
    await expect(remove(false)).rejects.toThrow(/locked by somebody else: on my stick/);
    git(path, 'checkout', '-q', '--detach');
    await expect(remove(false)).rejects.toThrow(/HEAD is detached/);
    expect(existsSync(path)).toBe(true);
  });
});
