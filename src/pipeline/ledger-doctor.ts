import { existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import type { IncidentRecord, Ledger, RunView } from '../../ledger/ledger.ts';
import { type Clock, isoSeconds } from '../core/clock.ts';
import { incidentBranch, shortName } from '../core/incident.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { fenceRef } from '../git/fence.ts';
import { wasNeverFinished } from '../git/half-made.ts';
import { type LeftFence, leftFences } from '../git/left-fences.ts';
import { listWorktrees, type WorktreeEntry } from '../git/list-worktrees.ts';
import { type Repository, resolveCommit } from '../git/repository.ts';
import { LOCK_PREFIX } from '../git/worktrees.ts';
import type { Holder } from './end-run.ts';

export interface LedgerWorld {
  ledger: Ledger;
  repository: Repository;
  /** Where worktrees are made, absolute or relative to the main checkout. */
  worktrees: string;
  /** The branch that fixes are merged into; default: the remote's default branch. */
  base?: string;
  holder: Holder;
  clock: Clock;
}

/** One thing in which ledger, git, disk and processes do not agree. */
export interface LedgerFinding {
  kind:
    | 'session_gone'
    | 'session_silent'
    | 'folder_missing'
    | 'folder_unknown'
    | 'unfinished_worktree'
    | 'unknown_worktree'
    | 'work_is_over'
    | 'branch_missing'
    | 'fence_left'
    | 'remote_unknown';
  /** One sentence. */
  what: string;
  /** Whose move it is, and which. */
  next: string;
  /** What `repair` may mend by itself; absent where a person has to look. */
  repair?:
    | { do: 'end_run'; run: RunView }
    | { do: 'forget_folder'; path: string }
    | { do: 'remove_unfinished'; path: string; head: string }
    | { do: 'remove_finished'; path: string; branch: string }
    | { do: 'remove_fence'; ref: string; id: string };
}

/**
 * Compares what the ledger has on record with git's worktrees and branches, the disk, the processes, and the fences on the
 * remote. Only reads; never fails for a remote that cannot be asked.
 */
export async function examineLedger(world: LedgerWorld): Promise<LedgerFinding[]> {
  const { ledger, repository } = world;
  const { active, recent } = await ledger.list();
  const [worktrees, remote] = await Promise.all([listWorktrees(repository), leftFences(repository)]);
  // Runs of long ago are listed no more, but what they left has its incident in the reason of its lock.
  const left = worktrees.flatMap(incidentOfLock);
  const incidents = [...new Set([...[...active, ...recent].flatMap((run) => run.incidents), ...left])];
  const records = await Promise.all(incidents.map((incident) => ledger.incident(incident)));
  const held = new Set(active.flatMap((run) => run.incidents.map(fenceRef)));
  const known = new Set(records.flatMap(({ steps }) => steps.worktree?.path ?? []));
  const strangers = worktrees.filter((entry) => isOurs(entry, world) && !known.has(entry.path));
  return [
    ...active.flatMap(silentSession),
    ...(await Promise.all(records.map((record) => recordedWorktree(record, worktrees, world)))).flat(),
    ...(await Promise.all(strangers.map(unknownWorktree))),
    ...remote.fences.filter(({ ref }) => !held.has(ref)).flatMap((fence) => oldFence(fence, world.clock())),
    ...(remote.problem === undefined ? [] : [unknownRemote(remote.problem)]),
  ];
}

function silentSession(run: RunView): LedgerFinding[] {
  const [first] = run.incidents.map(shortName);
  const issues = run.incidents.map(shortName).join(', ') || `run ${run.run}`;
  if (run.liveness === 'live') return [];
  if (run.liveness === 'dead') {
    return [
      {
        kind: 'session_gone',
        what: `${run.owner.label} is gone and still holds ${issues}.`,
        next: 'The next claim frees it; `repair` ends it now. Worktrees and branches stay.',
        repair: { do: 'end_run', run },
      },
    ];
  }
  return [
    {
      kind: 'session_silent',
      what: `${run.owner.label} holds ${issues} and does not answer.`,
      next: `Wait for it, or take it over, which asks a person: \`ledger_takeover ${first ?? run.run}\`.`,
    },
  ];
}

async function recordedWorktree(
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

async function unknownWorktree(entry: WorktreeEntry): Promise<LedgerFinding> {
  const { path, head } = entry;
  if (head !== undefined && existsSync(path) && (await wasNeverFinished(path))) {
    return {
      kind: 'unfinished_worktree',
      what: `${path} is a checkout that was never finished.`,
      next: '`repair` removes it when it holds nothing but files of its commit.',
      repair: { do: 'remove_unfinished', path, head },
    };
  }
  return {
    kind: 'unknown_worktree',
    what: `${path} (${untrustedLine(entry.branch ?? 'no branch', 100)}) is in no record of the ledger.`,
    next: `Look at it; ${entry.locked === undefined ? '' : '`git worktree unlock` and then '}\`git worktree remove\` takes it away when nothing in it is unsaved.`,
  };
}

/** Nobody sleeps through this and still pushes; until then a fence refuses a session that wakes after the merge. */
const FENCE_DAYS = 30;

function oldFence({ ref, id, branch, by, at }: LeftFence, now: number): LedgerFinding[] {
  if (now - at < FENCE_DAYS * 86_400_000) return [];
  return [
    {
      kind: 'fence_left',
      what: `The remote has a fence (${ref}, by ${by} at ${isoSeconds(at)}) whose branch ${branch} is gone.`,
      next: `It does no harm; \`repair\` takes it off, as nobody can have slept for ${FENCE_DAYS} days.`,
      repair: { do: 'remove_fence', ref, id },
    },
  ];
}

const unknownRemote = (problem: string): LedgerFinding => ({
  kind: 'remote_unknown',
  what: `Nobody can say what fences the remote has: ${problem}.`,
  next: 'Ask again when git reaches it; all else was looked at.',
});

const isOurs = (entry: WorktreeEntry, world: LedgerWorld): boolean =>
  isBelowWorktrees(entry.path, world) ||
  (entry.locked?.startsWith(LOCK_PREFIX) ?? false) ||
  isFixBranch(entry.branch);

function isBelowWorktrees(path: string, { repository, worktrees }: LedgerWorld): boolean {
  const parent = isAbsolute(worktrees) ? worktrees : join(repository.mainCheckout, worktrees);
  const way = relative(parent, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

/** The reason that worktree_create gives begins with it. */
function incidentOfLock({ locked = '' }: WorktreeEntry): string[] {
  if (!locked.startsWith(LOCK_PREFIX)) return [];
  return /^sentry:[\w./-]{1,200}/.exec(locked.slice(LOCK_PREFIX.length)) ?? [];
}

const isUnborn = ({ head = '' }: WorktreeEntry): boolean => /^0+$/.test(head);

const FIX_BRANCH = incidentBranch('sentry:o/X').slice(0, -1);
const isFixBranch = (branch: string | undefined): boolean => branch?.startsWith(FIX_BRANCH) ?? false;

const isPersons = ({ locked }: WorktreeEntry): boolean =>
  locked !== undefined && !locked.startsWith(LOCK_PREFIX);
