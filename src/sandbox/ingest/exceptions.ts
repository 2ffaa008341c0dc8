import { asAnyText, asBoolean, asList, asRecord, asText, type Loose } from '../loose.ts';
import { type Frame, type Stacktrace, stacktraceOf } from './frames.ts';

export interface ExceptionValue {
  type: string | null;
  value: string | null;
  module: string | null;
  threadId: string | null;
  mechanism: Loose | null;
  stacktrace: Stacktrace | null;
  rawStacktrace: Stacktrace | null;
}

export interface ThreadValue {
  id: string | null;
  name: string | null;
  crashed: boolean;
  current: boolean;
  main: boolean | null;
  state: string | null;
  stacktrace: Stacktrace | null;
  rawStacktrace: Stacktrace | null;
  heldLocks: Loose | null;
}

/** The chain of exceptions, innermost cause first and the one that was seen last, in the API's form. */
export function exceptionsOf(event: Loose): ExceptionValue[] {
  const given = event.exception ?? event['sentry.interfaces.Exception'];
  const record = asRecord(given);
  // The oldest SDKs sent one exception without a list around it.
  const values = record && !('values' in record) ? [record] : asList(given);
  const exceptions = values.map(exceptionOf).filter((one) => one.type ?? one.value ?? one.stacktrace);
  const [only] = exceptions;
  if (only && exceptions.length === 1 && !only.stacktrace) only.stacktrace = looseStacktrace(event);
  return exceptions;
}

export const threadsOf = (event: Loose): ThreadValue[] => asList(event.threads).flatMap(threadOf);

/** A stack trace that stands beside the exception instead of in it. */
export const looseStacktrace = (event: Loose): Stacktrace | null =>
  stacktraceOf(event.stacktrace ?? event['sentry.interfaces.Stacktrace']);

/** The frames that tell where it happened: of the outermost exception, else of the crashed thread. */
export function leadingFrames(
  exceptions: readonly ExceptionValue[],
  threads: readonly ThreadValue[],
  alone: Stacktrace | null,
): Frame[] {
  const ofException = exceptions.findLast((exception) => (exception.stacktrace?.frames.length ?? 0) > 0);
  const thread =
    threads.find((one) => one.crashed && one.stacktrace) ??
    threads.find((one) => one.current && one.stacktrace);
  return ofException?.stacktrace?.frames ?? alone?.frames ?? thread?.stacktrace?.frames ?? [];
}

/** Did nobody catch it? Null where no exception says. */
export function handledOf(exceptions: readonly ExceptionValue[]): boolean | null {
  const said = exceptions.map((exception) => asBoolean(exception.mechanism?.handled));
  if (said.includes(false)) return false;
  return said.includes(true) ? true : null;
}

function exceptionOf(value: unknown): ExceptionValue {
  const exception = asRecord(value) ?? { value };
  const mechanism = asRecord(exception.mechanism);
  return {
    type: asText(exception.type),
    value: asAnyText(exception.value),
    module: asText(exception.module),
    threadId: asText(exception.thread_id),
    mechanism: mechanism ? { ...mechanism, handled: asBoolean(mechanism.handled) } : null,
    stacktrace: stacktraceOf(exception.stacktrace),
    rawStacktrace: stacktraceOf(exception.raw_stacktrace),
  };
}

function threadOf(value: unknown): ThreadValue[] {
  const thread = asRecord(value);
  if (!thread) return [];
  return [
    {
      id: asText(thread.id),
      name: asText(thread.name),
      crashed: thread.crashed === true,
      current: thread.current === true,
      main: asBoolean(thread.main),
      state: asText(thread.state),
      stacktrace: stacktraceOf(thread.stacktrace),
      rawStacktrace: stacktraceOf(thread.raw_stacktrace),
      heldLocks: asRecord(thread.held_locks) ?? null,
    },
  ];
}
