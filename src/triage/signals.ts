/** What the score reads of an event. */
export interface EventSignals {
  /** Different in-app frames over the whole exception chain, or of the crashed thread where no exception has frames. */
  inAppFrames: number;
  /** Types and messages of the whole chain, and the log message. */
  signalText: string;
}

/**
 * Reads an event as Sentry's API sends it (`entries[]`). Nothing in it is relied on: what is missing or of another type
 * counts as absent. Chained exceptions repeat their shared frames, so equal frames count once.
 */
export function signalsOf(event: unknown): EventSignals {
  const exceptions = valuesOf(event, 'exception');
  const frames = inAppFrames(exceptions);
  const threads = valuesOf(event, 'threads').filter(
    (thread) => fieldOf(thread, 'crashed') === true || fieldOf(thread, 'current') === true,
  );
  const texts = exceptions.flatMap((exception) => [fieldOf(exception, 'type'), fieldOf(exception, 'value')]);
  return {
    inAppFrames: frames > 0 ? frames : inAppFrames(threads),
    signalText: [...texts, fieldOf(event, 'message'), fieldOf(event, 'title')]
      .filter((text) => typeof text === 'string')
      .map((text) => text.slice(0, MAX_TEXT))
      .join('\n'),
  };
}

/** Enough to name a crash; a message may hold a whole document. */
const MAX_TEXT = 2000;
const MAX_FRAMES = 5000;

function inAppFrames(holders: unknown[]): number {
  const frames = holders.flatMap((holder) => listOf(fieldOf(fieldOf(holder, 'stacktrace'), 'frames')));
  const places = frames
    .slice(0, MAX_FRAMES)
    .filter((frame) => (fieldOf(frame, 'inApp') ?? fieldOf(frame, 'in_app')) === true)
    .map((frame) => PLACE.map((name) => String(fieldOf(frame, name) ?? '')).join('\n'));
  return new Set(places).size;
}

const PLACE = ['module', 'package', 'absPath', 'filename', 'function', 'lineNo', 'instructionAddr'];

/** The values of one entry; older servers send them as a field of the event. */
function valuesOf(event: unknown, type: string): unknown[] {
  const entries = listOf(fieldOf(event, 'entries')).filter((entry) => fieldOf(entry, 'type') === type);
  const holders =
    entries.length > 0 ? entries.map((entry) => fieldOf(entry, 'data')) : [fieldOf(event, type)];
  return holders.flatMap((holder) => listOf(fieldOf(holder, 'values') ?? holder));
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
