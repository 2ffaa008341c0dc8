import { readFile, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { RunView } from '../../ledger/ledger.ts';
import type { Repository } from '../git/repository.ts';

/** A worktree of this clone, and the active run that works in it. */
export interface LiveWorktree {
  run: RunView;
  incident: string;
  path: string;
  branch: string;
}

/** Those of sessions that are not gone, whose folder is there and belongs to this clone: read from disk, without git. */
export async function liveWorktrees(
  active: readonly RunView[],
  { commonDirectory }: Repository,
): Promise<LiveWorktree[]> {
  const recorded = active
    .filter(({ liveness }) => liveness !== 'dead')
    .flatMap((run) => run.worktrees.map((worktree): LiveWorktree => ({ run, ...worktree })));
  const isHere = await Promise.all(recorded.map(({ path }) => isOfClone(path, commonDirectory)));
  return recorded.filter((_, at) => isHere[at]);
}

/** A worktree's `.git` is a file that names its own folder below the clone's `worktrees`. */
async function isOfClone(path: string, commonDirectory: string): Promise<boolean> {
  try {
    const [, folder = ''] = /^gitdir: (.+)/.exec(await readFile(resolve(path, '.git'), 'utf8')) ?? [];
    return (await realpath(resolve(path, folder))).startsWith(`${commonDirectory}${sep}worktrees${sep}`);
  } catch {
    return false;
  }
}
