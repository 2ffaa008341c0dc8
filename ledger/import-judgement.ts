import type { HandwrittenEntry } from './ledger.ts';
import { STALE_AFTER_MS } from './limits.ts';

export type EntryStatus = HandwrittenEntry['status'];

const CLOSED =
  /^\W*(completed?|aborted|abandoned|done|merged|closed|finished|shipped|resolved|handoff|handed|cancell?ed|reverted|superseded|skipped)\b/i;
const STARTED =
  /^\W*(started|active|in[ -]?progress|running|ongoing|wip|working|mostly|partial(ly)?|almost|paused|blocked|resumed|registered)\b/i;

/** Whether a text begins with a word for a state. */
export const saysStatus = (text: string): boolean => CLOSED.test(text) || STARTED.test(text);

/**
 * `active`: said to be started, and less than two hours old, so that it stands in the way of others. `stale`: started
 * and older. A time up to two hours ahead (a clock that differs) counts as now, one further ahead is not believed:
 * an entry with a mistyped year must not block for ever.
 */
export function judgeStatus(entry: {
  status: string | undefined;
  since: number | undefined;
  isHistory: boolean;
  now: number;
}): EntryStatus {
  const { status, since, isHistory, now } = entry;
  if (isHistory || (status !== undefined && CLOSED.test(status))) return 'closed';
  if (status !== undefined && /^\W*stale\b/i.test(status)) return 'stale';
  // Moved by hand and not finished: without a status, a young entry counts as started.
  const isStarted = status === undefined || STARTED.test(status);
  if (!isStarted || since === undefined || since - now > STALE_AFTER_MS) return 'unclear';
  return now - since < STALE_AFTER_MS ? 'active' : 'stale';
}

const DATE = /(\d{4})-(\d{1,2})-(\d{1,2})/g;
const TIME = /(?<![\d:])(\d{1,2}):(\d{2})(?!\d)/g;
/** Only after `T` and a time: in `18:00-19:30` the rest is the end of a range. */
const OFFSET = /(T\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)([+-])(\d{2}):?(\d{2})(?!\d)/g;
const DAY_MINUTES = 24 * 60;

/**
 * The moment an entry speaks of, from `[2026-05-09 19:10]`, `[2026-05-09 ~19:10]`, `[2026-05-09]`,
 * `[2026-05-09 - started]`, `[2026-05-09 18:00 - 19:30]`, `[2026-05-09T19:10Z]`; of a range the end, on the next day where
 * it is earlier than the start. Local wall clock unless a zone is written. A date alone stands for the latest moment it can
 * mean.
 */
export function timeOf(text: string, now: number): number | undefined {
  const bracketed = /\[([^\][]{0,200}\d{4}-\d[^\][]{0,200})\]/.exec(text)?.[1];
  const inside = bracketed ?? text;
  const dates = [...inside.matchAll(DATE)];
  const date = dates.at(-1);
  if (!date) return undefined;
  const [year, month, day] = date.slice(1, 4).map(Number) as [number, number, number];
  const offset = [...inside.matchAll(OFFSET)].at(-1);
  const times = [
    ...inside
      .replace(OFFSET, '$1')
      .replace(DATE, ' ')
      .replace(/T(?=\d)/g, ' ')
      .matchAll(TIME),
  ].map(([, hour, minute]) => Number(hour) * 60 + Number(minute));
  const [first = 0, last] = [times[0], times.at(-1)];
  if (last === undefined) {
    const endOfDay = new Date(year, month - 1, day + 1).getTime() - 1;
    const startOfDay = new Date(year, month - 1, day).getTime();
    return validTime(startOfDay <= now ? Math.min(now, endOfDay) : startOfDay);
  }
  const isNextDay = bracketed !== undefined && dates.length === 1 && last < first;
  const minutes = isNextDay ? last + DAY_MINUTES : last;
  const zone = /\d\s*(Z\b|UTC|GMT)/i.test(inside) ? 0 : offset && minutesOf(offset);
  return validTime(
    zone === undefined
      ? new Date(year, month - 1, day, 0, minutes).getTime()
      : Date.UTC(year, month - 1, day, 0, minutes - zone),
  );
}

/** How far a zone is ahead of UTC. */
const minutesOf = ([, , sign, hours, minutes]: RegExpExecArray): number =>
  (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));

const validTime = (time: number): number | undefined => (Number.isFinite(time) ? time : undefined);
