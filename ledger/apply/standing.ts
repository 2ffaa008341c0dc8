import type { Conflict, Run } from '../ledger.ts';
import type { GivenPort } from '../port-range.ts';
import { conflictsOf, type Request } from './conflicts.ts';
import { olderTickets, ticketsAhead } from './line.ts';
import { namedPortConflicts } from './named-ports.ts';
import { portsFor } from './ports.ts';
import type { Settled } from './settle.ts';
import type { Moment, State } from './state.ts';

/**
 * What is in the way of `request`: runs, entries written by hand, tickets that came first, ranges without a free port. Where
 * nothing is, `given` are the ports of its ranges. `own` are the runs that it goes on with.
 */
export function standing(
  request: Request,
  { active, tickets }: Pick<Settled, 'active' | 'tickets'>,
  own: readonly Run[],
  state: Pick<State, 'worktrees'>,
  moment: Moment,
): { conflicts: Conflict[]; given: GivenPort[] } {
  const before = olderTickets(request, tickets);
  const ports = portsFor(request, own, active, before);
  const conflicts = [
    ...conflictsOf(request, active, state, moment),
    ...ticketsAhead(request, tickets, own),
    ...namedPortConflicts(request, own, active, before),
    ...ports.conflicts,
  ];
  return { conflicts, given: ports.given };
}
