import type { Run } from '../ledger.ts';
import { livenessAt } from '../liveness.ts';
import { activeRun } from './refusals.ts';
import { settle } from './settle.ts';
import {
  type Answer,
  type Applied,
  changesOf,
  type EventDraft,
  type Input,
  type Moment,
  type State,
  unchanged,
} from './state.ts';

/**
 * The integration order: a place belongs to an active run and ends with it, so the lane is leased as the run is. A run
 * that is dead is expired first and stands in nobody's way.
 */
export function lane(state: State, command: Input<'lane'>, moment: Moment): Applied<Answer<'lane'>> {
  const found = activeRun(state, command.run, command.fence);
  if ('refusal' in found) return unchanged(state, moment, found.refusal);
  const settled = settle(state, moment, command.run);
  const current = settled.active.find((run) => run.run === command.run) ?? found.run;
  const own = moved(state, current, command);
  const changes = changesOf(state, moment, [...settled.events, ...own.events], {
    ...settled.changes,
    runs:
      own.events.length === 0
        ? settled.changes.runs
        : [...settled.changes.runs.filter((run) => run.run !== own.run.run), own.run],
  });
  const place = placeIn(own.run, command.name);
  const ahead = settled.active
    .filter((run) => run.run !== own.run.run && placeIn(run, command.name) < place)
    .sort((a, b) => placeIn(a, command.name) - placeIn(b, command.name));
  const hasLeft = place === Number.POSITIVE_INFINITY;
  return {
    answer: {
      ok: true,
      position: hasLeft ? 0 : ahead.length + 1,
      turn: !hasLeft && ahead.length === 0,
      ahead: hasLeft
        ? []
        : ahead.map((run) => ({ run: run.run, holder: run.owner.label, liveness: livenessAt(run, moment) })),
      rev: changes.rev,
    },
    changes,
  };
}

/** The places of runs that become one: in each lane the first of them. */
export function earliestPlaces(runs: readonly Run[]): Run['lanes'] {
  const places = new Map<string, number>();
  for (const { name, rev } of runs.flatMap((run) => run.lanes)) {
    places.set(name, Math.min(rev, places.get(name) ?? rev));
  }
  return [...places].map(([name, rev]) => ({ name, rev }));
}

/** The revision at which a run joined: no two join with the same one. */
const placeIn = (run: Run, name: string): number =>
  run.lanes.find((place) => place.name === name)?.rev ?? Number.POSITIVE_INFINITY;

function moved(state: State, run: Run, command: Input<'lane'>): { run: Run; events: EventDraft[] } {
  const { name, leave } = command;
  const isIn = run.lanes.some((place) => place.name === name);
  if (isIn === !leave) return { run, events: [] };
  const rest = run.lanes.filter((place) => place.name !== name);
  const lanes = leave ? rest : [...rest, { name, rev: state.rev + 1 }];
  const kind = leave ? 'lane_left' : 'lane_joined';
  const summary = `${run.owner.label} ${leave ? 'left' : 'joined'} the lane ${name}`;
  return { run: { ...run, lanes }, events: [{ session: run.session, run: run.run, kind, summary }] };
}
