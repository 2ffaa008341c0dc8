import { describe, expect, test } from 'vitest';
import { raiseFence } from '../../src/git/raise-fence.ts';
import { at, BRANCH, elsewhere, fence, push, REF, state, withFix } from './fence-fixture.ts';
import { commit, ENV, git, repositoryWith } from './repositories.ts';

const raise = (root: string, number: number, ledger?: string) =>
  raiseFence({ checkout: { root, env: ENV }, fence: fence(number, ledger), branch: BRANCH, base: 'main' });

describe('a fence that a takeover puts onto the remote', () => {
  test('refuses the push of the session before, whose guard said yes in the moment before', async () => {
    const { root, origin } = withFix();
    const frozen = push(root, fence(7), {
      guard: async () => {
        expect(await raise(root, 9)).toBeUndefined();
      },
    });
    await expect(frozen).rejects.toMatchObject({ kind: 'refused' });
    expect(state(origin)).toEqual(['', expect.stringMatching(/^[0-9a-f]{40}$/)]);
    await expect(push(root, fence(7))).rejects.toThrow(/^SHOP-1 was taken over: .*fence 9.*older fence 7/);
  });

  test('leaves the branch as it is, and the successor pushes on', async () => {
    const { root, origin, sha } = withFix();
    await push(root, fence(7));
    expect(await raise(root, 9)).toBeUndefined();
    expect(at(origin, `refs/heads/${BRANCH}`)).toBe(sha);
    expect(git(origin, 'log', '--format=%s', REF)).toBe(
      'pitcrew: fence 9 of SHOP-1\npitcrew: fence 7 of SHOP-1',
    );
    const next = commit(root, 'more', { 'src/more.ts': 'x\n' });
    await push(root, fence(9));
    expect(at(origin, `refs/heads/${BRANCH}`)).toBe(next);
  });

  test('does not keep another machine from work that was never pushed', async () => {
    const { root, origin } = withFix();
    expect(await raise(root, 9)).toBeUndefined();
    const other = elsewhere(origin);
    await push(other.root, fence(2, 'other'));
    expect(at(origin, `refs/heads/${BRANCH}`)).toBe(other.sha);
  });

  test('is not put over a newer one, nor over that of another ledger', async () => {
    const { root, origin } = withFix();
    await push(root, fence(9));
    const before = state(origin);
    expect(await raise(root, 8)).toMatch(/^SHOP-1 was taken over: /);
    expect(await raise(elsewhere(origin).root, 30, 'other')).toMatch(
      /^SHOP-1 is worked on under another ledger/,
    );
    expect(state(origin)).toEqual(before);
  });
});

describe('where it cannot be put, the reason is answered', () => {
  test('no remote', async () => {
    expect(await raise(repositoryWith(), 9)).toBe('there is no remote origin');
  });

  test('a remote that is not there', async () => {
    const { root } = withFix();
    git(root, 'remote', 'set-url', 'origin', '/nowhere/at/all');
    expect(await raise(root, 9)).toMatch(/does not appear to be a git repository|not exist/);
  });

  test('a remote that takes no such ref', async () => {
    const { root, origin } = withFix();
    git(origin, 'config', 'receive.hideRefs', 'refs/pitcrew');
    expect(await raise(root, 9)).toMatch(/hidden ref/);
    expect(state(origin)).toEqual(['', '']);
  });
});
