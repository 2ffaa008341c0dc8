import { commandId } from '../src/core/command-id.ts';
import { inputError } from '../src/core/errors.ts';
import type { Answer, Input, Kind } from './apply/state.ts';
import type { Engine } from './engine.ts';
import type { WaitAnswer, WaitQuery } from './ledger.ts';
import { MAX_LEASE_MS } from './limits.ts';

type Judge = <K extends Kind>(kind: K, input: Input<K>) => Promise<Answer<K>>;

/**
 * A holder that dies uses up no revision, so it is asked anew this often, also to keep the ticket. Right for a store on
 * this machine, where asking costs next to nothing.
 */
const ASK_EVERY_MS = 250;

/**
 * `Ledger.wait`, for every engine; `askEveryMs` says how often a ticket is asked for where no change is heard of. Throws
 * an input error for a wait without an end or an object.
 */
export async function ticketTurn(
  query: WaitQuery,
  judge: Judge,
  revisionAfter: Engine['revisionAfter'],
  askEveryMs: (ticket: string) => number = () => ASK_EVERY_MS,
): Promise<WaitAnswer> {
  const { signal, timeoutMs } = query;
  if (!(timeoutMs >= 0 && timeoutMs <= MAX_LEASE_MS)) {
    throw inputError('The longest time to wait is not between 0 and 24 h.', 'Ten minutes is a usual time.');
  }
  const endsAt = performance.now() + timeoutMs;
  const leftMs = () => Math.max(0, endsAt - performance.now());
  if (query.ticket === undefined) return changeAfter(query, leftMs, revisionAfter);
  const { session, ticket } = query;
  for (;;) {
    if (signal?.aborted) {
      await judge('leave', { cmd: commandId(), session, ticket });
      throw signal.reason;
    }
    const answer = await judge('poll', { session, ticket });
    const hasChanged = query.afterRev !== undefined && answer.rev > query.afterRev;
    if (!answer.ok || answer.free || hasChanged || leftMs() === 0) {
      // A cancellation that came with the last answer must not keep the place.
      if (!signal?.aborted) return answer;
      continue;
    }
    await revisionAfter(answer.rev, Math.min(askEveryMs(ticket), leftMs()), signal);
  }
}

async function changeAfter(
  { afterRev, signal }: WaitQuery,
  leftMs: () => number,
  revisionAfter: Engine['revisionAfter'],
): Promise<WaitAnswer> {
  if (afterRev === undefined)
    throw inputError('There is nothing to wait for.', 'Name a ticket or a revision.');
  const rev = await revisionAfter(afterRev, leftMs(), signal);
  signal?.throwIfAborted();
  return { ok: true, free: false, position: 0, conflicts: [], rev };
}
