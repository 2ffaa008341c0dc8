import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writePatch } from '../../src/git/patch.ts';
import { type PushRequest, pushBranch } from '../../src/git/push.ts';
import { namesFor, startComparison } from '../../src/git/release.ts';
import { commit, ENV, git, open, repositoryWith, temporaryFolder, withOrigin } from './repositories.ts';

const BRANCH = 'fix/shop-1';

function withFix() {
  const root = repositoryWith();
  const base = git(root, 'rev-parse', 'HEAD');
  const origin = withOrigin(root);
  git(root, 'checkout', '-q', '-b', BRANCH);
  const sha = commit(root, 'fix(shop): x', { 'src/cart.ts': 'fixed\n' });
  return { root, base, origin, sha, worktree: { root, env: ENV } };
}

const CLAIM = {
  fence: { incident: 'sentry:acme/SHOP-1', number: 1, run: 'r1-abc', ledger: 'abc' },
  guard: async () => {},
};

/** Pushes what the branch is at, as the tool does after it has checked that. */
const push = (options: Omit<PushRequest, 'sha' | 'fence' | 'guard'>) =>
  pushBranch({ ...CLAIM, ...options, sha: git(options.worktree.root, 'rev-parse', 'HEAD') });

describe('pushBranch', () => {
  test('pushes the branch and its fence and nothing else, with hooks; again is fine', async () => {
    const { root, origin, sha, worktree } = withFix();
    git(root, 'tag', '-a', 'v9', '-m', 'x');
    git(root, 'config', 'push.followTags', 'true');
    writeFileSync(join(root, '.git/hooks/pre-push'), '#!/bin/sh\ntouch pushed\n');
    chmodSync(join(root, '.git/hooks/pre-push'), 0o755);
    for (let time = 0; time < 2; time++) {
      expect(await push({ worktree, branch: BRANCH })).toEqual({ remote: 'origin', sha });
    }
    expect(existsSync(join(root, 'pushed'))).toBe(true);
    const refs = git(origin, 'for-each-ref', '--format=%(refname)').split('\n');
    expect(refs).toEqual([`refs/heads/${BRANCH}`, 'refs/heads/main', 'refs/pitcrew/fence/SHOP-1']);
  });

  test('never overwrites what others pushed; replaces only what was ours', async () => {
    const { root, origin, sha, worktree } = withFix();
    await push({ worktree, branch: BRANCH });
    git(root, 'commit', '-q', '--amend', '-m', 'better');
    const better = git(root, 'rev-parse', 'HEAD');
    await expect(push({ worktree, branch: BRANCH })).rejects.toMatchObject({ kind: 'refused' });
    await push({ worktree, branch: BRANCH, expectedRemote: sha });
    expect(git(origin, 'rev-parse', BRANCH)).toBe(better);
    git(root, 'commit', '-q', '--amend', '-m', 'best');
    await expect(push({ worktree, branch: BRANCH, expectedRemote: sha })).rejects.toMatchObject({
      kind: 'refused',
    });
    expect(git(origin, 'rev-parse', BRANCH)).toBe(better);
  });

  test('from a linked worktree to a remote that is a relative path, which people mean from the main checkout', async () => {
    const { root, origin, sha } = withFix();
    git(root, 'checkout', '-q', 'main');
    git(root, 'remote', 'set-url', 'origin', relative(root, origin));
    git(root, 'config', 'remote.origin.partialclonefilter', 'blob:none');
    const folder = join(root, '.pitcrew', 'worktrees', 'shop-1');
    git(root, 'worktree', 'add', '-q', folder, BRANCH);
    const worktree = { root: folder, env: ENV };
    for (let time = 0; time < 2; time++) await push({ worktree, branch: BRANCH });
    expect(git(origin, 'rev-parse', BRANCH)).toBe(sha);
  });

  test('only the commit that is meant', async () => {
    const { root, origin, sha, worktree } = withFix();
    git(root, 'commit', '-q', '--allow-empty', '-m', 'one more');
    await expect(pushBranch({ ...CLAIM, worktree, branch: BRANCH, sha })).rejects.toMatchObject({
      kind: 'refused',
    });
    expect(git(origin, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });

  test('the default branch, an unknown branch or remote, a remote that is gone', async () => {
    const { root, worktree } = withFix();
    await expect(push({ worktree, branch: 'main' })).rejects.toMatchObject({ kind: 'refused' });
    await expect(push({ worktree, branch: 'nope' })).rejects.toMatchObject({ kind: 'input' });
    await expect(push({ worktree, branch: BRANCH, remote: 'nope' })).rejects.toMatchObject({
      kind: 'input',
    });
    git(root, 'remote', 'set-url', 'origin', join(root, 'gone.git'));
    await expect(push({ worktree, branch: BRANCH })).rejects.toMatchObject({ kind: 'upstream' });
  });
});

describe('writePatch', () => {
  test('a file that git am takes elsewhere, whatever the person has configured, in any encoding', async () => {
    const { root, base, worktree } = withFix();
    writeFileSync(join(root, 'latin1.txt'), Buffer.from([0xe4, 0xf6, 0x0a]));
    const sha = commit(root, 'second', { 'binary.bin': '\0\u0001' });
    git(root, 'config', 'diff.noprefix', 'true');
    git(root, 'config', 'format.attach', 'true');
    const file = join(temporaryFolder(), 'patches/shop-1.patch');
    expect(await writePatch({ worktree, base, sha, file })).toEqual({ file, commits: 2 });
    git(root, 'config', '--unset', 'diff.noprefix');
    git(root, 'checkout', '-q', 'main');
    git(root, 'am', '-q', file);
    expect(git(root, 'rev-parse', 'HEAD^{tree}')).toBe(git(root, 'rev-parse', `${sha}^{tree}`));
    expect(readFileSync(join(root, 'latin1.txt'))).toEqual(Buffer.from([0xe4, 0xf6, 0x0a]));
  });

  test('nothing to write, a relative file', async () => {
    const { base, sha, worktree } = withFix();
    const file = join(temporaryFolder(), 'x.patch');
    await expect(writePatch({ worktree, base: sha, sha, file })).rejects.toMatchObject({ kind: 'input' });
    await expect(writePatch({ worktree, base, sha, file: 'x.patch' })).rejects.toMatchObject({
      kind: 'input',
    });
    expect(existsSync(file)).toBe(false);
  });
});

describe('startComparison', () => {
  const setUp = async () => {
    const root = repositoryWith();
    const released = git(root, 'rev-parse', 'HEAD');
    git(root, 'tag', '-a', 'v1.2.3', '-m', 'release');
    const fix = commit(root, 'fix: empty | carts `x`', { 'src/cart.ts': 'fixed\n' });
    commit(root, 'docs', { 'README.md': 'more\n' });
    return { root, repository: await open(root), released, fix };
  };

  test.each(['v1.2.3', '1.2.3', 'shop@1.2.3', 'shop@1.2.3+45', 'SHA', 'shop@SHA', 'shop@9.9.9+SHORT'])(
    'finds release %s, and what touched the file since',
    async (name) => {
      const { repository, released, fix } = await setUp();
      const release = name.replace('SHA', released).replace('SHORT', released.slice(0, 10));
      expect(await startComparison(repository).with(release, ['src/cart.ts'])).toMatchObject({
        known: true,
        sha: released,
        ahead: 2,
        behind: 0,
        commits: [{ sha: fix, subject: 'fix: empty | carts `x`', date: expect.stringMatching(/^\d{4}-/) }],
        more: false,
      });
    },
  );

  test('commits that the checkout does not have are counted', async () => {
    const { root, repository } = await setUp();
    git(root, 'tag', 'v2.0.0');
    git(root, 'reset', '-q', '--hard', 'HEAD~1');
    expect(await startComparison(repository).with('2.0.0', [])).toMatchObject({
      ahead: 0,
      behind: 1,
    });
  });

  test.each([
    '9.9.9',
    '',
    'HEAD',
    '--all',
    'v1.2.3^{/fix}',
    'shop@HEAD~1',
    '$(touch x)',
    'a..b',
    '\u202e1.2.3x',
    '@',
  ])('release %j is unknown, and says so', async (release) => {
    const { repository } = await setUp();
    const answer = await startComparison(repository).with(release, ['src/cart.ts']);
    expect(answer).toMatchObject({ known: false, note: expect.stringContaining('No tag or commit') });
  });

  test('the list of commits is capped', async () => {
    const { root, repository } = await setUp();
    for (let index = 0; index < 22; index++) commit(root, `c${index}`, { 'src/cart.ts': `${index}\n` });
    const answer = await startComparison(repository).with('v1.2.3', ['src/cart.ts']);
    expect(answer).toMatchObject({ more: true, commits: { length: 20 } });
  });

  test('the names that are tried', () => {
    expect(namesFor('shop@1.2.3')).toEqual(
      ['shop@1.2.3', '1.2.3', 'v1.2.3', 'release-1.2.3', 'release/1.2.3', 'shop-v1.2.3', 'shop/v1.2.3'].map(
        (tag) => `refs/tags/${tag}`,
      ),
    );
  });
});
