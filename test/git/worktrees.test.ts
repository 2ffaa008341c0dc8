import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listWorktrees } from '../../src/git/list-worktrees.ts';
import { createWorktree, type WorktreeRequest } from '../../src/git/worktrees.ts';
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

const create = async (root: string, more: Partial<WorktreeRequest> = {}) => {
  const repository = await open(root);
  return createWorktree({
    repository,
    incident: 'sentry:acme/SHOP-1',
    branch: 'fix/shop-1',
    folder: join(root, '.pitcrew/worktrees/shop-1'),
    base: 'HEAD',
    reason: 'run 1, claude-code pid 1',
    ...more,
  });
};

const inProcess = (root: string, name: string) =>
  spawn(process.execPath, [join(import.meta.dirname, 'create-in-process.ts'), root, name], { env: ENV });

const ended = (child: ReturnType<typeof inProcess>): Promise<{ code: number | null; stderr: string }> =>
  new Promise((resolve) => {
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout.resume();
    child.on('close', (code) => resolve({ code, stderr }));
  });

/** Whether a git process names this worktree in its arguments or works in it. */
function gitRunsOn(name: string): boolean {
  const listed = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return listed.split('\n').some((args) => args.startsWith('git ') && args.includes(name));
}

describe('createWorktree', () => {
  test('makes a locked worktree on its own branch, unseen by the main checkout', async () => {
    const root = repositoryWith();
    withOrigin(root);
    const made = await create(root, { base: 'origin/main' });
    const sha = git(root, 'rev-parse', 'HEAD');
    expect(made).toEqual({
      path: join(root, '.pitcrew/worktrees/shop-1'),
      branch: 'fix/shop-1',
      base: sha,
      created: true,
      commits: 0,
    });
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(git(made.path, 'status', '--porcelain')).toBe('');
    const [, entry] = await listWorktrees(await open(root));
    expect(entry).toMatchObject({
      branch: 'fix/shop-1',
      head: sha,
      locked: 'pitcrew: run 1, claude-code pid 1',
    });
    expect(git(root, 'config', '--list')).not.toContain('branch.fix');
  });

  test('takes an intact one up again with its work untouched, also from inside it', async () => {
    const root = repositoryWith();
    const first = await create(root);
    write(first.path, { 'src/cart.ts': 'half done', 'new.ts': '' });
    commit(root, 'main moves on', { 'other.ts': '' });
    const second = await create(first.path, { folder: first.path, base: 'main' });
    expect(second).toEqual({ ...first, created: false });
    expect(readFileSync(join(first.path, 'src/cart.ts'), 'utf8')).toBe('half done');
    const exclude = readFileSync(join(root, '.git/info/exclude'), 'utf8');
    expect(exclude.match(/^\/\.pitcrew\/$/gm)).toHaveLength(1);
  });

  test('sixteen at once: no failures, no leftovers', async () => {
    const root = repositoryWith();
    const names = Array.from({ length: 16 }, (_, index) => `shop-${index}`);
    const results = await Promise.all(names.map((name) => ended(inProcess(root, name))));
    expect(results.filter((result) => result.code !== 0)).toEqual([]);
    const entries = await listWorktrees(await open(root));
    expect(
      entries
        .slice(1)
        .map((entry) => entry.branch)
        .sort(),
    ).toEqual(names.map((name) => `fix/${name}`).sort());
    for (const entry of entries.slice(1)) expect(git(entry.path, 'status', '--porcelain')).toBe('');
    expect(git(root, 'branch', '--format=%(refname:short)').split('\n')).toHaveLength(17);
    expect(readdirSync(join(root, '.git/pitcrew'))).toEqual([]);
  });

  test('the same one from several processes at once is made once', async () => {
    const root = repositoryWith();
    const results = await Promise.all([1, 2, 3].map(() => ended(inProcess(root, 'shop-1'))));
    expect(results.map((result) => result.code)).toEqual([0, 0, 0]);
    expect(await listWorktrees(await open(root))).toHaveLength(2);
  });

  test('killed at any moment, the next one goes on', async () => {
    const root = repositoryWith(
      Object.fromEntries(
        Array.from({ length: 300 }, (_, index) => [`f/${index}.txt`, `${index}`.repeat(500)]),
      ),
    );
    const lock = join(root, '.git/pitcrew/worktrees.lock');
    for (let round = 0; round < 6; round++) {
      const name = `killed-${process.pid}-${round}`;
      const child = inProcess(root, name);
      const end = ended(child);
      const known = process.platform === 'linux' ? join(root, '.git/pitcrew/worktrees.holder') : lock;
      await expect.poll(() => existsSync(known), { interval: 2, timeout: 20_000 }).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, round * 15));
      child.kill('SIGKILL');
      await end;
      // Its git may run on for a moment. On Linux the successor sees when that is over; elsewhere it waits for a minute.
      if (process.platform !== 'linux' && existsSync(lock)) {
        await expect.poll(() => gitRunsOn(name), { interval: 20, timeout: 20_000 }).toBe(false);
        utimesSync(lock, 1, 1);
      }
      const made = await create(root, {
        branch: `fix/${name}`,
        folder: join(root, '.pitcrew/worktrees', name),
      });
      expect(git(made.path, 'status', '--porcelain')).toBe('');
      expect(git(made.path, 'symbolic-ref', '--short', 'HEAD')).toBe(`fix/${name}`);
    }
    expect(
      (await listWorktrees(await open(root))).filter((entry) => entry.locked === undefined),
    ).toHaveLength(1);
  });

  describe('after an attempt that was cut off', () => {
    test('adopts a branch without a worktree, at the new base', async () => {
      const root = repositoryWith();
      git(root, 'branch', 'fix/shop-1');
      const sha = commit(root, 'main moves on', { 'other.ts': '' });
      expect(await create(root)).toMatchObject({ base: sha, created: true, commits: 0 });
    });

    test('locks a worktree that was not locked yet', async () => {
      const root = repositoryWith();
      const { path } = await create(root);
      git(root, 'worktree', 'unlock', path);
      expect((await create(root)).created).toBe(false);
      expect((await listWorktrees(await open(root)))[1]?.locked).toMatch(/^pitcrew: /);
    });

    test('replaces a checkout without an index', async () => {
      const root = repositoryWith();
      const { path } = await create(root);
      rmSync(join(root, '.git/worktrees/shop-1/index'));
      rmSync(join(path, 'README.md'));
      expect((await create(root)).created).toBe(true);
      expect(git(path, 'status', '--porcelain')).toBe('');
    });

    test('but not one with something of somebody in it', async () => {
      const root = repositoryWith();
      const { path } = await create(root);
      rmSync(join(root, '.git/worktrees/shop-1/index'));
      for (const file of ['src/cart.ts', 'new.ts', 'a.log']) {
        write(path, { [file]: 'work' });
        await expect(create(root)).rejects.toMatchObject({
          kind: 'refused',
          message: expect.stringContaining(file),
        });
        expect(readFileSync(join(path, file), 'utf8')).toBe('work');
      }
    });

    test('an empty folder is no obstacle', async () => {
      const root = repositoryWith();
      mkdirSync(join(root, '.pitcrew/worktrees/shop-1'), { recursive: true });
      expect((await create(root)).created).toBe(true);
    });
  });

  test('a worktree whose folder vanished is made again with its commits', async () => {
    const root = repositoryWith();
    const { path, base } = await create(root);
    const sha = commit(path, 'fix', { 'src/cart.ts': 'fixed' });
    rmSync(path, { recursive: true });
    expect(await create(root)).toEqual({ path, branch: 'fix/shop-1', base, created: true, commits: 1 });
    expect(git(path, 'rev-parse', 'HEAD')).toBe(sha);
  });

  test.each<[string, 'input' | 'refused', (root: string) => Partial<WorktreeRequest>]>([
    ['a relative folder', 'input', () => ({ folder: 'x' })],
    ['the main checkout', 'input', (root) => ({ folder: root })],
    ['a folder around it', 'input', (root) => ({ folder: join(root, '..') })],
    ['a folder in .git', 'input', (root) => ({ folder: join(root, '.git/x') })],
    ['an unknown base', 'input', () => ({ base: 'nope' })],
    ['a base that is an option', 'input', () => ({ base: '--force' })],
    ['a branch name with spaces', 'input', () => ({ branch: 'a b' })],
    ['a branch name that is an option', 'input', () => ({ branch: '--force' })],
    ['a branch that is checked out', 'refused', () => ({ branch: 'main' })],
    [
      'a folder with something in it',
      'refused',
      (root) => {
        write(root, { 'd/x': '' });
        return { folder: join(root, 'd') };
      },
    ],
    [
      'a file',
      'refused',
      (root) => {
        write(root, { d: '' });
        return { folder: join(root, 'd') };
      },
    ],
    [
      'a folder behind a link out of the checkout',
      'refused',
      (root) => {
        symlinkSync(temporaryFolder(), join(root, 'd'));
        return { folder: join(root, 'd/x') };
      },
    ],
  ])('%s is %s', async (_what, kind, more) => {
    const root = repositoryWith();
    const before = git(root, 'branch');
    await expect(create(root, more(root))).rejects.toMatchObject({ kind, hint: expect.stringMatching(/./) });
    expect(git(root, 'branch')).toBe(before);
    expect(await listWorktrees(await open(root))).toHaveLength(1);
  });

  test('another branch in the same folder is refused', async () => {
    const root = repositoryWith();
    await create(root);
    await expect(create(root, { branch: 'fix/other' })).rejects.toMatchObject({ kind: 'refused' });
  });

  test('a worktree whose branch was taken away is refused, its files untouched', async () => {
    const root = repositoryWith();
    const { path } = await create(root);
    write(path, { 'mine.txt': 'work' });
    git(root, 'update-ref', '-d', 'refs/heads/fix/shop-1');
    await expect(create(root)).rejects.toMatchObject({
      kind: 'refused',
      message: `Branch fix/shop-1 is gone, and its worktree ${path} is still there.`,
    });
    expect(readFileSync(join(path, 'mine.txt'), 'utf8')).toBe('work');
  });

  test('a failed attempt leaves no branch', async () => {
    const root = repositoryWith();
    // git cannot make its entry here.
    write(root, { '.git/worktrees': '' });
    await expect(create(root)).rejects.toMatchObject({ kind: 'upstream' });
    expect(git(root, 'branch', '--list', 'fix/*')).toBe('');
  });

  test('hooks of the repository do not run', async () => {
    const root = repositoryWith();
    write(root, { '.git/hooks/post-checkout': '#!/bin/sh\ntouch "$GIT_DIR/../ran" ran\nexit 1\n' });
    chmodSync(join(root, '.git/hooks/post-checkout'), 0o755);
    const { path } = await create(root);
    expect(existsSync(join(path, 'ran'))).toBe(false);
  });
});
