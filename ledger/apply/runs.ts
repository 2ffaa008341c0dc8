import { isoSeconds } from '../../src/core/clock.ts';
import type { Outcome, PathClaim, Run } from '../ledger.ts';
import { livenessAt } from '../liveness.ts';
import { isOneMachine } from '../machine.ts';
import { covers } from '../overlap.ts';
import { portNumber } from '../port-range.ts';
import { adviceFor, conflictsOf } from './conflicts.ts';
import { lineFor } from './line.ts';
import { isOwnFile } from './path-conflicts.ts';
import { withPorts } from './ports.ts';
import { activeRun, refused } from './refusals.ts';
import { mergePaths, renewedSteady, runId } from './register.ts';
import { requestOf } from './request.ts';
import { claimsOf, type Settled, settle } from './settle.ts';
import { standing } from './standing.ts';
import {
  type Answer,
  type Applied,
  changesOf,
  type Input,
  type Moment,
  type State,
  unchanged,
} from './state.ts';

/** Only a new claim can conflict; what is dropped is named exactly, so that a typing error is not taken for a release. */
export function amend(state: State, command: Input<'amend'>, moment: Moment): Applied<Answer<'amend'>> {
  const found = activeRun(state, command.run, command.fence);
  if ('refusal' in found) return unchanged(state, moment, found.refusal);
  const { run } = found;
  const { addResources = [], dropResources = [] } = command;
  const unknown = [
    ...command.drop.filter((glob) => !run.paths.some((path) => path.glob === glob)),
    ...dropResources.filter((resource) => !run.resources.includes(resource)),
  ];
  if (unknown.length > 0) {
    return unchanged(
      state,
      moment,
      refused(state, `Run ${run.run} does not claim ${unknown.join(', ')}.`, `It claims: ${claimsOf(run)}.`),
    );
  }
  const settled = settle(state, moment, run.run);
  const { session, owner } = run;
  const request = requestOf({
    ...command,
    session,
    owner,
    incidents: [],
    paths: command.add,
    resources: addResources,
  });
  const line = { active: settled.active, tickets: lineFor(run, settled.tickets) };
  const stay = run.resources.filter((resource) => !dropResources.includes(resource));
  // A port that is dropped is not given again for a range.
  const { conflicts, given } = standing(request, line, [{ ...run, resources: stay }], state, moment);
  if (conflicts.length > 0) {
    const changes = changesOf(state, moment, settled.events, settled.changes);
    return { answer: { ok: false, conflicts, rev: changes.rev }, changes };
  }
  const kept = run.paths.filter((path) => !command.drop.includes(path.glob));
  const current = settled.active.find((active) => active.run === run.run) ?? run;
  const amended: Run = {
    ...current,
    paths: amendedPaths(kept, command.add),
    resources: [...new Set([...stay, ...withPorts(addResources, given)])],
  };
  const done = change(state, moment, amended, 'amended', `now holds ${claimsOf(amended)}`, settled);
  return given.length === 0 ? done : { ...done, answer: { ...done.answer, ports: given } };
}

/** What is added again has the mode of the new claim: so one comes to share what one had for oneself, and back. */
function amendedPaths(kept: readonly PathClaim[], added: readonly PathClaim[]): PathClaim[] {
  const paths = new Map([...kept, ...mergePaths(added)].map((path) => [path.glob, path]));
  return [...paths.values()];
}

/** Uses up no revision: who holds what stays the same. */
export function renew(state: State, command: Input<'renew'>, moment: Moment): Applied<Outcome> {
  const found = activeRun(state, command.run, command.fence);
  if ('refusal' in found) return unchanged(state, moment, found.refusal);
  const run: Run = {
    ...found.run,
    renewedAt: moment.now,
    expiresAt: moment.now + command.ttlMs,
    ...renewedSteady(moment),
  };
  return { answer: { ok: true, rev: state.rev }, changes: changesOf(state, moment, [], { runs: [run] }) };
}

export function guard(state: State, query: Input<'guard'>, moment: Moment): Applied<Outcome> {
  const found = activeRun(state, query.run, query.fence);
  if ('refusal' in found) return unchanged(state, moment, found.refusal);
  const { run } = found;
  const unclaimed = (query.paths ?? []).filter(
    (path) => !isOwnFile(path) && !run.paths.some((claim) => covers(claim.glob, path)),
  );
  if (unclaimed.length === 0) return unchanged(state, moment, { ok: true, rev: state.rev });
  return unchanged(
    state,
    moment,
    refused(
      state,
      `Run ${run.run} does not claim ${unclaimed.slice(0, 5).join(', ')}${unclaimed.length > 5 ? ' and more' : ''}.`,
      'Add the files to the run with ledger_update, then repeat this step.',
    ),
  );
}

/** Ends a run, or with `incidents` lets go of only those; the paths stay with what is left. */
export function close(state: State, command: Input<'close'>, moment: Moment): Applied<Outcome> {
  const found = activeRun(state, command.run, command.fence);
  if ('refusal' in found) return unchanged(state, moment, found.refusal);
  const commits = [...found.run.commits, ...command.commits];
  const left = found.run.incidents.filter((incident) => !command.incidents?.includes(incident));
  if (command.incidents !== undefined && left.length > 0) {
    const rest: Run = { ...found.run, incidents: left, commits };
    return change(
      state,
      moment,
      rest,
      'released',
      `${command.status}: let go of ${command.incidents.join(', ')}`,
    );
  }
  const run: Run = {
    ...found.run,
    status: command.status,
    closedAt: moment.now,
    commits,
    ...(command.note === undefined ? {} : { note: command.note }),
  };
  const named = run.commits.length > 0 ? ` with ${run.commits.join(', ')}` : '';
  return change(state, moment, run, 'closed', `${run.status}${named}${run.note ? `: ${run.note}` : ''}`);
}

/**
 * A live run is never taken from its owner; one whose owner is gone, or that missed its renewal, is. The new owner
 * gets the same claims, unless a third session's work would overlap them (the old owner's own runs may have). It goes
 * on with work that was granted before anybody waited, so it passes tickets; places in lanes end.
 */
export function takeover(
  state: State,
  command: Input<'takeover'>,
  moment: Moment,
): Applied<Answer<'takeover'>> {
  const found = activeRun(state, command.run, command.expectFence);
  if ('refusal' in found) return unchanged(state, moment, found.refusal);
  const { run: old } = found;
  if (livenessAt(old, moment) === 'live') {
    return unchanged(
      state,
      moment,
      refused(
        state,
        `${old.owner.label} is at work on run ${old.run} since ${isoSeconds(old.startedAt)}, last renewed ${isoSeconds(old.renewedAt)}.`,
        adviceFor(old, 'live'),
      ),
    );
  }
  const settled = settle(state, moment, old.run);
  const rest = settled.active.filter((run) => run.run !== old.run);
  const { session, owner } = command;
  const { incidents, paths } = old;
  // The ports of another machine are of no use on this one, and no reason to refuse.
  const isHere = isOneMachine(old.owner, owner);
  const resources = old.resources.filter((resource) => isHere || portNumber(resource) === undefined);
  const request = { session, owner, incidents, paths, resources };
  const conflict = conflictsOf(request, rest, state, { ...moment, handwritten: [] })[0];
  if (conflict) {
    return unchanged(
      state,
      moment,
      refused(
        state,
        `Run ${old.run} cannot be taken over whole: ${conflict.holder} holds part of it (run ${conflict.run}).`,
        conflict.advice,
      ),
    );
  }
  const fence = state.fence + 1;
  const { closedAt: _, note: __, ...claims } = old;
  const run: Run = {
    ...claims,
    resources,
    run: runId(state, fence),
    session,
    owner,
    fence,
    lanes: [],
    startedAt: moment.now,
    renewedAt: moment.now,
    expiresAt: moment.now + command.ttlMs,
    ...renewedSteady(moment),
  };
  const note = `taken over by ${command.owner.label}: ${command.reason}`;
  const ended: Run = { ...old, status: 'taken_over', closedAt: moment.now, note };
  const changes = changesOf(
    state,
    moment,
    [
      ...settled.events,
      {
        session: command.session,
        run: old.run,
        kind: 'taken_over',
        summary: `${note}; goes on as run ${run.run}`,
      },
    ],
    {
      ...settled.changes,
      fence,
      runs: [...settled.changes.runs.filter((changed) => changed.run !== old.run), ended, run],
    },
  );
  return { answer: { ok: true, run, rev: changes.rev }, changes };
}

const NOTHING_SETTLED: Pick<Settled, 'changes' | 'events'> = {
  changes: { runs: [], tickets: [], dropTickets: [] },
  events: [],
};

function change(
  state: State,
  moment: Moment,
  run: Run,
  kind: string,
  summary: string,
  settled: Pick<Settled, 'changes' | 'events'> = NOTHING_SETTLED,
): Applied<Extract<Outcome, { ok: true }>> {
  const events = [
    ...settled.events,
    { session: run.session, run: run.run, kind, summary: `${run.owner.label}: ${summary}` },
  ];
  const runs = [...settled.changes.runs.filter((changed) => changed.run !== run.run), run];
  const changes = changesOf(state, moment, events, { ...settled.changes, runs });
  return { answer: { ok: true, rev: changes.rev }, changes };
}
