import { existsSync } from 'node:fs';
import { mkdir, realpath, rmdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { inputError, refusedError, upstreamError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { excludeFromStatus } from './exclude.ts';
import { gitList, gitRead, gitWrite } from './git.ts';
import { removeHalfMade, wasNeverFinished } from './half-made.ts';
import { listWorktrees, type WorktreeEntry } from './list-worktrees.ts';
import {
  atMainCheckout,
  checkoutAt,
  headOf,
  isAncestor,
  line,
  type Repository,
  resolveCommit,
} from './repository.ts';
import { oneAtATime } from './repository-lock.ts';

export interface WorktreeRequest {
  repository: Repository;
  /** For messages: `sentry:ORG/SHORT-ID`. */
  incident: string;
  branch: string;
  /** Absolute. */
  folder: string;
  /** Any name of the commit to start from. */
  base: string;
  /** Who holds it, for `git worktree list` and for people; `pitcrew: ` is put before it. */
  reason: string;
}

export interface Worktree {
  path: string;
  branch: string;
  /** The commit that the branch started from: the base, or where the branch left it if it existed before. */
  base: string;
  /** False when an intact worktree was there already; nothing in it was touched. */
  created: boolean;
  /** Commits of the branch that the base does not have. More than 0 means that earlier work is taken up again. */
  commits: number;
}

/** Worktrees locked with this are ours to unlock; any other lock is a person's and is honoured. */
export const LOCK_PREFIX = 'pitcrew: ';

/**
 * A worktree of its own, on a branch of its own, locked against pruning. Safe to repeat, and to be killed at any
 * point: an intact worktree of the same branch is taken up again with its work untouched, a branch without a worktree
 * is adopted with its commits, an unfinished checkout is replaced. No hook of the repository runs, no upstream is
 * set, submodules are not fetched.
 *
 * Throws input errors for a bad branch name, base or folder; refuses a folder or a branch that is in use otherwise.
 */
export async function createWorktree(request: WorktreeRequest): Promise<Worktree> {
  const { branch } = request;
  const repository = atMainCheckout(request.repository);
  await checkBranchName(repository, branch);
  const base = await resolveCommit(request.repository, request.base);
  if (base === undefined) {
    await headOf(repository);
    throw inputError(`${request.base} names no commit here.`, 'Fetch it, or name another base.');
  }
  const folder = await settledFolder(repository, request.folder);
  return oneAtATime(repository, async (stillHeld) => {
    await excludeFromStatus(repository, folder);
    const created = await ensure({ ...request, repository, folder, base });
    if (!stillHeld()) {
      throw upstreamError(
        'The lock for changing worktrees was lost on the way.',
        'Repeat the call: it is safe.',
      );
    }
    return described(repository, { folder, branch, base, created });
  });
}

/**
 * Drops git's entry of a worktree whose folder is gone; its branch and commits stay. True when there was one. Refused where
 * a person locked it: the folder may be on a disk that comes back.
 */
export async function forgetMissingWorktree(at: Repository, folder: string): Promise<boolean> {
  const repository = atMainCheckout(at);
  return oneAtATime(repository, async () => {
    const entry = (await listWorktrees(repository)).find(({ path }) => path === folder);
    if (!entry || existsSync(folder)) return false;
    await forget(repository, entry);
    return true;
  });
}

async function checkBranchName(repository: Repository, branch: string): Promise<void> {
  const name = `refs/heads/${branch}`;
  const answer = await gitList(repository, ['check-ref-format', name], { accept: [0, 1] });
  if (answer.code !== 0 || branch.startsWith('-') || branch === 'HEAD') {
    throw inputError(
      `${untrustedLine(branch, 80)} is no valid branch name.`,
      'Use one like fix/sentry-APP-1.',
    );
  }
}

/** The folder with its links resolved; refused where a link inside the checkout leads out of it. */
async function settledFolder(repository: Repository, folder: string): Promise<string> {
  const hint = 'Use a folder such as .pitcrew/worktrees/NAME in the main checkout.';
  const { mainCheckout, commonDirectory } = repository;
  if (!isAbsolute(folder)) throw inputError(`The worktree's folder ${folder} is not absolute.`, hint);
  const settled = await resolvedPath(resolve(folder));
  if (contains(mainCheckout, resolve(folder)) && !contains(mainCheckout, settled)) {
    throw refusedError(`${folder} leads out of the checkout through a symbolic link.`, hint);
  }
  if (contains(settled, mainCheckout) || contains(settled, commonDirectory)) {
    throw inputError(`${folder} holds the repository itself.`, hint);
  }
  if (contains(commonDirectory, settled)) throw inputError(`${folder} is inside git's own folder.`, hint);
  return settled;
}

/** As `realpath`, for a path whose end may not exist yet. */
async function resolvedPath(path: string): Promise<string> {
  if (existsSync(path) || dirname(path) === path) return realpath(path);
  return join(await resolvedPath(dirname(path)), basename(path));
}

const contains = (outer: string, inner: string): boolean => {
  const way = relative(outer, inner);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
};

/** True when it made the worktree, false when an intact one was there. */
async function ensure(request: WorktreeRequest): Promise<boolean> {
  const { repository, folder, branch } = request;
  const worktrees = await listWorktrees(repository);
  const here = worktrees.find((entry) => entry.path === folder);
  const elsewhere = worktrees.find((entry) => entry.branch === branch && entry.path !== folder);
  if (elsewhere && !elsewhere.prunable && existsSync(elsewhere.path)) {
    throw refusedError(
      `Branch ${branch} is checked out in ${elsewhere.path}.`,
      'Work there, or take another branch.',
    );
  }
  if (elsewhere) await forget(repository, elsewhere);
  // Removes the folder only while it is empty, as one is that was made just before git was killed.
  await rmdir(folder).catch(() => {});
  if (here && existsSync(join(folder, '.git'))) {
    if (!(await wasNeverFinished(folder))) return takeUp(request, here);
    // Nothing was handed out before, so what git meant to check out is the branch, or the base that it starts from.
    await removeHalfMade(repository, folder, (await tipOf(repository, branch)) ?? request.base);
  } else if (existsSync(folder)) {
    throw refusedError(
      `${folder} exists and is not a worktree of this repository.`,
      'Move it away after looking at it, or choose another folder.',
    );
  } else if (here) {
    await forget(repository, here);
  }
  await mkdir(dirname(folder), { recursive: true });
  await add(request);
  return true;
}

async function takeUp(request: WorktreeRequest, here: WorktreeEntry): Promise<false> {
  if (here.branch !== request.branch) {
    throw refusedError(
      `${request.folder} is a worktree of ${here.branch ?? 'no branch (HEAD is detached)'}, not of ${request.branch}.`,
      `Look at the work in it, or choose another folder for ${request.incident}.`,
    );
  }
  if (/^0+$/.test(here.head ?? '')) {
    throw refusedError(
      `Branch ${request.branch} is gone, and its worktree ${request.folder} is still there.`,
      "Its files are untouched, and git's log of HEAD in that worktree names its last commit: tell the person, who can put the branch back.",
    );
  }
  if (here.locked === undefined) await lock(request);
  return false;
}

const lock = ({ repository, folder, reason }: WorktreeRequest): Promise<unknown> =>
  gitWrite(repository, ['worktree', 'lock', '--reason', lockReason(reason), folder]);

const lockReason = (reason: string): string => LOCK_PREFIX + untrustedLine(reason, 200);

/** Drops git's entry of a worktree whose folder is gone. The branch and its commits stay. */
async function forget(repository: Repository, entry: WorktreeEntry): Promise<void> {
  if (entry.locked !== undefined && !entry.locked.startsWith(LOCK_PREFIX)) {
    throw refusedError(
      `The worktree ${entry.path} is missing, and somebody locked it: ${untrustedLine(entry.locked, 120)}`,
      'Bring its folder back (a removable disk, for instance), or unlock it with git.',
    );
  }
  if (entry.locked !== undefined) await gitWrite(repository, ['worktree', 'unlock', entry.path]);
  await gitWrite(repository, ['worktree', 'remove', entry.path]);
}

async function add({ repository, folder, branch, base, reason }: WorktreeRequest): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const existing = await tipOf(repository, branch);
  // A branch that has nothing of its own is a leftover of an attempt that was killed: it starts at the base again.
  if (existing !== undefined && existing !== base && (await isAncestor(repository, existing, base))) {
    await gitWrite(repository, ['update-ref', ref, base, existing]);
  }
  const start = existing === undefined ? ['--no-track', '-b', branch, folder, base] : [folder, branch];
  try {
    await gitWrite(repository, ['worktree', 'add', '--lock', '--reason', lockReason(reason), ...start]);
  } catch (thrown) {
    if (existing === undefined) await dropEmptyBranch(repository, branch, base);
    throw thrown;
  }
}

const tipOf = (repository: Repository, branch: string): Promise<string | undefined> =>
  resolveCommit(repository, `refs/heads/${branch}`);

/** After a failed `worktree add`: git leaves the branch behind. Only one that still is at the base goes. */
async function dropEmptyBranch(repository: Repository, branch: string, base: string): Promise<void> {
  const worktrees = await listWorktrees(repository);
  if (worktrees.some((entry) => entry.branch === branch)) return;
  await gitWrite(repository, ['update-ref', '-d', `refs/heads/${branch}`, base], { accept: [0, 1, 128] });
}

async function described(
  repository: Repository,
  made: { folder: string; branch: string; base: string; created: boolean },
): Promise<Worktree> {
  const checkout = await checkoutAt(repository, made.folder);
  const head = await headOf(checkout);
  if (head.branch !== made.branch) {
    throw upstreamError(
      `${made.folder} is not on ${made.branch}.`,
      'Look at it with git status, then try again.',
    );
  }
  const [fork, ahead] = await Promise.all([
    gitRead(checkout, ['merge-base', made.base, head.sha], { accept: [0, 1] }),
    gitRead(checkout, ['rev-list', '--count', `${made.base}..${head.sha}`]),
  ]);
  return {
    path: checkout.root,
    branch: made.branch,
    base: fork.code === 0 ? line(fork.stdout) : made.base,
    created: made.created,
    commits: Number(line(ahead.stdout)),
  };
}
