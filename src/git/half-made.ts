import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusedError } from '../core/errors.ts';
import { type Checkout, gitRead, gitWrite, nulSeparated } from './git.ts';
import { withPrivateIndex } from './private-index.ts';
import type { Repository } from './repository.ts';

/**
 * Whether `git worktree add` was killed before its end: it writes the index as the last thing, so a worktree without
 * one was never handed to anybody. Read from the files, as git itself may not take such a folder for a checkout.
 */
export async function wasNeverFinished(folder: string): Promise<boolean> {
  const pointer = await readFile(join(folder, '.git'), 'utf8').catch(() => '');
  const directory = /^gitdir: (.+?)\s*$/.exec(pointer)?.[1];
  return directory !== undefined && existsSync(directory) && !existsSync(join(directory, 'index'));
}

/**
 * Removes an unfinished worktree, the one case in which git is told to force. First it makes sure that the folder
 * holds nothing but whole files of `commit`: anything else would be somebody's work, and is refused.
 */
export async function removeHalfMade(repository: Repository, folder: string, commit: string): Promise<void> {
  const foreign = await withPrivateIndex(repository, (index) =>
    filesNotOf(
      { ...repository, root: folder },
      { ...index, GIT_DIR: repository.commonDirectory, GIT_WORK_TREE: folder },
      commit,
    ),
  );
  if (foreign.length > 0) {
    throw refusedError(
      `${folder} is an unfinished checkout with files that are not the base's: ${foreign.slice(0, 5).join(', ')}.`,
      'Look at them, move the folder away, then try again.',
    );
  }
  await gitWrite(repository, ['worktree', 'unlock', folder], { accept: [0, 128] });
  await gitWrite(repository, ['worktree', 'remove', '--force', folder]);
}

/** Files in the folder that are unknown to the commit or differ from it; missing ones are not yet written. */
async function filesNotOf(folder: Checkout, env: Record<string, string>, commit: string): Promise<string[]> {
  await gitWrite(folder, ['read-tree', commit], { env });
  const list = async (which: string): Promise<string[]> =>
    nulSeparated((await gitRead(folder, ['ls-files', '-z', which], { env })).stdout);
  const [others, modified, deleted] = await Promise.all([
    list('--others'),
    list('--modified'),
    list('--deleted'),
  ]);
  const missing = new Set(deleted);
  return [...others, ...modified.filter((path) => !missing.has(path))];
}
