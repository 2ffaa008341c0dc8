export interface Notices {
  /** The store is at this revision now. */
  heard(rev: number): void;
  /** Resolves when a revision past `afterRev` was heard of, after `ms`, or when `signal` is aborted. */
  next(afterRev: number, ms: number, signal?: AbortSignal): Promise<void>;
}

/** Wakes whoever waits for a newer revision. */
export function notices(): Notices {
  const waiting = new Set<{ afterRev: number; wake: () => void }>();
  return {
    heard(rev) {
      for (const waiter of waiting) if (rev > waiter.afterRev) waiter.wake();
    },
    next: (afterRev, ms, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', wake);
          waiting.delete(waiter);
          resolve();
        };
        const waiter = { afterRev, wake };
        const timer = setTimeout(wake, ms);
        signal?.addEventListener('abort', wake, { once: true });
        waiting.add(waiter);
        if (signal?.aborted) wake();
      }),
  };
}
