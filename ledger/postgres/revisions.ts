import { randomUUID } from 'node:crypto';
import type { Engine } from '../engine.ts';
import type { Listener } from './connection.ts';
import { notices } from './notices.ts';

export interface Revisions {
  listener: Listener;
  /** This process has brought the store to this revision. */
  made(rev: number): void;
  /** What it announces then. */
  announcementOf(rev: number): string;
  after: Engine['revisionAfter'];
  stop(): void;
}

/**
 * How often a waiter looks although it would hear of every change: a holder of this machine that dies changes nothing in
 * the store, and a notice may be lost.
 */
export const LOOK_AGAIN_MS = 3000;

/**
 * The store's revisions as this process hears of them; `read` asks the database, `onElsewhere` is told of others' changes.
 * While nothing can be heard it looks now and then, which also brings a lost connection back.
 */
export function revisionsOf(options: {
  channel: string;
  read: (patienceMs?: number) => Promise<number>;
  onElsewhere: () => void;
}): Revisions {
  const { channel, read, onElsewhere } = options;
  const self = randomUUID();
  const news = notices();
  const ending = new AbortController();
  let hasMissed = false;
  let heardOurselves = () => {};
  let looking: NodeJS.Timeout | undefined;
  let seen = 0;

  const look = async (patienceMs?: number): Promise<number> => {
    const rev = await read(patienceMs);
    news.heard(rev);
    if (looking && rev > seen) onElsewhere();
    seen = rev;
    return rev;
  };
  const startLooking = () => {
    if (looking || ending.signal.aborted) return;
    looking = setInterval(() => void look(0).catch(() => {}), LOOK_AGAIN_MS);
    looking.unref();
  };
  const stopLooking = () => {
    clearInterval(looking);
    looking = undefined;
  };
  const listener: Listener = {
    channel,
    echo: () => ({
      payload: `0 ${self}`,
      heard: new Promise((resolve) => {
        heardOurselves = resolve;
      }),
    }),
    onListening() {
      news.listening();
      stopLooking();
      if (hasMissed) onElsewhere();
      hasMissed = false;
    },
    onNotice(payload) {
      const [rev, from] = payload.split(' ');
      news.heard(Number(rev));
      if (from === self) heardOurselves();
      else onElsewhere();
    },
    onDeaf() {
      hasMissed = true;
      news.deaf();
      startLooking();
    },
    onSilence: startLooking,
  };
  return {
    listener,
    made: news.heard,
    announcementOf: (rev) => `${rev} ${self}`,
    async after(afterRev, timeoutMs, signal) {
      const ends = performance.now() + timeoutMs;
      const stop = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
      let rev = news.newest() ?? (await look());
      for (;;) {
        const leftMs = ends - performance.now();
        if (rev > afterRev || leftMs <= 0 || stop.aborted) return rev;
        await news.next(afterRev, Math.min(leftMs, LOOK_AGAIN_MS), stop);
        const heard = news.newest() ?? 0;
        rev = heard > afterRev ? heard : await look();
      }
    },
    stop() {
      ending.abort();
      stopLooking();
    },
  };
}
