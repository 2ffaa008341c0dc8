import { type PitcrewError, refusedError } from '../core/errors.ts';
import type { Answer, Call } from './define.ts';

/** The kill switch as a tool sees it. */
export interface Stoppable {
  /** Why nothing may be written now; `undefined` where nobody stopped anything. */
  stopped(): string | undefined;
}

/** How soon a write that is under way hears that it was stopped. */
const LOOK_EVERY_MS = 250;

/**
 * Runs what writes, unless a person has stopped it: before it begins, and while it runs its signal is cut. Throws a
 * refused error then.
 */
export async function unlessStopped(
  context: Stoppable,
  call: Call,
  write: (call: Call) => Promise<Answer>,
): Promise<Answer> {
  const before = context.stopped();
  if (before !== undefined) throw stoppedError(before);
  const cut = new AbortController();
  const timer = setInterval(() => {
    const reason = context.stopped();
    if (reason !== undefined) cut.abort(stoppedError(reason));
  }, LOOK_EVERY_MS);
  timer.unref();
  try {
    return await write({ ...call, signal: AbortSignal.any([call.signal, cut.signal]) });
  } catch (error) {
    throw cut.signal.aborted && !call.signal.aborted ? cut.signal.reason : error;
  } finally {
    clearInterval(timer);
  }
}

const stoppedError = (reason: string): PitcrewError =>
  refusedError(
    `All work of Pitcrew is stopped here: ${reason}.`,
    'Stop now and tell the person what is unfinished; nothing of it is lost. They let it go on with `pitcrew resume`.',
  );
