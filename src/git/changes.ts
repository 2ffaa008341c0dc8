import { existsSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkout, gitList, gitRead, gitWrite, nulSeparated } from './git.ts';
import { withPrivateIndex } from './private-index.ts';
import { line } from './repository.ts';

export interface ChangedFile {
  /** Relative to the root, with `/`. A rename is a deletion and an addition: both paths are touched. */
  path: string;
  /** `type`: a file became a symbolic link or the like. */
  status: 'added' | 'modified' | 'deleted' | 'type';
  /** Not known to the checkout's own index. */
  untracked: boolean;
  /** Six octal digits, as in a tree: `100644`, `100755`, `120000`. Absent for deleted and untracked files. */
  mode?: string;
}

/** What differs between a commit and the working tree: committed, staged, unstaged and untracked, but not ignored. */
export async function changedFiles(checkout: Checkout, base: string): Promise<ChangedFile[]> {
  const diff = ['diff', '--raw', '-z', '--no-renames', '--no-abbrev', '--no-ext-diff', '--no-textconv'];
  const [tracked, untracked] = await Promise.all([
    gitList(checkout, [...diff, '--ignore-submodules=none', base, '--']),
    gitList(checkout, ['ls-files', '-z', '--others', '--exclude-standard']),
  ]);
  const changes = new Map(parseRaw(tracked.stdout).map((change) => [change.path, change]));
  const notInIndex: string[] = [];
  for (const path of nulSeparated(untracked.stdout)) {
    if (changes.has(path)) notInIndex.push(path);
    // git lists a repository inside the working tree as its folder.
    else changes.set(path, { path: path.replace(/\/$/, ''), status: 'added', untracked: true });
  }
  const same = await unchangedAmong(checkout, base, notInIndex);
  for (const path of notInIndex) {
    if (same.has(path)) changes.delete(path);
    else changes.set(path, { path, status: 'modified', untracked: true });
  }
  return [...changes.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/**
 * The id of the tree that HEAD and the given files (default: every changed one) make as they are on disk. Written
 * through a private index: nothing is staged, nothing of what others have staged counts.
 */
export async function snapshotTree(checkout: Checkout, paths?: readonly string[]): Promise<string> {
  const wanted = paths ?? (await changedFiles(checkout, 'HEAD')).map((change) => change.path);
  return withPrivateIndex(checkout, (index) => treeWith(checkout, index, 'HEAD', wanted));
}

/** `commit`'s tree with exactly these files taken from disk, through the given index. Missing ones are deleted. */
export async function treeWith(
  checkout: Checkout,
  index: { GIT_INDEX_FILE: string },
  commit: string,
  paths: readonly string[],
): Promise<string> {
  await gitWrite(checkout, ['read-tree', commit], { env: index });
  const onDisk = await Promise.all(paths.map((path) => isThere(join(checkout.root, path))));
  // update-index takes paths as they are: no patterns, no folders, nothing behind a symbolic link. Deletions come
  // first, so that a folder in place of a file, or the reverse, is no conflict.
  const update = async (how: string[], there: boolean): Promise<void> => {
    const some = paths.filter((_, position) => onDisk[position] === there);
    if (some.length === 0) return;
    const input = some.join('\0');
    await gitWrite(checkout, ['update-index', ...how, '-z', '--stdin'], { env: index, input });
  };
  await update(['--force-remove'], false);
  await update(['--add'], true);
  return line((await gitWrite(checkout, ['write-tree'], { env: index })).stdout);
}

/** Whether there is something that git can take in at the path: a folder only where it is a repository. */
async function isThere(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && (!found.isDirectory() || existsSync(join(path, '.git')));
}

/** `:OLDMODE NEWMODE OLDID NEWID STATUS NUL PATH NUL`, as from `--raw -z --no-renames`. */
export function parseRaw(output: string): ChangedFile[] {
  const parts = nulSeparated(output);
  const changes: ChangedFile[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, mode = '', , , letter = ''] = parts[at]?.split(' ') ?? [];
    const status = STATUS[letter.charAt(0)] ?? 'modified';
    changes.push({
      path: parts[at + 1] ?? '',
      status,
      untracked: false,
      ...(status === 'deleted' ? {} : { mode }),
    });
  }
  return changes;
}

const STATUS: Record<string, ChangedFile['status']> = { A: 'added', D: 'deleted', T: 'type' };

/** Files that are the base's but that the index does not know, as after a commit that was cut off before its end. */
async function unchangedAmong(
  checkout: Checkout,
  base: string,
  paths: readonly string[],
): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const tree = await withPrivateIndex(checkout, (index) => treeWith(checkout, index, base, paths));
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', base, tree];
  const changed = new Set(parseRaw((await gitRead(checkout, args)).stdout).map((change) => change.path));
  return new Set(paths.filter((path) => !changed.has(path)));
}
