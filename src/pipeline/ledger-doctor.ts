import type { Ledger, Listed, RunView } from '../../ledger/ledger.ts';
import { isoSeconds } from '../core/clock.ts';
import { shortName } from '../core/incident.ts';
import { fenceRef } from '../git/fence.ts';
import { type LeftFence, leftFences } from '../git/left-fences.ts';
import { listWorktrees, type WorktreeEntry } from '../git/list-worktrees.ts';
import { LOCK_PREFIX } from '../git/worktrees.ts';
import { compareWorktrees } from './compare-worktrees.ts';
import { examineWithoutLedger } from './examine-without-ledger.ts';
import { isOurs, recordedWorktree, unknownWorktree } from './examine-worktrees.ts';
import { knownAsOf } from './known-as-of.ts';
import type { LedgerFinding, LedgerWorld } from './ledger-finding.ts';
import { leftOutSentence, sameFilesNext, sameFilesSentence } from './same-files.ts';

/** What was found, and of when the ledger's part is where that is not now (epoch milliseconds). */
export interface Examination {
  findings: LedgerFinding[];
  asOf?: number;
}

/** For all worktrees together. */
const COMPARE_MS = 30_000;

/**
 * Compares what the ledger has on record with git's worktrees and branches, the disk, the processes, and the fences on the
 * remote. Only reads; never fails for a remote or a ledger that cannot be asked: what was not looked at then is a finding.
 */
export async function examineLedger(world: LedgerWorld): Promise<Examination> {
  const { ledger } = world;
  const listed = await ledger?.list();
  const asOf = listed && knownAsOf(listed);
  const findings =
    ledger && listed && asOf === undefined
      ? await compareAll(listed, ledger, world)
      : await examineWithoutLedger(listed, world);
  const { same, leftOut } = await compareWorktrees(listed?.active ?? [], {
    ...world,
    ledger: asOf === undefined ? ledger : undefined,
    limitMs: COMPARE_MS,
  });
  return {
    findings: [
      ...findings,
      ...same.map(
        (group): LedgerFinding => ({
          kind: 'same_files',
          what: sameFilesSentence(group, world.holder.session),
          next: sameFilesNext(group),
        }),
      ),
      ...leftOut.map(
        (look): LedgerFinding => ({
          kind: 'not_compared',
          what: leftOutSentence(look),
          next: 'Look there with `git status`; all else was looked at.',
        }),
      ),
    ],
    ...(asOf === undefined ? {} : { asOf }),
  };
}

async function compareAll(
  { active, recent }: Pick<Listed, 'active' | 'recent'>,
  ledger: Ledger,
  world: LedgerWorld,
): Promise<LedgerFinding[]> {
  const { repository, clock } = world;
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
    ...remote.fences.filter(({ ref }) => !held.has(ref)).flatMap((left) => oldFence(left, clock())),
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

/** The reason that worktree_create gives begins with it. */
function incidentOfLock({ locked = '' }: WorktreeEntry): string[] {
  if (!locked.startsWith(LOCK_PREFIX)) return [];
  return /^sentry:[\w./-]{1,200}/.exec(locked.slice(LOCK_PREFIX.length)) ?? [];
}
