import { setMaxListeners } from 'node:events';

export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export interface LimitOptions {
  /** Requests under way at once. */
  maxConcurrent: number;
  /** Requests that may reach the server within any one second. */
  requestsPerSecond: number;
  sleep: Sleep;
}

export interface Limits {
  /** Waits for a turn, in order of asking; call what it answers when the request has ended. */
  enter(signal?: AbortSignal): Promise<() => void>;
  /** Lets nothing start for this long; several pauses at once last as long as the longest. */
  pause(ms: number): void;
  /** Keeps fewer than `ceiling` under way from now on. */
  learnCeiling(ceiling: number): void;
  /** Halves what may be under way; it grows back by one for every ten requests that end. */
  narrow(): void;
  /** Ends the timers and refuses all who wait. */
  close(reason: Error): void;
}

interface Waiter {
  start(release: () => void): void;
  refuse(reason: unknown): void;
}

const WINDOW_MS = 1000;
const ENDS_PER_GROWTH = 10;

/**
 * One gate for all requests of a client. A permit comes back a second after its request has *ended*: the server
 * received it before that, so no second on the server's clock holds more than `requestsPerSecond` of them, however
 * late each one arrived. A token bucket would let two bursts meet at the server.
 */
export function openLimits(options: LimitOptions): Limits {
  const closing = new AbortController();
  // One timer for each permit listens to it.
  setMaxListeners(0, closing.signal);
  const queue: Waiter[] = [];
  let ceiling = Math.max(1, options.maxConcurrent);
  let allowed = ceiling;
  let underWay = 0;
  let permits = Math.max(1, options.requestsPerSecond);
  let pauses = 0;
  let endsSinceGrowth = 0;

  const pump = () => {
    while (queue.length > 0 && pauses === 0 && permits > 0 && underWay < allowed) {
      permits--;
      underWay++;
      queue.shift()?.start(once(end));
    }
  };
  const end = () => {
    underWay--;
    endsSinceGrowth++;
    if (endsSinceGrowth >= ENDS_PER_GROWTH && allowed < ceiling) {
      endsSinceGrowth = 0;
      allowed++;
    }
    after(WINDOW_MS, () => permits++);
    pump();
  };
  const after = (ms: number, change: () => void) => {
    options.sleep(ms, closing.signal).then(
      () => {
        change();
        pump();
      },
      () => {},
    );
  };

  return {
    enter: (signal) => enqueue(queue, signal, closing.signal, pump),
    pause(ms) {
      pauses++;
      after(ms, () => pauses--);
    },
    learnCeiling(limit) {
      ceiling = Math.max(1, Math.min(options.maxConcurrent, limit - 1));
      allowed = Math.min(allowed, ceiling);
    },
    narrow() {
      allowed = Math.max(1, Math.floor(allowed / 2));
      endsSinceGrowth = 0;
    },
    close(reason) {
      closing.abort(reason);
      for (const waiter of queue.splice(0)) waiter.refuse(reason);
    },
  };
}

function enqueue(
  queue: Waiter[],
  signal: AbortSignal | undefined,
  closed: AbortSignal,
  pump: () => void,
): Promise<() => void> {
  return new Promise((resolve, reject) => {
    if (closed.aborted) return reject(closed.reason);
    if (signal?.aborted) return reject(signal.reason);
    const leave = () => {
      queue.splice(queue.indexOf(waiter), 1);
      reject(signal?.reason);
    };
    const waiter: Waiter = {
      start(release) {
        signal?.removeEventListener('abort', leave);
        resolve(release);
      },
      refuse: reject,
    };
    signal?.addEventListener('abort', leave, { once: true });
    queue.push(waiter);
    pump();
  });
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
