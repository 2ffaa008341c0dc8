import { expect, test } from 'vitest';
import { commitFiles } from '../../src/git/commit.ts';
import { BRANCH } from './fence-fixture.ts';
import { commit, ENV, git, repositoryWith, write } from './repositories.ts';

function withChange() {
  const root = repositoryWith();
  const base = git(root, 'rev-parse', 'HEAD');
  git(root, 'checkout', '-q', '-b', BRANCH);
  write(root, { 'src/cart.ts': 'fixed\n' });
  const commitWith = (guard: () => Promise<void>) =>
    commitFiles({
      worktree: { root, env: ENV },
      branch: BRANCH,
      expectedHead: base,
      files: ['src/cart.ts'],
      message: 'fix(shop): x',
      guard,
    });
  const tip = (): string => git(root, 'rev-parse', BRANCH);
  return { root, base, commitWith, tip };
}

test('a claim that is over when everything is ready: the branch does not move', async () => {
  const { base, commitWith, tip } = withChange();
  await expect(commitWith(() => Promise.reject(new Error('over')))).rejects.toThrow('over');
  expect(tip()).toBe(base);
});

test('a claim that is over once the branch has moved: the commit is taken off, the change stays in the worktree', async () => {
  const { root, base, commitWith, tip } = withChange();
  const tips: string[] = [];
  const guard = async () => {
    tips.push(tip());
    if (tips.length === 2) throw new Error('over');
  };
  await expect(commitWith(guard)).rejects.toThrow('over');
  expect(tips).toEqual([base, expect.not.stringMatching(base)]);
  expect(tip()).toBe(base);
  expect(git(root, 'status', '--porcelain')).toBe(' M src/cart.ts');
});

test('the commit of a successor between the guard and the swap stays, and so does one on top of ours', async () => {
  const first = withChange();
  let theirs = '';
  const beforeTheSwap = async () => {
    theirs ||= commit(first.root, 'theirs', { 'src/cart.ts': 'fixed by another\n' });
  };
  await expect(first.commitWith(beforeTheSwap)).rejects.toMatchObject({
    kind: 'refused',
    message: `${BRANCH} has moved: somebody else committed to it.`,
  });
  expect(first.tip()).toBe(theirs);

  const second = withChange();
  let asked = 0;
  const onTop = async () => {
    asked += 1;
    if (asked < 2) return;
    theirs = commit(second.root, 'on top', { 'src/cart.ts': 'fixed by another\n' });
    throw new Error('over');
  };
  await expect(second.commitWith(onTop)).rejects.toThrow('over');
  expect(second.tip()).toBe(theirs);
});
