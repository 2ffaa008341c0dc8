import { setTimeout as delay } from 'node:timers/promises';

const FIRST_LOOK_MS = 5;
const LOOK_EVERY_MS = 50;

/**
 * Looks at the revision again and again until it is past `afterRev`, the time is over, or `signal` is aborted; answers
 * with the last one seen. SQLite tells nobody of a commit, and a look is one row by its key: twenty a second are cheap.
 */
export async function revisionAfter(
  look: () => Promise<number>,
  { afterRev, timeoutMs, signal }: { afterRev: number; timeoutMs: number; signal: AbortSignal },
): Promise<number> {
  const endsAt = performance.now() + timeoutMs;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, LOOK_EVERY_MS)) {
    const rev = await look();
    const left = endsAt - performance.now();
    if (rev > afterRev || left <= 0 || signal.aborted) return rev;
    // An abort ends the pause early; it is seen above.
    await delay(Math.min(pause, left), undefined, { signal }).catch(() => undefined);
  }
}
