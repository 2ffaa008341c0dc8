import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { refusedError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { type Checkout, gitRead, gitWrite, nulSeparated } from './git.ts';
import { listWorktrees, type WorktreeEntry } from './list-worktrees.ts';
import { howMerged, isPushed } from './merged.ts';
import {
  atMainCheckout,
  checkoutAt,
  defaultBase,
  line,
  type Repository,
  resolveCommit,
} from './repository.ts';
import { oneAtATime } from './repository-lock.ts';
import { LOCK_PREFIX } from './worktrees.ts';

export interface Removal {
  /** False when the worktree was gone already. */
  removed: boolean;
  /** Only a merged branch is deleted; any other keeps its commits. */
  branchDeleted: boolean;
  /** Whether the branch is there after this. */
  branchExists: boolean;
  merged?: 'ancestor' | 'same patch';
  /** Whether the branch's newest commit is on a branch of a remote. */
  pushed: boolean;
}

/**
 * Removes a worktree that holds nothing unsaved, never by force, and its branch when that is merged into one of
 * `into` (default: the default branch). Refused, naming what would be lost, while there are changed or untracked files; with
 * `requireMerged`, also while the branch is not merged. Ignored files (dependencies, build output) go with the folder.
 * Safe to repeat.
 */
export async function removeWorktree(options: {
  repository: Repository;
  path: string;
  branch: string;
  requireMerged: boolean;
  /** Keeps the branch even when it is merged. */
  keepBranch?: boolean;
  into?: readonly string[];
}): Promise<Removal> {
  const repository = atMainCheckout(options.repository);
  return oneAtATime(repository, async () => {
    const { branch } = options;
    const path = await realpath(options.path).catch(() => options.path);
    const entries = await listWorktrees(repository);
    const entry = entries.find((candidate) => candidate.path === path);
    if (entry === undefined && existsSync(path)) {
      throw refusedError(`${path} is not a worktree of this repository.`, 'Name the folder of a worktree.');
    }
    if (entry) await refuseUnlessOurs(repository, entry, branch);
    const tip = await resolveCommit(repository, `refs/heads/${branch}`);
    const merged = tip === undefined ? undefined : await mergedAs(repository, tip, options.into);
    const pushed = tip !== undefined && (await isPushed(repository, tip));
    if (options.requireMerged && tip !== undefined && merged === undefined) {
      throw await notMerged(repository, branch, tip, options.into, pushed);
    }
    if (entry) await removeFolder(repository, entry);
    const alone = !entries.some((other) => other !== entry && other.branch === branch);
    const mayGo = merged !== undefined && alone && options.keepBranch !== true;
    const branchDeleted = mayGo && (await deleteBranch(repository, branch, tip));
    return {
      removed: entry !== undefined,
      branchDeleted,
      branchExists: tip !== undefined && !branchDeleted,
      pushed,
      ...(merged ? { merged } : {}),
    };
  });
}

async function refuseUnlessOurs(repository: Repository, entry: WorktreeEntry, branch: string): Promise<void> {
  if (entry.path === repository.mainCheckout || entry.bare) {
    throw refusedError(`${entry.path} is the main checkout.`, 'Name the folder of a worktree.');
  }
  if (entry.branch !== branch) {
    const actual = entry.branch ?? 'no branch (HEAD is detached)';
    throw refusedError(
      `${entry.path} is on ${actual}, not on ${branch}.`,
      'Finish what is going on there first.',
    );
  }
  if (entry.locked !== undefined && !entry.locked.startsWith(LOCK_PREFIX)) {
    const why = untrustedLine(entry.locked, 120) || 'no reason given';
    throw refusedError(
      `${entry.path} is locked by somebody else: ${why}.`,
      'Ask them, or unlock it with git.',
    );
  }
  if (existsSync(entry.path)) await refuseUnsaved(await checkoutAt(repository, entry.path));
}

async function refuseUnsaved(checkout: Checkout): Promise<void> {
  const status = [
    'status',
    '--porcelain',
    '--branch',
    '-z',
    '--no-renames',
    '-uall',
    '--ignore-submodules=none',
  ];
  const [, ...changes] = nulSeparated((await gitRead(checkout, status)).stdout);
  if (changes.length === 0) return;
  const named = changes.slice(0, 5).map((change) => change.slice(3));
  const more = changes.length > named.length ? ` and ${changes.length - named.length} more` : '';
  throw refusedError(
    `${checkout.root} has changes that are not committed: ${named.join(', ')}${more}.`,
    'Commit what is wanted, take back the rest by hand, then remove the worktree.',
  );
}

async function mergedAs(
  repository: Repository,
  tip: string,
  into: readonly string[] = [],
): Promise<Removal['merged']> {
  for (const sha of await targets(repository, into)) {
    const merged = await howMerged(repository, tip, sha);
    if (merged !== undefined) return merged;
  }
  return undefined;
}

async function targets(repository: Repository, into: readonly string[]): Promise<string[]> {
  const named = await Promise.all(into.map((ref) => resolveCommit(repository, ref)));
  const found = named.filter((sha) => sha !== undefined);
  return found.length > 0 ? found : [(await defaultBase(repository)).sha];
}

async function notMerged(
  repository: Repository,
  branch: string,
  tip: string,
  into: readonly string[] | undefined,
  pushed: boolean,
): Promise<Error> {
  const [target = ''] = await targets(repository, into ?? []);
  const range = `${target}..${tip}`;
  const count = line((await gitRead(repository, ['rev-list', '--count', range])).stdout);
  const where = pushed ? 'pushed, but not merged' : 'on no remote';
  return refusedError(
    `${branch} has ${count} ${count === '1' ? 'commit' : 'commits'} not merged (${where}).`,
    'Merge the pull request and fetch first, or remove the worktree alone with `keep_branch`.',
  );
}

/** git checks for changes once more itself. A worktree that it keeps is locked again, as it was. */
async function removeFolder(repository: Repository, entry: WorktreeEntry): Promise<void> {
  if (entry.locked !== undefined) await gitWrite(repository, ['worktree', 'unlock', entry.path]);
  try {
    await gitWrite(repository, ['worktree', 'remove', entry.path]);
  } catch (thrown) {
    const again = ['worktree', 'lock', '--reason', entry.locked ?? '', entry.path];
    if (entry.locked !== undefined) await gitWrite(repository, again, { accept: [0, 128] });
    throw thrown;
  }
}

/** Only while it still is at the commit that was judged. */
async function deleteBranch(
  repository: Repository,
  branch: string,
  tip: string | undefined,
): Promise<boolean> {
  if (tip === undefined) return false;
  const args = ['update-ref', '-d', `refs/heads/${branch}`, tip];
  return (await gitWrite(repository, args, { accept: [0, 1, 128] })).code === 0;
}
