import { lstat, readFile, realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
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

/**
 * Whether git has settings for this worktree alone (`config.worktree`) beyond those of a sparse checkout: they may name
 * programs that git starts to read its files.
 */
export async function hasOwnSettings({ path }: LiveWorktree): Promise<boolean> {
  const folder = await adminFolder(path);
  const text = folder === undefined ? '' : ((await smallFile(join(folder, 'config.worktree'))) ?? '');
  return text.split(/\r?\n/).some((line) => !SPARSE_SETTING.test(line));
}

const SPARSE_SETTING =
  /^\s*(\[(core|index)\]|(sparseCheckout(Cone)?|sparse)\s*=\s*(true|false)|[#;].*)?\s*$/i;

async function isOfClone(path: string, commonDirectory: string): Promise<boolean> {
  const folder = await adminFolder(path);
  return folder?.startsWith(`${commonDirectory}${sep}worktrees${sep}`) ?? false;
}

/** A worktree's `.git` is a file that names its own folder below the clone's `worktrees`. */
async function adminFolder(path: string): Promise<string | undefined> {
  const [, folder] = /^gitdir: (.+)/.exec((await smallFile(join(path, '.git'))) ?? '') ?? [];
  return folder === undefined ? undefined : realpath(resolve(path, folder)).catch(() => undefined);
}

/** What cannot be read is not there; a pipe in its place would be waited for without end. */
async function smallFile(file: string): Promise<string | undefined> {
  try {
    return (await lstat(file)).isFile() ? await readFile(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
