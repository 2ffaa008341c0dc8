import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changedFiles, snapshotTree } from '../../src/git/changes.ts';
import { type CommitRequest, commitFiles } from '../../src/git/commit.ts';
import { commit, ENV, FILES, git, repositoryWith, temporaryFolder, write } from './repositories.ts';

const BRANCH = 'fix/shop-1';

async function setUp(files: Record<string, string> = FILES) {
  const root = repositoryWith(files);
  const path = join(root, '.pitcrew/worktrees/shop-1');
  git(root, 'worktree', 'add', '-q', '--no-track', '-b', BRANCH, path);
  const base = git(root, 'rev-parse', 'HEAD');
  const worktree = { root: path, env: ENV };
  const commitIt = (declared: string[], more: Partial<CommitRequest> = {}) =>
    commitFiles({
      worktree,
      branch: BRANCH,
      expectedHead: base,
      files: declared,
      message: 'fix(shop): x',
      ...more,
    });
  const unchanged = () => expect(git(path, 'rev-parse', BRANCH)).toBe(base);
  return { root, path, base, worktree, commitIt, unchanged };
}

describe('changedFiles and snapshotTree', () => {
  test('everything that differs, tracked or not, but nothing ignored', async () => {
    const { path, base, worktree } = await setUp({
      ...FILES,
      'old.ts': 'x',
      'moved.ts': 'a long enough line\n',
      'l.ts': '',
    });
    write(path, {
      'src/cart.ts': 'fixed',
      'new [1]*.ts': '',
      'out/x': '',
      'umläut "q".ts': '',
      'moved-to.ts': 'a long enough line\n',
    });
    unlinkSync(join(path, 'old.ts'));
    unlinkSync(join(path, 'moved.ts'));
    unlinkSync(join(path, 'l.ts'));
    symlinkSync('README.md', join(path, 'l.ts'));
    git(path, 'add', 'src/cart.ts');
    const changes = await changedFiles(worktree, base);
    expect(changes.map(({ path: file, status, untracked }) => [file, status, untracked])).toEqual([
      ['l.ts', 'type', false],
      ['moved-to.ts', 'added', true],
      ['moved.ts', 'deleted', false],
      ['new [1]*.ts', 'added', true],
      ['old.ts', 'deleted', false],
      ['src/cart.ts', 'modified', false],
      ['umläut "q".ts', 'added', true],
    ]);
  });

  test('counts committed work too, and a file that only the index forgot', async () => {
    const { path, base, worktree } = await setUp();
    commit(path, 'fix', { 'a.ts': '' });
    git(path, 'rm', '-q', '--cached', 'README.md', 'src/cart.ts');
    write(path, { 'src/cart.ts': 'fixed' });
    expect(await changedFiles(worktree, base)).toMatchObject([
      { path: 'a.ts', status: 'added' },
      { path: 'src/cart.ts', status: 'modified', untracked: true },
    ]);
  });

  test('the tree of the working state, without touching the index', async () => {
    const { path, worktree } = await setUp({ ...FILES, folder: 'a file', 'nested/x': '' });
    expect(await snapshotTree(worktree)).toBe(git(path, 'rev-parse', 'HEAD^{tree}'));
    rmSync(join(path, 'folder'));
    rmSync(join(path, 'nested'), { recursive: true });
    write(path, {
      'folder/b.ts': 'now a folder',
      nested: 'now a file',
      'src/cart.ts': 'fixed',
      'out/x': 'ignored',
    });
    const before = git(path, 'status', '--porcelain', '-uall');
    const all = await snapshotTree(worktree);
    const one = await snapshotTree(worktree, ['src/cart.ts']);
    expect(git(path, 'status', '--porcelain', '-uall')).toBe(before);
    const names = git(path, 'ls-tree', '-r', '--name-only', all).split('\n');
    expect(names).toEqual(['.gitignore', 'README.md', 'folder/b.ts', 'nested', 'src/cart.ts']);
    expect(git(path, 'diff', '--name-only', 'HEAD', one)).toBe('src/cart.ts');
    expect(readdirSync(git(path, 'rev-parse', '--absolute-git-dir')).join()).not.toContain('pitcrew-index');
  });
});

describe('commitFiles', () => {
  test('commits exactly the declared files, whatever else is staged or changed', async () => {
    const { path, base, commitIt } = await setUp({ ...FILES, 'old.ts': 'x' });
    write(path, {
      'src/cart.ts': 'fixed',
      'app/[id].ts': 'new',
      'other.ts': 'staged by somebody',
      'README.md': 'changed',
    });
    git(path, 'add', 'other.ts');
    unlinkSync(join(path, 'old.ts'));
    const made = await commitIt(['src/cart.ts', 'app/[id].ts', 'old.ts', 'src/cart.ts'], {
      message: 'fix(shop): empty carts\n\n# not a comment\nFixes nothing by keyword.\n\n',
      author: { name: 'Grace', email: 'grace@example.com' },
    });
    expect(made).toMatchObject({
      sha: git(path, 'rev-parse', BRANCH),
      tree: git(path, 'rev-parse', `${BRANCH}^{tree}`),
      files: [
        { path: 'app/[id].ts', status: 'added' },
        { path: 'old.ts', status: 'deleted' },
        { path: 'src/cart.ts', status: 'modified' },
      ],
      indexRefreshed: true,
    });
    expect(git(path, 'log', '-1', '--format=%P|%an|%cn|%B')).toBe(
      `${base}|Grace|Ada|fix(shop): empty carts\n\n# not a comment\nFixes nothing by keyword.`,
    );
    expect(git(path, 'status', '--porcelain')).toBe(' M README.md\nA  other.ts');
    expect(git(path, 'reflog', '-1', '--format=%gs', BRANCH)).toBe('pitcrew: fix(shop): empty carts');
  });

  test('only the tree that was proven', async () => {
    const { path, worktree, commitIt, unchanged } = await setUp();
    write(path, { 'src/cart.ts': 'fixed' });
    const proven = await snapshotTree(worktree);
    write(path, { 'src/cart.ts': 'fixed, and then some' });
    await expect(commitIt(['src/cart.ts'], { expectedTree: proven })).rejects.toMatchObject({
      kind: 'refused',
    });
    unchanged();
    write(path, { 'src/cart.ts': 'fixed' });
    expect((await commitIt(['src/cart.ts'], { expectedTree: proven })).tree).toBe(proven);
  });

  test('files that are not fit to be committed are refused, and nothing changes', async () => {
    const { path, commitIt, unchanged } = await setUp();
    write(path, { 'src/cart.ts': 'fixed', 'a.log': 'x', 'real/x.ts': 'x' });
    symlinkSync('/etc/hostname', join(path, 'escape'));
    symlinkSync('real', join(path, 'link'));
    mkdirSync(join(path, 'nested'));
    git(join(path, 'nested'), 'init', '-q');
    const before = git(path, 'status', '--porcelain', '-uall');
    for (const [what, files, kind, message] of UNFIT) {
      await expect(commitIt(files), what).rejects.toMatchObject({
        kind,
        message: expect.stringMatching(message),
      });
      unchanged();
    }
    expect(git(path, 'status', '--porcelain', '-uall')).toBe(before);
  });

  test('a link inside the checkout is committed as a link', async () => {
    const { path, commitIt } = await setUp();
    symlinkSync('../README.md', join(path, 'src/link'));
    await commitIt(['src/link']);
    expect(git(path, 'ls-tree', 'HEAD', 'src/link')).toMatch(/^120000/);
  });

  test('a branch that moved, another branch, a detached HEAD, a merge in progress, an empty message', async () => {
    const { root, path, base, commitIt } = await setUp();
    write(path, { 'a.ts': 'a' });
    await expect(commitIt(['a.ts'], { message: ' \n' })).rejects.toMatchObject({ kind: 'input' });
    await expect(commitIt(['a.ts'], { branch: 'main' })).rejects.toThrow(/is on fix\/shop-1, not on main/);
    const other = commit(root, 'on main', { 'b.ts': '' });
    await expect(commitIt(['a.ts'], { expectedHead: other })).rejects.toThrow(/has moved/);
    git(path, 'merge', '-q', '--no-ff', '--no-commit', 'main');
    await expect(commitIt(['a.ts'])).rejects.toThrow(/merge is in progress/);
    git(path, 'merge', '--abort');
    git(path, 'checkout', '-q', '--detach');
    await expect(commitIt(['a.ts'])).rejects.toThrow(/HEAD is detached/);
    expect(git(path, 'rev-parse', BRANCH)).toBe(base);
  });

  test('of two at once, one commits and the other is refused', async () => {
    const { path, base, commitIt } = await setUp();
    write(path, { 'a.ts': 'a', 'b.ts': 'b' });
    const results = await Promise.allSettled([commitIt(['a.ts']), commitIt(['b.ts'])]);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('has moved'),
    });
    expect(git(path, 'rev-parse', `${BRANCH}~1`)).toBe(base);
  });

  test('nobody to commit as', async () => {
    const { path, worktree, commitIt, unchanged } = await setUp();
    write(path, { 'a.ts': '' });
    const env = { PATH: ENV.PATH, HOME: ENV.HOME, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    const nobody = commitIt(['a.ts'], { worktree: { ...worktree, env } });
    await expect(nobody).rejects.toMatchObject({
      kind: 'input',
      hint: expect.stringContaining('git config'),
    });
    unchanged();
  });

  test('signs where commit.gpgSign is set', async () => {
    const { root, path, commitIt, unchanged } = await setUp();
    const signer = join(root, '../signer');
    writeFileSync(
      signer,
      '#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED x" >&2\necho "-----BEGIN PGP SIGNATURE-----"\n',
    );
    chmodSync(signer, 0o755);
    git(root, 'config', 'commit.gpgSign', 'true');
    git(root, 'config', 'gpg.program', '/bin/false');
    write(path, { 'a.ts': '' });
    await expect(commitIt(['a.ts'])).rejects.toMatchObject({ kind: 'upstream', hint: /signing key/ });
    unchanged();
    git(root, 'config', 'gpg.program', signer);
    await commitIt(['a.ts']);
    expect(git(path, 'cat-file', 'commit', 'HEAD')).toContain('gpgsig -----BEGIN PGP SIGNATURE');
  });

  test('a commit that is not the declared one is taken off the branch again', async () => {
    const { path, base, worktree, commitIt } = await setUp();
    write(path, { 'src/cart.ts': 'fixed' });
    // A git that writes another tree than it was told.
    const folder = temporaryFolder();
    const real = git(path, '--exec-path');
    const script = `#!/bin/sh
      for word; do
        shift
        if [ "$word" = commit-tree ]; then tampering=1; fi
        if [ -n "$tampering" ] && [ "\${#word}" = 40 ] && [ "$word" != ${base} ]; then word=$("${real}/git" mktree </dev/null); fi
        set -- "$@" "$word"
      done
      exec "${real}/git" "$@"`;
    writeFileSync(join(folder, 'git'), script);
    chmodSync(join(folder, 'git'), 0o755);
    const env = { ...ENV, PATH: `${folder}:${ENV.PATH}` };
    await expect(commitIt(['src/cart.ts'], { worktree: { ...worktree, env } })).rejects.toThrow(
      /taken off the branch/,
    );
    expect(git(path, 'rev-parse', BRANCH)).toBe(base);
    expect(git(path, 'reflog', '-1', '--format=%gs', BRANCH)).toBe('pitcrew: undo');
  });

  test('hooks do not run, a busy index is no failure, and a cut-off commit is healed by the next', async () => {
    const { root, path, worktree, commitIt } = await setUp();
    for (const hook of ['pre-commit', 'commit-msg', 'reference-transaction', 'post-commit']) {
      writeFileSync(join(root, '.git/hooks', hook), '#!/bin/sh\nexit 1\n');
      chmodSync(join(root, '.git/hooks', hook), 0o755);
    }
    write(path, { 'a.ts': 'a' });
    const lock = join(git(path, 'rev-parse', '--absolute-git-dir'), 'index.lock');
    writeFileSync(lock, '');
    const first = await commitIt(['a.ts']);
    expect(first.indexRefreshed).toBe(false);
    rmSync(lock);
    expect(await changedFiles(worktree, first.sha)).toEqual([]);
    write(path, { 'a.ts': 'b' });
    await commitIt(['a.ts'], { expectedHead: first.sha });
    expect(git(path, 'status', '--porcelain')).toBe('');
  });

  test('a folder that is not the top of a checkout is refused', async () => {
    const { path, commitIt, unchanged } = await setUp();
    const inside = commitIt(['cart.ts'], { worktree: { root: join(path, 'src'), env: ENV } });
    await expect(inside).rejects.toMatchObject({ kind: 'input' });
    unchanged();
    expect(existsSync(join(path, 'src/cart.ts'))).toBe(true);
  });
});

const UNFIT: [string, string[], 'input' | 'refused', RegExp][] = [
  ['no files', [], 'input', /No files/],
  ['a folder', ['src'], 'input', /is a folder/],
  ['a folder with a slash', ['src/'], 'input', /not a path/],
  ['everything', ['.'], 'input', /not a path/],
  ['a pattern', ['src/*.ts'], 'input', /There is no file/],
  ['pathspec magic', [':(top)src/cart.ts'], 'input', /There is no file/],
  ['an option', ['--all'], 'input', /There is no file/],
  ['a path out of the worktree', ['../../../README.md'], 'input', /not a path/],
  ['an absolute path', ['/etc/passwd'], 'input', /not a path/],
  ['a missing file', ['nope.ts'], 'input', /There is no file/],
  ['an ignored file', ['a.log'], 'refused', /is ignored/],
  ['a file of git', ['.git'], 'refused', /belongs to git/],
  ['another spelling of it', ['src/.GIT/config'], 'refused', /belongs to git/],
  ['an unchanged file', ['src/cart.ts', 'README.md'], 'refused', /not changed: README.md/],
  ['only unchanged files', ['README.md'], 'refused', /None of the named files/],
  ['a link out of the worktree', ['escape'], 'refused', /leaves the checkout/],
  ['a file behind a link', ['link/x.ts'], 'refused', /behind a symbolic link/],
  ['a repository of its own', ['nested'], 'refused', /a repository of its own/],
];
