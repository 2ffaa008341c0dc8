import type { Conflict, Ledger, RegisterAnswer, RegisterCommand, TicketView } from '../../ledger/ledger.ts';
import { portRange } from '../../ledger/port-range.ts';
import { commandId } from '../core/command-id.ts';
import { conflictError } from './conflict.ts';
import { withFreePorts } from './free-ports.ts';

/** How often somebody who waits is told that they still do. */
const TELL_EVERY_MS = 10_000;
/** How often it is looked whether a port has become free: the ledger hears of no program that stops listening. */
const LOOK_EVERY_MS = 2000;
/** Longer than one look at the line takes, so that a place is lost only with the one who waits. */
const TICKET_MS = 45_000;

type Registered = Extract<RegisterAnswer, { ok: true }>;

/**
 * Registers; when that is refused and there is time to wait, takes a place in the line and registers when it is its turn.
 * Nobody who came later is served before. Throws the refusal that names who holds it by then when the time is over, and
 * the signal's reason when cancelled; the place is given up in both cases. `ports` in the answer are those of its ranges.
 */
export async function registerInTurn(
  ledger: Ledger,
  request: Omit<RegisterCommand, 'cmd'>,
  options: { waitMs: number; signal: AbortSignal; progress(message: string): void },
): Promise<Registered> {
  const { waitMs, signal } = options;
  const progress = withoutRepeats(options.progress);
  const endsAt = performance.now() + waitMs;
  const { resources = [], owner } = request;
  for (;;) {
    signal.throwIfAborted();
    const ticketTtlMs = waitMs > 0 ? { ticketTtlMs: TICKET_MS } : {};
    const answer = await withFreePorts({ ledger, resources, owner }, (found) =>
      ledger.register({ cmd: commandId(), ...request, ...found, ...ticketTtlMs }),
    );
    if (answer.ok) return answer;
    const { ticket } = answer;
    if (ticket === undefined) throw conflictError(answer.conflicts, 'claim');
    progress(waitingFor(ticket, answer.conflicts[0]));
    const inTheWay = await untilTurn(ledger, ticket, answer.conflicts, { endsAt, signal, progress });
    if (inTheWay !== undefined) {
      await ledger.leave({ cmd: commandId(), session: request.session, ticket: ticket.ticket });
      throw conflictError(inTheWay, 'claim');
    }
  }
}

function withoutRepeats(progress: (message: string) => void): (message: string) => void {
  let last = '';
  return (message) => {
    if (message !== last) progress(message);
    last = message;
  };
}

function waitingFor({ position }: TicketView, conflict: Conflict | undefined): string {
  const whom = conflict?.source === 'ports' ? 'a free port' : conflict?.holder;
  return `Waiting in line, position ${position}${whom ? `, for ${whom}` : ''}`;
}

/**
 * Who is in the way when the time is over; `undefined` when the request should be made again: it is its turn, the place was
 * lost, or the ports have to be looked at anew. `conflicts` are those of now: the holder may have changed since by the
 * time it is told.
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
    const isForPort = isOverRange(inTheWay);
    const timeoutMs = Math.min(isForPort ? LOOK_EVERY_MS : TELL_EVERY_MS, left);
    const answer = await ledger.wait({ session, ticket, timeoutMs, signal: until.signal });
    if (!answer.ok || answer.free || isForPort) return undefined;
    inTheWay = answer.conflicts;
    until.progress(
      `Waiting in line, position ${answer.position}; ${Math.ceil(Math.max(0, left - timeoutMs) / 1000)} s left`,
    );
  }
}

/** A range has no port, or only what is left to somebody who came first: another one may be free now. */
const isOverRange = (conflicts: readonly Conflict[]): boolean =>
  conflicts.some(({ resources }) => resources.some((resource) => portRange(resource) !== undefined));
