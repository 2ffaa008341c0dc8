import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { excludePatterns } from '../../src/git/exclude.ts';
import type { Repository } from '../../src/git/repository.ts';
import { smallDisk } from '../support/fault-disk.ts';
import { ENV, git, repositoryWith } from './repositories.ts';

const at = (root: string): Repository => ({
  root,
  mainCheckout: root,
  commonDirectory: join(root, '.git'),
  env: ENV,
});
const fileOf = (root: string): string => join(root, '.git', 'info', 'exclude');

describe('patterns for what Pitcrew writes', () => {
  test('are added once, on lines of their own, and the rest and the mode of the file stay', async () => {
    const root = repositoryWith();
    writeFileSync(fileOf(root), '*.log\n/mine');
    chmodSync(fileOf(root), 0o640);
    await excludePatterns(at(root), ['/.pitcrew/', '/mine']);
    await excludePatterns(at(root), ['/.pitcrew/']);
    expect(readFileSync(fileOf(root), 'utf8')).toBe('*.log\n/mine\n/.pitcrew/\n');
    expect(statSync(fileOf(root)).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(root, '.git', 'info'))).toEqual(['exclude']);
  });

  test('are all there when many add theirs at once', async () => {
    const root = repositoryWith();
    const names = Array.from({ length: 4 }, (_, number) => `/folder-${number}/`);
    await Promise.all(names.map((name) => excludePatterns(at(root), [name])));
    const lines = readFileSync(fileOf(root), 'utf8').split('\n');
    expect(names.filter((name) => !lines.includes(name))).toEqual([]);
  });
});

const disk = await smallDisk(1);
if (!disk) console.warn('SKIPPED: this user may not mount a small file system, so no disk is filled.');
afterAll(() => disk?.close());

test.skipIf(!disk)('a full disk leaves the file as it was, never with half a pattern', async () => {
  if (!disk) return;
  const root = join(disk.folder, 'repository');
  git('.', 'init', '-q', root);
  // A file system in memory gives room by pages: so near the end of one that the pattern needs another.
  const before = `${'#'.repeat(4090)}\n`;
  writeFileSync(fileOf(root), before);
  disk.fill();
  await expect(excludePatterns(at(root), ['/.pitcrew/worktrees/'])).rejects.toMatchObject({
    kind: 'input',
    message: expect.stringMatching(/exclude cannot be written: the disk is full/),
  });
  expect(readFileSync(fileOf(root), 'utf8')).toBe(before);
  expect(readdirSync(join(root, '.git', 'info'))).toEqual(['exclude']);
  disk.makeRoom();
  await excludePatterns(at(root), ['/.pitcrew/worktrees/']);
  expect(readFileSync(fileOf(root), 'utf8')).toBe(`${before}/.pitcrew/worktrees/\n`);
});
