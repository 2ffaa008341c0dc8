import type { Conflict, PathClaim, Run, Ticket, TicketView } from '../ledger.ts';
import { ownerKey } from '../liveness.ts';
import { isWithin, portRange, portsAmong } from '../port-range.ts';
import { type Claims, meeting, type Request } from './conflicts.ts';
import type { EventDraft, Moment } from './state.ts';

/**
 * The tickets that `request` may not pass: those of other sessions that want some of the same and came before it. A
 * session's own ticket for all of the request is the place that the request has; without one it is the newest.
 * `own` are the session's runs that the request goes on with: what they hold is not asked for anew.
 */
export function ticketsAhead(request: Request, tickets: readonly Ticket[], own: readonly Run[]): Conflict[] {
  const wanted = notHeld(request, own);
  return olderTickets(request, tickets).flatMap((ticket) => ticketConflict(wanted, ticket) ?? []);
}

/** The tickets of other sessions that came before `request`, in order. */
export function olderTickets(request: Request, tickets: readonly Ticket[]): Ticket[] {
  const place = placeOf(request, tickets)?.number ?? Number.POSITIVE_INFINITY;
  return tickets
    .filter((ticket) => ticket.session !== request.session && ticket.number < place)
    .sort((a, b) => a.number - b.number);
}

/**
 * The line as a run that grows sees it: a ticket that waits for this very run does not stop it, since then neither would
 * ever go on. Its session's own place counts all the same: it says who came first.
 */
export const lineFor = (run: Run, tickets: readonly Ticket[]): Ticket[] =>
  tickets.filter((ticket) => ticket.session === run.session || !meeting(ticket, run));

/** The session's oldest ticket that asks for all of `request`. */
export const placeOf = (request: Request, tickets: readonly Ticket[]): Ticket | undefined =>
  tickets
    .filter((ticket) => ticket.session === request.session && includes(ticket, request))
    .sort((a, b) => a.number - b.number)[0];

/** True when `claims` has all that `part` asks for, letter by letter, and for a range of ports itself or one of them. */
export const includes = (claims: Claims, part: Claims): boolean => {
  const rest = without(part, claims);
  return rest.incidents.length + rest.paths.length + rest.resources.length === 0;
};

export const ticketView = (ticket: Ticket, tickets: readonly Ticket[]): TicketView => ({
  ...ticket,
  position:
    1 +
    tickets.filter(
      (other) => other.number < ticket.number && other.session !== ticket.session && meeting(ticket, other),
    ).length,
});

/**
 * All tickets in order. One that nobody asked for in time, or whose process is gone, is left out, though no operation has
 * ended it yet.
 */
export function ticketViews(
  tickets: readonly Ticket[],
  { now, gone }: Pick<Moment, 'now' | 'gone'>,
): TicketView[] {
  const valid = tickets
    .filter((ticket) => now - ticket.askedAt < ticket.ttlMs && !gone.has(ownerKey(ticket.owner)))
    .sort((a, b) => a.number - b.number);
  return valid.map((ticket) => ticketView(ticket, valid));
}

export interface SettledLine {
  tickets: Ticket[];
  changed: Ticket[];
  dropped: string[];
  events: EventDraft[];
}

/** Ends the tickets of processes that are gone, and those that nobody asked for in time. */
export function settleLine(tickets: readonly Ticket[], moment: Moment): SettledLine {
  const line: SettledLine = { tickets: [], changed: [], dropped: [], events: [] };
  for (const ticket of [...tickets].sort((a, b) => a.number - b.number)) {
    const isGone = moment.gone.has(ownerKey(ticket.owner));
    if (isGone || moment.now - ticket.askedAt >= ticket.ttlMs) {
      line.dropped.push(ticket.ticket);
      line.events.push(leftEvent(ticket, isGone ? 'its process is gone' : 'nobody asked for it in time'));
      continue;
    }
    // Asked for in the future: the clock was set back, and the place must not be kept for so much longer.
    const dated = ticket.askedAt > moment.now ? { ...ticket, askedAt: moment.now } : ticket;
    if (dated !== ticket) line.changed.push(dated);
    line.tickets.push(dated);
  }
  return line;
}

export const leftEvent = (ticket: Ticket, why: string): EventDraft => ({
  session: ticket.session,
  kind: 'left',
  summary: `${ticket.owner.label} no longer waits (${ticket.ticket}): ${why}`,
});

const notHeld = (request: Request, own: readonly Run[]): Claims =>
  own.reduce<Claims>((rest, run) => without(rest, run), request);

function without(part: Claims, claims: Claims): Claims {
  const isHeld = (path: PathClaim) =>
    claims.paths.some(
      (held) => held.glob === path.glob && (held.mode === 'exclusive' || path.mode === 'shared'),
    );
  const ports = portsAmong(claims.resources);
  const isReserved = (resource: string): boolean => {
    if (claims.resources.includes(resource)) return true;
    const range = portRange(resource);
    return range !== undefined && ports.some((port) => isWithin(range, port));
  };
  return {
    ...(part.owner ? { owner: part.owner } : {}),
    incidents: part.incidents.filter((incident) => !claims.incidents.includes(incident)),
    paths: part.paths.filter((path) => !isHeld(path)),
    resources: part.resources.filter((resource) => !isReserved(resource)),
  };
}

function ticketConflict(wanted: Claims, ticket: Ticket): Conflict | undefined {
  const met = meeting(wanted, ticket);
  return (
    met && {
      source: 'ticket',
      holder: ticket.owner.label,
      since: ticket.since,
      liveness: 'live',
      ...met,
      advice: `Wait in line or take another issue: ${ticket.owner.label} has waited for this longer.`,
    }
  );
}
