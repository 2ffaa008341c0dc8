import type { Outcome, Run, Ticket } from '../ledger.ts';
import type { Request } from './conflicts.ts';
import { leftEvent, ticketView } from './line.ts';
import { refused } from './refusals.ts';
import { ownRuns } from './request.ts';
import { settle } from './settle.ts';
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

/** Asking keeps the ticket. It is free when the same request would be granted now. */
export function poll(state: State, query: Input<'poll'>, moment: Moment): Applied<Answer<'poll'>> {
  const settled = settle(state, moment);
  const ticket = settled.tickets.find((candidate) => candidate.ticket === query.ticket);
  if (ticket?.session !== query.session) {
    const changes = changesOf(state, moment, settled.events, settled.changes);
    const reason = `No ticket ${query.ticket} of this session is in the ledger: it was used or given up, or nobody asked for it in time.`;
    const advice = 'Register again; with a new ticket if it is refused.';
    return { answer: { ...refused(state, reason, advice), rev: changes.rev }, changes };
  }
  const { conflicts } = standing(ticket, settled, ownRuns(settled.active, ticket), state, moment);
  // Written down now and then, since every write is one that all others wait for.
  const isDue = moment.now - ticket.askedAt >= ticket.ttlMs / 3;
  const changes = changesOf(state, moment, settled.events, {
    ...settled.changes,
    tickets: isDue
      ? replaced(settled.changes.tickets, { ...ticket, askedAt: moment.now })
      : settled.changes.tickets,
  });
  const { position } = ticketView(ticket, settled.tickets);
  return {
    answer: { ok: true, free: conflicts.length === 0, position, conflicts, rev: changes.rev },
    changes,
  };
}

/** A ticket that is not there any more has been left too; another session's stays. */
export function leave(state: State, command: Input<'leave'>, moment: Moment): Applied<Outcome> {
  const ticket = state.tickets.find((candidate) => candidate.ticket === command.ticket);
  if (!ticket) return unchanged(state, moment, { ok: true, rev: state.rev });
  if (ticket.session !== command.session) {
    const reason = `Ticket ${ticket.ticket} belongs to another session.`;
    return unchanged(state, moment, refused(state, reason, 'Give up only a ticket of your own.'));
  }
  const changes = changesOf(state, moment, [leftEvent(ticket, 'given up')], {
    dropTickets: [ticket.ticket],
  });
  return { answer: { ok: true, rev: changes.rev }, changes };
}

/** The session's ticket for `request` as it is now: the one that it has, asked for again, or a new one. */
export function ticketFor(
  state: State,
  request: Request & { owner: Run['owner'] },
  known: Ticket | undefined,
  moment: Moment,
  ttlMs: number,
): Ticket {
  const freePorts = request.freePorts ? { freePorts: [...request.freePorts] } : {};
  if (known) return { ...known, ...freePorts, owner: request.owner, askedAt: moment.now, ttlMs };
  const number = state.rev + 1;
  return {
    ticket: `t${number}-${state.store}`,
    session: request.session,
    owner: request.owner,
    incidents: [...request.incidents],
    paths: [...request.paths],
    resources: [...request.resources],
    ...freePorts,
    number,
    since: moment.now,
    ttlMs,
    askedAt: moment.now,
  };
}

export const replaced = (tickets: readonly Ticket[], ticket: Ticket): Ticket[] => [
  ...tickets.filter((other) => other.ticket !== ticket.ticket),
  ticket,
];
