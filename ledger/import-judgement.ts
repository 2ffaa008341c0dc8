import type { HandwrittenEntry } from './ledger.ts';
import { STALE_AFTER_MS } from './limits.ts';

export type EntryStatus = HandwrittenEntry['status'];

const CLOSED =
  /^\W*(completed?|aborted|abandoned|done|merged|closed|finished|shipped|resolved|handoff|handed|cancell?ed|reverted|superseded|skipped)\b/i;
const STARTED =
  /^\W*(started|active|in[ -]?progress|running|ongoing|wip|working|mostly|partial(ly)?|almost|paused|blocked|resumed|registered)\b/i;

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
const TIME = /(?<![\d:-])(\d{1,2}):(\d{2})(?!\d)/g;

/**
 * The moment an entry speaks of, from `[2026-05-09 19:10]`, `[2026-05-09 ~19:10]`, `[2026-05-09]`,
 * `[2026-05-09 - started]`, `[2026-05-09 18:00 - 19:30]`, `[2026-05-09T19:10Z]`; of a range the end. Local wall clock
 * unless a zone is written. A date alone stands for the latest moment it can mean.
 */
export function timeOf(text: string, now: number): number | undefined {
  const inside = /\[([^\][]{0,200}\d{4}-\d[^\][]{0,200})\]/.exec(text)?.[1] ?? text;
  const date = [...inside.matchAll(DATE)].at(-1);
  if (!date) return undefined;
  const [year, month, day] = date.slice(1, 4).map(Number) as [number, number, number];
  const time = [
    ...inside
      .replace(DATE, ' ')
      .replace(/T(?=\d)/g, ' ')
      .matchAll(TIME),
  ].at(-1);
  if (!time) {
    const endOfDay = new Date(year, month - 1, day + 1).getTime() - 1;
    const startOfDay = new Date(year, month - 1, day).getTime();
    return validTime(startOfDay <= now ? Math.min(now, endOfDay) : startOfDay);
  }
  const [hour, minute] = time.slice(1, 3).map(Number) as [number, number];
  const isUtc = /\d\s*(Z\b|UTC|GMT)/i.test(inside);
  return validTime(
    isUtc
      ? Date.UTC(year, month - 1, day, hour, minute)
      : new Date(year, month - 1, day, hour, minute).getTime(),
  );
}

const validTime = (time: number): number | undefined => (Number.isFinite(time) ? time : undefined);
