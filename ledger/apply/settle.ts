import { isoSeconds } from '../../src/core/clock.ts';
import type { PathClaim, Run, Ticket } from '../ledger.ts';
import { livenessAt } from '../liveness.ts';
import { settleLine } from './line.ts';
import type { Changes, EventDraft, Moment, State } from './state.ts';

export interface Settled {
  /** The runs and tickets that count after the dead ones are gone. */
  active: Run[];
  tickets: Ticket[];
  changes: Pick<Changes, 'runs' | 'tickets' | 'dropTickets'>;
  events: EventDraft[];
}

/**
 * Expires the runs whose owner is gone or that nobody renewed for two hours; `keep` names one that is left alone.
 * A run renewed in the future (the clock was set back) is dated to now, so that no lease outlives its length. Tickets that
 * nobody asks for any more end too.
 */
export function settle(state: State, moment: Moment, keep?: string): Settled {
  const line = settleLine(state.tickets, moment);
  const changes = { runs: [], tickets: line.changed, dropTickets: line.dropped };
  const settled: Settled = { active: [], tickets: line.tickets, changes, events: line.events };
  // In one order whatever the store's is, so that a history can be replayed elsewhere.
  for (const run of [...state.runs].sort((a, b) => a.fence - b.fence)) {
    if (run.status !== 'active') continue;
    if (run.run !== keep && livenessAt(run, moment) === 'dead') expire(run, moment, settled);
    else settled.active.push(redated(run, moment, settled));
  }
  return settled;
}

function expire(run: Run, moment: Moment, settled: Settled): void {
  const why = `no sign of life since ${isoSeconds(run.renewedAt)}`;
  settled.changes.runs.push({ ...run, status: 'expired', closedAt: moment.now, note: why });
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
  settled.changes.runs.push(dated);
  return dated;
}

/** `docs/a.md`, or `docs/a.md (shared)`. */
export const pathText = ({ glob, mode }: PathClaim): string =>
  mode === 'shared' ? `${glob} (shared)` : glob;

/** `sentry:acme/WEB-1, src/cart.ts, port:5173`: what a run holds, for people, shortened. */
export function claimsOf(run: Pick<Run, 'incidents' | 'paths' | 'resources'>): string {
  const all = [...run.incidents, ...run.paths.map(pathText), ...run.resources];
  const head = all.slice(0, 6).join(', ');
  return all.length > 6 ? `${head} and ${all.length - 6} more` : head;
}
