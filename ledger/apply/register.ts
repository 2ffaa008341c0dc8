import type { Conflict, PathClaim, RegisterAnswer, RegisterCommand, Run } from '../ledger.ts';
import { DEFAULT_TICKET_MS } from '../limits.ts';
import { ownerKey } from '../liveness.ts';
import { portRange } from '../port-range.ts';
import { earliestPlaces } from './lane.ts';
import { includes, placeOf, ticketView } from './line.ts';
import { withPorts } from './ports.ts';
import { ownRuns, requestOf } from './request.ts';
import { claimsOf, type Settled, settle } from './settle.ts';
import { standing } from './standing.ts';
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
import { replaced, ticketFor } from './tickets.ts';

/**
 * Conflict check and grant in one. Dead runs are expired first, also when the answer is a refusal. A session that
 * registers an incident it already holds gets that run back, widened; several such runs become one. Who waits longer for
 * some of the same is served first.
 */
export function register(state: State, command: RegisterCommand, moment: Moment): Applied<RegisterAnswer> {
  const settled = settle(state, moment);
  const request = requestOf(command);
  const mine = ownRuns(settled.active, request);
  const { conflicts, given } = standing(request, settled, mine, state, moment);
  if (conflicts.length > 0) return refuse(state, moment, settled, command, conflicts);
  const asked = { ...command, resources: withPorts(request.resources, given) };
  const [own, ...others] = mine;
  const done = own
    ? extend(state, moment, settled, own, others, asked)
    : grant(state, moment, settled, asked);
  return given.length === 0 ? done : { ...done, answer: { ...done.answer, ports: given } };
}

type Granted = Extract<RegisterAnswer, { ok: true }>;

/** The judgement of `register`, nothing written. */
export function probe(state: State, query: Input<'probe'>, moment: Moment): Applied<Answer<'probe'>> {
  const settled = settle(state, moment);
  const { machine, resources = [], ...asked } = query;
  const request = requestOf({
    ...asked,
    // Whether a port of a range is free nobody can say who has not looked.
    resources: resources.filter((resource) => asked.freePorts !== undefined || !portRange(resource)),
    ...(machine ? { owner: machine } : {}),
  });
  const { conflicts } = standing(request, settled, ownRuns(settled.active, request), state, moment);
  return unchanged(state, moment, { conflicts, rev: state.rev });
}

function refuse(
  state: State,
  moment: Moment,
  settled: Settled,
  command: RegisterCommand,
  conflicts: Conflict[],
): Applied<RegisterAnswer> {
  const request = requestOf(command);
  const known = placeOf(request, settled.tickets);
  if (!known && command.ticketTtlMs === undefined) {
    const changes = changesOf(state, moment, settled.events, settled.changes);
    return { answer: { ok: false, conflicts, rev: changes.rev }, changes };
  }
  const { owner } = command;
  const ttlMs = command.ticketTtlMs ?? known?.ttlMs ?? DEFAULT_TICKET_MS;
  const ticket = ticketFor(state, { ...request, owner }, known, moment, ttlMs);
  const summary = `${owner.label} waits for ${claimsOf(ticket)} (${ticket.ticket})`;
  const events = known ? [] : [{ session: request.session, kind: 'waiting', summary }];
  const changes = changesOf(state, moment, [...settled.events, ...events], {
    ...settled.changes,
    tickets: replaced(settled.changes.tickets, ticket),
  });
  const view = ticketView(ticket, settled.tickets);
  return { answer: { ok: false, conflicts, rev: changes.rev, ticket: view }, changes };
}

function grant(state: State, moment: Moment, settled: Settled, command: RegisterCommand): Applied<Granted> {
  const fence = state.fence + 1;
  const run: Run = {
    run: runId(state, fence),
    session: command.session,
    owner: command.owner,
    incidents: [...command.incidents],
    paths: mergePaths(command.paths),
    resources: [...(command.resources ?? [])],
    lanes: [],
    base: command.base,
    intent: command.intent,
    fence,
    status: 'active',
    startedAt: moment.now,
    renewedAt: moment.now,
    expiresAt: moment.now + command.ttlMs,
    ...renewedSteady(moment),
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
): Applied<Granted> {
  const all = [own, ...others];
  const incidents = [...new Set([...all.flatMap((run) => run.incidents), ...command.incidents])];
  const paths = mergePaths([...all.flatMap((run) => run.paths), ...command.paths]);
  const resources = [...new Set([...all.flatMap((run) => run.resources), ...(command.resources ?? [])])];
  const isNewGrant =
    incidents.length > own.incidents.length || ownerKey(own.owner) !== ownerKey(command.owner);
  const run: Run = {
    ...own,
    owner: command.owner,
    incidents,
    paths,
    resources,
    lanes: earliestPlaces(all),
    intent: command.intent || own.intent,
    fence: isNewGrant ? state.fence + 1 : own.fence,
    renewedAt: moment.now,
    expiresAt: moment.now + command.ttlMs,
    ...renewedSteady(moment),
  };
  const absorbed = others.map(
    (other): Run => ({
      ...other,
      status: 'taken_over',
      closedAt: moment.now,
      note: `joined with run ${run.run}`,
    }),
  );
  const isWider =
    isNewGrant ||
    paths.length + resources.length > own.paths.length + own.resources.length ||
    exclusiveAmong(paths) > exclusiveAmong(own.paths) ||
    absorbed.length > 0;
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
): Applied<Granted> {
  const regranted = new Set(runs.map((changed) => changed.run));
  const served = settled.tickets.filter((ticket) => ticket.session === run.session && includes(run, ticket));
  const before = new Set(
    settled.active.filter((held) => regranted.has(held.run)).flatMap((held) => held.incidents),
  );
  const changes = changesOf(state, moment, [...settled.events, ...events], {
    fence: Math.max(state.fence, run.fence),
    ...settled.changes,
    runs: [...settled.changes.runs.filter((changed) => !regranted.has(changed.run)), ...runs],
    // One that was served is not also written down with another date.
    tickets: settled.changes.tickets.filter((ticket) => !served.includes(ticket)),
    dropTickets: [...settled.changes.dropTickets, ...served.map((ticket) => ticket.ticket)],
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

/** For a run that is renewed at this moment: its time by the steady clock, which replaces an older one. */
export const renewedSteady = ({ steady }: Moment): Pick<Run, 'renewedSteady'> => ({
  renewedSteady: steady,
});

/** One claim for each glob; where both modes are asked for, the stronger one. */
export function mergePaths(paths: readonly PathClaim[]): PathClaim[] {
  const merged = new Map<string, PathClaim>();
  for (const path of paths) {
    if (path.mode === 'exclusive' || !merged.has(path.glob)) merged.set(path.glob, path);
  }
  return [...merged.values()];
}

/** A path that was shared may have become one's own. */
const exclusiveAmong = (paths: readonly PathClaim[]): number =>
  paths.filter(({ mode }) => mode === 'exclusive').length;
