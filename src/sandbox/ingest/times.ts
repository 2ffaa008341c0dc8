import { asNumber } from '../loose.ts';

/** A time as SDKs write it (seconds with a fraction, or ISO 8601, UTC where it names no zone) in milliseconds; else null. */
export function timeOf(value: unknown): number | null {
  const seconds = asNumber(value);
  if (seconds !== null) return seconds > 0 ? Math.round(seconds * 1000) : null;
  if (typeof value !== 'string') return null;
  const iso = value.trim().replace(' ', 'T');
  const parsed = Date.parse(/(z|[+-]\d\d:?\d\d)$/i.test(iso) || !iso.includes('T') ? iso : `${iso}Z`);
  return Number.isNaN(parsed) ? null : parsed;
}

/** Clocks of crashing machines run wrong: Relay lets an event lie at most a minute ahead of its own clock. */
const MOST_AHEAD_MS = 60_000;

/** When an event happened; without a believable time of its own, when it came. */
export function eventTime(value: unknown, now: number): number {
  const time = timeOf(value);
  return time === null || time > now + MOST_AHEAD_MS ? now : time;
}
