import type { Exchanged } from './exchange.ts';
import type { Limits } from './limits.ts';
import { resetMs } from './retry.ts';

/** Takes what an answer tells about Sentry's limits. */
export function learnFrom(
  limits: Limits,
  { status, headers }: Pick<Exchanged, 'status' | 'headers'>,
  now: number,
): void {
  const concurrent = Number(headers['x-sentry-rate-limit-concurrentlimit'] || Number.NaN);
  if (concurrent >= 1) limits.learnCeiling(concurrent);
  if (status === 429) {
    if (headers['x-sentry-rate-limit-concurrentremaining'] === '0') limits.narrow();
    return;
  }
  // The window is used up: the next request would be refused. Short, because the header may be about this endpoint only.
  if (headers['x-sentry-rate-limit-remaining'] === '0') {
    const ms = resetMs(headers, now);
    if (ms) limits.pause(Math.min(ms, LONGEST_FORESIGHT_MS));
  }
}

const LONGEST_FORESIGHT_MS = 2000;
