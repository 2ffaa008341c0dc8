import { existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import type { IncidentRecord } from '../../ledger/ledger.ts';
import { incidentBranch, shortName } from '../core/incident.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { wasNeverFinished } from '../git/half-made.ts';
import type { WorktreeEntry } from '../git/list-worktrees.ts';
import { resolveCommit } from '../git/repository.ts';
import { LOCK_PREFIX } from '../git/worktrees.ts';
import type { LedgerFinding, LedgerWorld } from './ledger-finding.ts';

/** In what the disk and git do not agree with the worktree that is on record for an incident. */
export async function recordedWorktree(
  record: IncidentRecord,
  worktrees: readonly WorktreeEntry[],
  world: LedgerWorld,
): Promise<LedgerFinding[]> {
  const { worktree } = record.steps;
  if (!worktree) return [];
  const { path, branch } = worktree;
  const name = shortName(record.incident);
  const entry = worktrees.find((candidate) => candidate.path === path);
  if (!entry) return lostWorktree(record, { path, branch }, world);
  if (!existsSync(path)) {
    return [
      {
        kind: 'folder_missing',
        what: `The worktree of ${name} is gone from the disk (${path}); git still has it on its list.`,
        next: `\`repair\` takes it off the list; branch ${branch} and its commits stay, and worktree_create makes the folder again.`,
        ...(isPersons(entry) ? {} : { repair: { do: 'forget_folder', path } }),
      },
    ];
  }
  if (entry.branch === branch && isUnborn(entry)) {
    return [
      {
        kind: 'branch_missing',
        what: `Branch ${branch} of ${name} is gone; its worktree is still there (${path}).`,
        next: "Its files are untouched, and git's log of HEAD in that worktree names its last commit: a person should put the branch back.",
      },
    ];
  }
  if (entry.branch !== branch) {
    return [
      {
        kind: 'branch_missing',
        what: `The worktree of ${name} (${path}) is on ${entry.branch ?? 'no branch'}, not on ${branch}.`,
        next: 'Look at what happened in it; Pitcrew leaves it alone.',
      },
    ];
  }
  if (record.run) return [];
  return [
    {
      kind: 'work_is_over',
      what: `Nobody works in the worktree of ${name} any more (${path}).`,
      next: '`repair` removes it where nothing in it is unsaved and its branch is merged.',
      repair: { do: 'remove_finished', path, branch },
    },
  ];
}

/** One that git does not know. Other machines and clones have theirs in the same ledger: of those nobody can say anything here. */
async function lostWorktree(
  { incident, run }: IncidentRecord,
  { path, branch }: { path: string; branch: string },
  world: LedgerWorld,
): Promise<LedgerFinding[]> {
  if (!isBelowWorktrees(path, world) || (run && run.owner.host !== world.holder.owner.host)) return [];
  const name = shortName(incident);
  const hasBranch = (await resolveCommit(world.repository, `refs/heads/${branch}`)) !== undefined;
  const kept = hasBranch ? `branch ${branch} and its commits are there` : `branch ${branch} is gone too`;
  if (existsSync(path)) {
    return [
      {
        kind: 'folder_unknown',
        what: `git does not know the folder of ${name} as a worktree any more (${path}); ${kept}.`,
        next: 'Look at the files in it and move it away; then worktree_create makes the worktree again.',
      },
    ];
  }
  if (!run) return [];
  return [
    {
      kind: hasBranch ? 'folder_missing' : 'branch_missing',
      what: `The worktree of ${name} is gone (${path}); ${kept}.`,
      next: 'worktree_create makes it again.',
    },
  ];
}

/** One of ours that no record names. */
export async function unknownWorktree(entry: WorktreeEntry): Promise<LedgerFinding> {
  const { path, head } = entry;
  const branch = untrustedLine(entry.branch ?? 'no branch', 100);
  if (head !== undefined && existsSync(path) && (await wasNeverFinished(path))) {
    return {
      kind: 'unfinished_worktree',
      what: `${path} is a checkout that was never finished.`,
      next: '`repair` removes it when it holds nothing but files of its commit.',
      repair: { do: 'remove_unfinished', path, head },
    };
  }
  if (!existsSync(path)) {
    return {
      kind: 'folder_missing',
      what: `${path} (${branch}) is gone from the disk and in no record of the ledger; git still has it on its list.`,
      next: '`repair` takes it off the list; its branch and commits stay.',
      ...(isPersons(entry) ? {} : { repair: { do: 'forget_folder', path } }),
    };
  }
  return {
    kind: 'unknown_worktree',
    what: `${path} (${branch}) is in no record of the ledger.`,
    next: `Look at it; ${entry.locked === undefined ? '' : '`git worktree unlock` and then '}\`git worktree remove\` takes it away when nothing in it is unsaved.`,
  };
}

/** By its place, its lock or its branch: a worktree that Pitcrew made, whoever knows of it. */
export const isOurs = (entry: WorktreeEntry, world: LedgerWorld): boolean =>
  isBelowWorktrees(entry.path, world) ||
  (entry.locked?.startsWith(LOCK_PREFIX) ?? false) ||
  isFixBranch(entry.branch);

function isBelowWorktrees(path: string, { repository, config: { worktrees } }: LedgerWorld): boolean {
  const parent = isAbsolute(worktrees) ? worktrees : join(repository.mainCheckout, worktrees);
  const way = relative(parent, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

/** Its branch has no commit: in a worktree of ours that means that the branch is gone. */
export const isUnborn = ({ head = '' }: WorktreeEntry): boolean => /^0+$/.test(head);

const FIX_BRANCH = incidentBranch('sentry:o/X').slice(0, -1);
const isFixBranch = (branch: string | undefined): boolean => branch?.startsWith(FIX_BRANCH) ?? false;

const isPersons = ({ locked }: WorktreeEntry): boolean =>
  locked !== undefined && !locked.startsWith(LOCK_PREFIX);
