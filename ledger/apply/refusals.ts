import { isoSeconds } from '../../src/core/clock.ts';
import type { Fence, Refused, Run } from '../ledger.ts';
import type { State } from './state.ts';

export const refused = (state: State, reason: string, advice: string): Refused => ({
  ok: false,
  reason,
  advice,
  rev: state.rev,
});

/** The active run with this id and fence, or why there is none. */
export function activeRun(state: State, id: string, fence: Fence): { run: Run } | { refusal: Refused } {
  const run = runOf(state, id);
  if (!run) {
    return {
      refusal: refused(state, `No run ${id} is in the ledger.`, 'Register the work with ledger_register.'),
    };
  }
  if (run.status !== 'active') return { refusal: refused(state, endOf(run), nextAfter(state, run)) };
  if (run.fence !== fence) {
    return {
      refusal: refused(
        state,
        `Run ${id} has fence ${run.fence} now; ${fence} is an older grant.`,
        'Read ledger_status, and register again if the work is still yours.',
      ),
    };
  }
  return { run };
}

/** The run with this id, of those in `state`. */
export const runOf = (state: Pick<State, 'named' | 'runs'>, id: string): Run | undefined =>
  state.named?.run === id ? state.named : state.runs.find((run) => run.run === id);

function endOf(run: Run): string {
  const when = isoSeconds(run.closedAt ?? run.renewedAt);
  switch (run.status) {
    case 'expired':
      return `Run ${run.run} expired at ${when}: ${run.note ?? 'its lease was over'}.`;
    case 'taken_over':
      return `Run ${run.run} ended at ${when}: ${run.note ?? 'another session took it over'}.`;
    default:
      return `Run ${run.run} was ${run.status} at ${when}.`;
  }
}

/** Of several holders the one with the oldest grant is named, in whatever order the store has them. */
function nextAfter(state: State, run: Run): string {
  const [holder] = state.runs
    .filter(
      (other) =>
        other.status === 'active' && other.incidents.some((incident) => run.incidents.includes(incident)),
    )
    .sort((a, b) => a.fence - b.fence);
  if (!holder) return 'Nobody holds its incidents now: register again before you go on.';
  return `${holder.owner.label} holds its incidents since ${isoSeconds(holder.startedAt)} (run ${holder.run}). Make no further changes for them.`;
}
