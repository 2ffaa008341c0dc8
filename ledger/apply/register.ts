import type { PathClaim, RegisterAnswer, RegisterCommand, Run } from '../ledger.ts';
import { ownerKey } from '../liveness.ts';
import { conflictsOf } from './conflicts.ts';
import { claimsOf, type Settled, settle } from './settle.ts';
import {
  type Answer,
  type Applied,
  type Changes,
  changesOf,
  type EventDraft,
  type Input,
  type Moment,
  type State,
  unchanged,
} from './state.ts';

/**
 * Conflict check and grant in one. Dead runs are expired first, also when the answer is a refusal. A session that
 * registers an incident it already holds gets that run back, widened; several such runs become one.
 */
export function register(state: State, command: RegisterCommand, moment: Moment): Applied<RegisterAnswer> {
  const settled = settle(state, moment);
  const conflicts = conflictsOf(command, settled.active, state.worktrees, moment);
  if (conflicts.length > 0) {
    const changes = changesOf(state, moment, settled.events, { runs: settled.changed });
    return { answer: { ok: false, conflicts, rev: changes.rev }, changes };
  }
  const [own, ...others] = ownRuns(settled.active, command);
  return own ? extend(state, moment, settled, own, others, command) : grant(state, moment, settled, command);
}

/** The judgement of `register`, nothing written. */
export function probe(state: State, query: Input<'probe'>, moment: Moment): Applied<Answer<'probe'>> {
  const conflicts = conflictsOf(query, settle(state, moment).active, state.worktrees, moment);
  return unchanged(state, moment, { conflicts, rev: state.rev });
}

/** Oldest first. Without incidents the paths tell whether this is the same work. */
function ownRuns(active: readonly Run[], command: RegisterCommand): Run[] {
  const wanted = globsOf(command);
  return active
    .filter((run) => run.session === command.session)
    .filter((run) =>
      command.incidents.length > 0
        ? run.incidents.some((incident) => command.incidents.includes(incident))
        : run.incidents.length === 0 && globsOf(run) === wanted,
    )
    .sort((a, b) => a.startedAt - b.startedAt || a.fence - b.fence);
}

const globsOf = (claims: { paths: readonly PathClaim[] }): string =>
  claims.paths
    .map((path) => path.glob)
    .sort()
    .join('\n');

function grant(
  state: State,
  moment: Moment,
  settled: Settled,
  command: RegisterCommand,
): Applied<RegisterAnswer> {
  const fence = state.fence + 1;
  const run: Run = {
    run: runId(state, fence),
    session: command.session,
    owner: command.owner,
    incidents: [...command.incidents],
    paths: mergePaths(command.paths),
    base: command.base,
    intent: command.intent,
    fence,
    status: 'active',
    startedAt: moment.now,
    renewedAt: moment.now,
    expiresAt: moment.now + command.ttlMs,
    commits: [],
  };
  const event: EventDraft = {
    session: run.session,
    run: run.run,
    kind: 'registered',
    summary: `${run.owner.label} claimed ${claimsOf(run)}`,
  };
  return granted(state, moment, settled, run, [run], [event]);
}

/** Ids carry the store's mark: a run of a store that was thrown away must not be mistaken for one of this store. */
export const runId = (state: State, fence: number): string => `r${fence}-${state.store}`;

/**
 * A new fence whenever someone else may now act for an incident: another process, or an incident that this run did
 * not hold before (its last effects may stand under a higher fence than this run's).
 */
function extend(
  state: State,
  moment: Moment,
  settled: Settled,
  own: Run,
  others: readonly Run[],
  command: RegisterCommand,
): Applied<RegisterAnswer> {
  const all = [own, ...others];
  const incidents = [...new Set([...all.flatMap((run) => run.incidents), ...command.incidents])];
  const paths = mergePaths([...all.flatMap((run) => run.paths), ...command.paths]);
  const isNewGrant =
    incidents.length > own.incidents.length || ownerKey(own.owner) !== ownerKey(command.owner);
  const run: Run = {
    ...own,
    owner: command.owner,
    incidents,
    paths,
    intent: command.intent || own.intent,
    fence: isNewGrant ? state.fence + 1 : own.fence,
    renewedAt: moment.now,
    expiresAt: moment.now + command.ttlMs,
  };
  const absorbed = others.map(
    (other): Run => ({
      ...other,
      status: 'taken_over',
      closedAt: moment.now,
      note: `joined with run ${run.run}`,
    }),
  );
  const isWider = isNewGrant || paths.length > own.paths.length || absorbed.length > 0;
  const events: EventDraft[] = [
    ...absorbed.map((other) => ({
      session: other.session,
      run: other.run,
      kind: 'taken_over',
      summary: `joined with run ${run.run} of the same session`,
    })),
    ...(isWider
      ? [
          {
            session: run.session,
            run: run.run,
            kind: 'extended',
            summary: `${run.owner.label} holds ${claimsOf(run)}`,
          },
        ]
      : []),
  ];
  return granted(state, moment, settled, run, [...absorbed, run], events);
}

function granted(
  state: State,
  moment: Moment,
  settled: Settled,
  run: Run,
  runs: readonly Run[],
  events: readonly EventDraft[],
): Applied<RegisterAnswer> {
  const replaced = new Set(runs.map((changed) => changed.run));
  const before = new Set(
    settled.active.filter((held) => replaced.has(held.run)).flatMap((held) => held.incidents),
  );
  const changes = changesOf(state, moment, [...settled.events, ...events], {
    fence: Math.max(state.fence, run.fence),
    runs: [...settled.changed.filter((changed) => !replaced.has(changed.run)), ...runs],
    dropSteps: resolvedBefore(
      state,
      run.incidents.filter((incident) => !before.has(incident)),
    ),
  });
  return { answer: { ok: true, run, rev: changes.rev }, changes };
}

/**
 * What an incident that was resolved and came back had achieved: void. Its old proof and commit speak of a fix that did
 * not hold, or of another fault, and must never resolve it a second time.
 */
function resolvedBefore(state: State, claimed: readonly string[]): Changes['dropSteps'] {
  const resolved = new Set(
    state.steps
      .filter((row) => row.step === 'resolution' && claimed.includes(row.incident))
      .map((row) => row.incident),
  );
  return state.steps
    .filter((row) => resolved.has(row.incident))
    .map(({ incident, step }) => ({ incident, step }));
}

/** One claim for each glob; where both modes are asked for, the stronger one. */
export function mergePaths(paths: readonly PathClaim[]): PathClaim[] {
  const merged = new Map<string, PathClaim>();
  for (const path of paths) {
    if (path.mode === 'exclusive' || !merged.has(path.glob)) merged.set(path.glob, path);
  }
  return [...merged.values()];
}
