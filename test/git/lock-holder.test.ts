import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { breakLockOfTheDead, noteHolder } from '../../src/git/lock-holder.ts';
import { temporaryFolder } from './repositories.ts';

/** A lock as a process leaves it that was killed; the process has really been there. */
async function lockOf(what: 'the dead' | 'the living') {
  const folder = temporaryFolder();
  const path = join(folder, 'worktrees');
  mkdirSync(`${path}.lock`);
  await noteHolder(path);
  const record = JSON.parse(readFileSync(`${path}.holder`, 'utf8'));
  if (what === 'the dead') {
    const child = spawn('true', { stdio: 'ignore' });
    await once(child, 'exit');
    writeFileSync(`${path}.holder`, JSON.stringify({ ...record, pid: child.pid, start: '1' }));
  }
  const rewrite = (change: object) =>
    writeFileSync(
      `${path}.holder`,
      JSON.stringify({ ...JSON.parse(readFileSync(`${path}.holder`, 'utf8')), ...change }),
    );
  return { folder, path, rewrite, isHeld: () => existsSync(`${path}.lock`) };
}

describe.skipIf(process.platform !== 'linux')('a lock whose holder', () => {
  test('was killed is taken away, with what says who it was', async () => {
    const { folder, path } = await lockOf('the dead');
    expect(await breakLockOfTheDead(path, folder)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('lives stays, however old it is', async () => {
    const { folder, path, isHeld } = await lockOf('the living');
    utimesSync(`${path}.lock`, 1, 1);
    expect(await breakLockOfTheDead(path, folder)).toBe(false);
    expect(isHeld()).toBe(true);
  });

  test('has a pid that somebody else has now is taken away', async () => {
    const { folder, path, rewrite } = await lockOf('the living');
    rewrite({ start: '1' });
    expect(await breakLockOfTheDead(path, folder)).toBe(true);
  });

  test.each([
    ['of another boot', { boot: 'another' }],
    ['in another container', { pidNamespace: 'pid:[1]' }],
    ['without a pid', { pid: 0 }],
    ['with a pid of every process', { pid: -1 }],
  ])('is %s stays: nobody can know', async (_name, change) => {
    const { folder, path, rewrite, isHeld } = await lockOf('the dead');
    rewrite(change);
    expect(await breakLockOfTheDead(path, folder)).toBe(false);
    expect(isHeld()).toBe(true);
  });

  test('is not written down, or illegibly, stays', async () => {
    for (const text of [undefined, '', '{', 'null', '[]']) {
      const { folder, path, isHeld } = await lockOf('the dead');
      if (text === undefined) rmSync(`${path}.holder`);
      else writeFileSync(`${path}.holder`, text);
      expect(await breakLockOfTheDead(path, folder)).toBe(false);
      expect(isHeld()).toBe(true);
    }
  });

  test('was killed while its git goes on stays until that is done', async () => {
    const { folder, path, isHeld } = await lockOf('the dead');
    const git = spawn('git', ['hash-object', '--stdin', 'worktree'], {
      cwd: folder,
      argv0: 'git',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(git, 'spawn');
    expect(await breakLockOfTheDead(path, folder)).toBe(false);
    expect(isHeld()).toBe(true);
    git.stdin.end();
    await once(git, 'exit');
    expect(await breakLockOfTheDead(path, folder)).toBe(true);
  });

  test('was killed is taken away once, by one of many', async () => {
    const { folder, path } = await lockOf('the dead');
    const answers = await Promise.all(Array.from({ length: 8 }, () => breakLockOfTheDead(path, folder)));
    expect(answers.filter((answer) => answer)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});
