import { isoSeconds } from '../../src/core/clock.ts';
import type { Run } from '../ledger.ts';
import { livenessAt } from '../liveness.ts';
import type { EventDraft, Moment, State } from './state.ts';

export interface Settled {
  /** The runs that count after the dead ones are gone. */
  active: Run[];
  changed: Run[];
  events: EventDraft[];
}

/**
 * Expires the runs whose owner is gone or that nobody renewed for two hours; `keep` names one that is left alone.
 * A run renewed in the future (the clock was set back) is dated to now, so that no lease outlives its length.
 */
export function settle(state: State, moment: Moment, keep?: string): Settled {
  const settled: Settled = { active: [], changed: [], events: [] };
  for (const run of state.runs) {
    if (run.status !== 'active') continue;
    if (run.run !== keep && livenessAt(run, moment.now, moment.gone) === 'dead') expire(run, moment, settled);
    else settled.active.push(redated(run, moment, settled));
  }
  return settled;
}

function expire(run: Run, moment: Moment, settled: Settled): void {
  const why = `no sign of life since ${isoSeconds(run.renewedAt)}`;
  settled.changed.push({ ...run, status: 'expired', closedAt: moment.now, note: why });
  settled.events.push({
    session: run.session,
    run: run.run,
    kind: 'expired',
    summary: `${run.owner.label}: ${why}; free again: ${claimsOf(run)}`,
  });
}

function redated(run: Run, moment: Moment, settled: Settled): Run {
  const ahead = run.renewedAt - moment.now;
  if (ahead <= 0) return run;
  const dated = { ...run, renewedAt: moment.now, expiresAt: run.expiresAt - ahead };
  settled.changed.push(dated);
  return dated;
}

/** `sentry:acme/WEB-1, src/cart.ts`: what a run holds, for people, shortened. */
export function claimsOf(run: Pick<Run, 'incidents' | 'paths'>): string {
  const all = [...run.incidents, ...run.paths.map((path) => path.glob)];
  const head = all.slice(0, 6).join(', ');
  return all.length > 6 ? `${head} and ${all.length - 6} more` : head;
}
