import type { Clock } from '../../core/clock.ts';
import type { Answer } from '../router.ts';

export interface Limits {
  perSecond: number;
  concurrent: number;
}

export interface Limiter {
  /** Counts a request in: `refusal` is the 429 to answer with, or undefined; call `leave` when it is answered. */
  enter(): { headers: Record<string, string>; refusal: Answer | undefined; leave(): void };
}

/** What Sentry was seen to allow one caller; shown in the headers also where nothing is enforced. */
const SEEN: Limits = { perSecond: 40, concurrent: 25 };

/** Sentry's rate limit (fixed windows of one second) and concurrency limit with their headers. */
export function createLimiter(clock: Clock, limits: Limits | undefined): Limiter {
  const shown = limits ?? SEEN;
  let window = 0;
  let used = 0;
  let inFlight = 0;
  return {
    enter: () => {
      const second = Math.floor(clock() / 1000);
      if (second !== window) [window, used] = [second, 0];
      const isTooMany = limits !== undefined && used >= limits.perSecond;
      const isTooWide = limits !== undefined && inFlight >= limits.concurrent;
      if (!isTooMany) used += 1;
      const counts = !isTooMany && !isTooWide;
      if (counts) inFlight += 1;
      const headers = limitHeaders(shown, limits ? used : 1, limits ? inFlight : 1, window + 1);
      return {
        headers,
        refusal: counts ? undefined : refusalOf(shown, isTooMany),
        leave: () => {
          if (counts) inFlight -= 1;
        },
      };
    },
  };
}

/** `reset` in epoch seconds: when the window ends. */
function limitHeaders(limits: Limits, used: number, inFlight: number, reset: number): Record<string, string> {
  return {
    'x-sentry-rate-limit-limit': String(limits.perSecond),
    'x-sentry-rate-limit-remaining': String(Math.max(0, limits.perSecond - used)),
    'x-sentry-rate-limit-reset': String(reset),
    'x-sentry-rate-limit-concurrentlimit': String(limits.concurrent),
    'x-sentry-rate-limit-concurrentremaining': String(Math.max(0, limits.concurrent - inFlight)),
  };
}

/** Sentry's own words. There is no Retry-After on these. */
function refusalOf(limits: Limits, isTooMany: boolean): Answer {
  const detail = isTooMany
    ? `You are attempting to use this endpoint too frequently. Limit is ${limits.perSecond} requests in 1 seconds`
    : `You are attempting to go above the allowed concurrency for this endpoint. Concurrency limit is ${limits.concurrent}`;
  return { status: 429, body: { detail } };
}
