export interface Notices {
  /** Others' changes are heard of from now on. */
  listening(): void;
  /** They are not any more; whoever waits looks for itself. */
  deaf(): void;
  /** The store is at this revision now. */
  heard(rev: number): void;
  /** The newest revision heard of; `undefined` where one may have been missed. */
  newest(): number | undefined;
  /** Resolves when a revision past `afterRev` is heard of, after `ms`, or when `signal` is aborted. */
  next(afterRev: number, ms: number, signal?: AbortSignal): Promise<void>;
}

/** What is heard of the store's revisions, and who waits for a newer one. */
export function notices(): Notices {
  const waiting = new Set<{ afterRev: number; wake: () => void }>();
  let isListening = false;
  let newest: number | undefined;
  return {
    listening() {
      isListening = true;
    },
    deaf() {
      isListening = false;
      newest = undefined;
      for (const waiter of waiting) waiter.wake();
    },
    heard(rev) {
      if (isListening) newest = Math.max(rev, newest ?? 0);
      for (const waiter of waiting) if (rev > waiter.afterRev) waiter.wake();
    },
    newest: () => newest,
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
        if (signal?.aborted || (newest ?? 0) > afterRev) wake();
      }),
  };
}
