import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves when the next start is due: at most `limit` starts in any `windowMs` milliseconds, in the order of the
 * calls. A start is reserved at once, so callers side by side cannot take the same one.
 */
export function pacer(limit: number, windowMs: number): () => Promise<void> {
  const starts: number[] = [];
  return async () => {
    const now = performance.now();
    const oldest = starts.length < limit ? undefined : starts.shift();
    const due = oldest === undefined ? now : Math.max(now, oldest + windowMs);
    starts.push(due);
    if (due > now) await delay(due - now);
  };
}
