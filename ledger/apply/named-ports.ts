import type { Conflict, Run, Ticket } from '../ledger.ts';
import { isOneMachine } from '../machine.ts';
import { isWithin, type PortRange, portsAmong } from '../port-range.ts';
import type { Request } from './conflicts.ts';
import { rangesAmong } from './ports.ts';

/**
 * The tickets in `before`, which came first, that are in the way of ports that `request` names: those that wait for a range with
 * one of them in it, and know of no other port that would do. `own` are the runs that the request goes on with.
 */
export function namedPortConflicts(
  request: Request,
  own: readonly Run[],
  active: readonly Run[],
  before: readonly Ticket[],
): Conflict[] {
  const kept = own.flatMap((run) => portsAmong(run.resources));
  const named = portsAmong(request.resources).filter((port) => !kept.includes(port));
  if (named.length === 0) return [];
  const isHere = ({ owner }: Run | Ticket) => isOneMachine(owner, request.owner);
  const runs = active.filter(isHere);
  const tickets = before.filter(isHere);
  const taken = new Set([...named, ...[...runs, ...tickets].flatMap((one) => portsAmong(one.resources))]);
  return tickets.flatMap((ticket) => {
    const has = runs
      .filter(({ session }) => session === ticket.session)
      .flatMap((run) => portsAmong(run.resources));
    const without = rangesAmong(ticket.resources)
      .map(({ range }) => range)
      .filter((range) => !leave(range, has, new Set()) && !leave(range, ticket.freePorts ?? [], taken));
    const met = named.filter((port) => without.some((range) => isWithin(range, port)));
    return met.length === 0 ? [] : [waitedFor(ticket, met)];
  });
}

/** Leaves the range the lowest of `ports` that is not `taken`; false where there is none. */
function leave(range: PortRange, ports: readonly number[], taken: Set<number>): boolean {
  const fit = ports.filter((port) => isWithin(range, port) && !taken.has(port));
  if (fit.length > 0) taken.add(Math.min(...fit));
  return fit.length > 0;
}

function waitedFor({ owner, since }: Ticket, ports: readonly number[]): Conflict {
  return {
    source: 'ticket',
    holder: owner.label,
    since,
    liveness: 'live',
    incidents: [],
    paths: [],
    resources: ports.map((port) => `port:${port}`),
    advice: `Wait in line or ask for another port: ${owner.label} has waited for a port of a range with this one longer.`,
  };
}
