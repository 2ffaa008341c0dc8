import type { Conflict, Ledger, RegisterCommand, Run, TicketView } from '../../ledger/ledger.ts';
import { commandId } from '../core/command-id.ts';
import { conflictError } from './conflict.ts';

/** How often somebody who waits is told that they still do. */
const TELL_EVERY_MS = 10_000;
/** Longer than one look at the line takes, so that a place is lost only with the one who waits. */
const TICKET_MS = 45_000;

/**
 * Registers; when that is refused and there is time to wait, takes a place in the line and registers when it is its turn.
 * Nobody who came later is served before. Throws the refusal that names who holds it by then when the time is over, and
 * the signal's reason when cancelled; the place is given up in both cases.
 */
export async function registerInTurn(
  ledger: Ledger,
  request: Omit<RegisterCommand, 'cmd'>,
  options: { waitMs: number; signal: AbortSignal; progress(message: string): void },
): Promise<Run> {
  const { waitMs, signal, progress } = options;
  const endsAt = performance.now() + waitMs;
  for (;;) {
    signal.throwIfAborted();
    const ticketTtlMs = waitMs > 0 ? { ticketTtlMs: TICKET_MS } : {};
    const answer = await ledger.register({ cmd: commandId(), ...request, ...ticketTtlMs });
    if (answer.ok) return answer.run;
    const { ticket } = answer;
    if (ticket === undefined) throw conflictError(answer.conflicts, 'claim');
    progress(waitingFor(ticket, answer.conflicts[0]?.holder));
    const inTheWay = await untilTurn(ledger, ticket, answer.conflicts, { endsAt, signal, progress });
    if (inTheWay !== undefined) {
      await ledger.leave({ cmd: commandId(), session: request.session, ticket: ticket.ticket });
      throw conflictError(inTheWay, 'claim');
    }
  }
}

const waitingFor = ({ position }: TicketView, holder: string | undefined): string =>
  `Waiting in line, position ${position}${holder ? `, for ${holder}` : ''}`;

/**
 * Who is in the way when the time is over; `undefined` when the request should be made again: it is its turn, or the
 * place was lost. `conflicts` are those of now: the holder may have changed since by the time it is told.
 */
async function untilTurn(
  ledger: Ledger,
  { ticket, session }: TicketView,
  conflicts: Conflict[],
  until: { endsAt: number; signal: AbortSignal; progress(message: string): void },
): Promise<Conflict[] | undefined> {
  for (let inTheWay = conflicts; ; ) {
    const left = until.endsAt - performance.now();
    if (left <= 0) return inTheWay;
    const timeoutMs = Math.min(TELL_EVERY_MS, left);
    const answer = await ledger.wait({ session, ticket, timeoutMs, signal: until.signal });
    if (!answer.ok || answer.free) return undefined;
    inTheWay = answer.conflicts;
    until.progress(
      `Waiting in line, position ${answer.position}; ${Math.ceil(Math.max(0, left - timeoutMs) / 1000)} s left`,
    );
  }
}
