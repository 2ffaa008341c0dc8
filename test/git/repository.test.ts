import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Checkout, gitList, gitRead, gitWrite, nulSeparated } from '../../src/git/git.ts';
import { parseRemote, remoteRepository } from '../../src/git/remote.ts';
import {
  checkoutAt,
  defaultBase,
  gitDirectoryOf,
  headOf,
  isAncestor,
  listFiles,
  openRepository,
  resolveCommit,
} from '../../src/git/repository.ts';
import {
  commit,
  ENV,
  git,
  open,
  repositoryWith,
  temporaryFolder,
  withOrigin,
  write,
} from './repositories.ts';

describe('openRepository', () => {
  test('finds the top from a folder inside, and the main checkout from a worktree', async () => {
    const root = repositoryWith();
    const tree = join(root, '..', 'tree');
    git(root, 'worktree', 'add', '-q', tree);
    const common = join(root, '.git');
    expect(await open(join(root, 'src'))).toMatchObject({
      root,
      commonDirectory: common,
      mainCheckout: root,
    });
    expect(await open(tree)).toMatchObject({ commonDirectory: common, mainCheckout: root });
  });

  test('resolves a symbolic link to the checkout', async () => {
    const root = repositoryWith();
    const link = join(root, '..', 'link');
    symlinkSync(root, link);
    expect((await open(link)).root).toBe(root);
  });

  test('is not led astray by variables of a git hook around it', async () => {
    const root = repositoryWith();
    const other = repositoryWith();
    const repository = await open(root, {
      ...ENV,
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: '/nowhere',
      EDITOR: 'x',
      PAGER: 'x',
      PREFIX: 'x',
    });
    expect(repository.root).toBe(root);
    expect(await listFiles(repository)).toContain('src/cart.ts');
  });

  test('input errors: no folder, no repository, bare, inside .git, no git', async () => {
    const folder = temporaryFolder();
    const bare = join(folder, 'bare.git');
    git(folder, 'init', '-q', '--bare', bare);
    const cases: [string, NodeJS.ProcessEnv, RegExp][] = [
      [join(folder, 'gone'), ENV, /is no folder/],
      [folder, ENV, /not inside a git repository/],
      [bare, ENV, /a bare repository/],
      [join(repositoryWith(), '.git'), ENV, /git's own folder/],
      [repositoryWith(), { ...ENV, PATH: folder }, /git is not installed/],
    ];
    for (const [cwd, env, message] of cases) {
      await expect(openRepository({ cwd, env })).rejects.toMatchObject({
        kind: 'input',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(/./),
      });
    }
  });

  test('opens a repository without commits, whose HEAD is then refused', async () => {
    const folder = temporaryFolder();
    git(folder, 'init', '-q');
    const repository = await open(folder);
    await expect(headOf(repository)).rejects.toMatchObject({ kind: 'input', message: /no commits yet/ });
    expect(await listFiles(repository)).toEqual([]);
  });
});

describe('what is asked of a repository', () => {
  test('head, ancestors, names', async () => {
    const root = repositoryWith();
    const repository = await open(root);
    const first = git(root, 'rev-parse', 'HEAD');
    const second = commit(root, 'second', { 'a.txt': 'a' });
    expect(await headOf(repository)).toEqual({ sha: second, branch: 'main' });
    expect(await isAncestor(repository, first, second)).toBe(true);
    expect(await isAncestor(repository, second, first)).toBe(false);
    expect(await resolveCommit(repository, 'main~1')).toBe(first);
    for (const name of ['nope', '', '--all', '-x', 'a\0b', 'main:README.md', '$(touch x)']) {
      expect(await resolveCommit(repository, name)).toBeUndefined();
    }
    git(root, 'checkout', '-q', '--detach');
    expect(await headOf(repository)).toEqual({ sha: second });
  });

  test('the default base is what the remote has, not what is checked out', async () => {
    const root = repositoryWith();
    const repository = await open(root);
    const first = git(root, 'rev-parse', 'HEAD');
    expect(await defaultBase(repository)).toEqual({ ref: 'main', sha: first });
    withOrigin(root);
    const second = commit(root, 'not pushed', { 'a.txt': 'a' });
    expect(await defaultBase(repository)).toEqual({ ref: 'origin/main', sha: first });
    expect(second).not.toBe(first);
  });

  test('files: of the working tree, and of a commit', async () => {
    const root = repositoryWith();
    write(root, { 'new ümlaut\n.txt': '', 'out/x': '', 'a.log': '' });
    rmSync(join(root, 'README.md'));
    const repository = await open(root);
    expect((await listFiles(repository)).sort()).toEqual(['.gitignore', 'new ümlaut\n.txt', 'src/cart.ts']);
    expect((await listFiles(repository, 'HEAD')).sort()).toEqual(['.gitignore', 'README.md', 'src/cart.ts']);
    await expect(listFiles(repository, 'nope')).rejects.toMatchObject({ kind: 'input' });
  });

  test('a worktree that lost its .git does not pass for the checkout around it', async () => {
    const root = repositoryWith();
    const folder = join(root, '.pitcrew', 'worktrees', 'a');
    mkdirSync(folder, { recursive: true });
    const repository = await open(root);
    await expect(checkoutAt(repository, folder)).rejects.toMatchObject({ kind: 'input' });
    await expect(gitRead({ root: folder, env: ENV }, ['status'])).rejects.toMatchObject({ kind: 'upstream' });
    await expect(gitWrite({ root: folder, env: ENV }, ['add', '-A'])).rejects.toMatchObject({
      kind: 'upstream',
    });
  });

  test('a checkout whose path holds a line break is found, with its own git directory', async () => {
    const root = repositoryWith();
    const folder = join(root, '..', 'two\nlines');
    git(root, 'worktree', 'add', '-q', '-b', 'fix/a', folder);
    const checkout = await checkoutAt(await open(root), folder);
    expect(checkout.root).toBe(realpathSync(folder));
    expect(await gitDirectoryOf(checkout)).toBe(git(folder, 'rev-parse', '--absolute-git-dir'));
  });

  test('a folder that is gone is named, and git is not taken for missing', async () => {
    const gone: Checkout = { root: join(temporaryFolder(), 'gone'), env: ENV };
    for (const ask of [gitRead, gitList, gitWrite]) {
      await expect(ask(gone, ['ls-files'])).rejects.toMatchObject({
        kind: 'upstream',
        message: `git could not be run in ${gone.root}.`,
      });
    }
  });

  test('a list is answered whole, however long it is', async () => {
    const root = repositoryWith();
    const names = Array.from({ length: 6000 }, (_, index) => `${'long-'.repeat(40)}${index}.txt`);
    for (const name of names) writeFileSync(join(root, name), '');
    const { stdout } = await gitList(await open(root), ['ls-files', '-z', '--others']);
    expect(nulSeparated(stdout).sort()).toEqual(names.sort());
  });

  test('failures say what git said, without credentials; time-outs and cancellation end it', async () => {
    const checkout = { root: repositoryWith(), env: ENV };
    const secret = `https://user:${'s3cr3t'.repeat(3)}@127.0.0.1:1/x.git`;
    const failing = gitWrite(checkout, ['ls-remote', secret]);
    await expect(failing).rejects.toMatchObject({ kind: 'upstream' });
    await expect(failing).rejects.not.toThrow(/s3cr3t/);
    for (const run of [gitRead, gitWrite]) {
      await expect(run(checkout, ['cat-file', '--batch-bogus'])).rejects.toThrow(
        /cat-file failed \(exit code 129\)/,
      );
      const signal = AbortSignal.abort(new Error('cancelled'));
      await expect(run({ ...checkout, signal }, ['status'])).rejects.toThrow('cancelled');
    }
    // simple-git leaves stdin open, so this waits for input that never comes.
    const waiting = gitRead(checkout, ['hash-object', '--stdin'], { timeoutMs: 300 });
    await expect(waiting).rejects.toThrow(/did not end in time/);
  });
});

test.each([
  ['https://github.com/acme/shop.git', 'github.com', 'acme', 'shop'],
  ['https://github.com/acme/shop/', 'github.com', 'acme', 'shop'],
  ['https://user:token@github.example.com:8443/acme/shop', 'github.example.com:8443', 'acme', 'shop'],
  ['git@github.com:acme/shop.git', 'github.com', 'acme', 'shop'],
  ['github.com:acme/shop', 'github.com', 'acme', 'shop'],
  ['ssh://git@github.example.com:2222/acme/shop.git', 'github.example.com', 'acme', 'shop'],
  ['ssh://git@ssh.github.com:443/acme/shop.git', 'github.com', 'acme', 'shop'],
  ['git://host.example/group/sub/shop', 'host.example', 'group/sub', 'shop'],
  ['http://127.0.0.1:4000/acme/shop.git', '127.0.0.1:4000', 'acme', 'shop'],
])('remote %s', (url, host, owner, name) => {
  expect(parseRemote(url)).toEqual({ host, owner, name });
});

test.each([
  '/srv/git/shop.git',
  'file:///srv/git/shop.git',
  '../shop',
  'C:\\shop',
  'C:/acme/shop',
  'https://github.com/shop',
  'https://github.com',
  '',
  'ext::sh -c x',
])('remote %j is on no host', (url) => expect(parseRemote(url)).toBeUndefined());

test('the origin of a repository', async () => {
  const root = repositoryWith();
  const repository = await open(root);
  expect(await remoteRepository(repository)).toBeUndefined();
  git(root, 'remote', 'add', 'origin', 'short:acme/shop.git');
  git(root, 'config', 'url.git@github.example.com:.insteadOf', 'short:');
  expect(await remoteRepository(repository)).toEqual({
    host: 'github.example.com',
    owner: 'acme',
    name: 'shop',
  });
});
