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
  /** Others' changes are heard of from now on, where anybody wants to know. Throws as `hear` does. */
  hear(patienceMs?: number): Promise<void>;
  stop(): void;
}

/**
 * How often a waiter looks although it would hear of every change: a holder of this machine that dies changes nothing in
 * the store, and a notice may be lost.
 */
export const LOOK_AGAIN_MS = 3000;
/** How long it is listened for whoever may wait again. */
const LINGER_MS = 5000;

/**
 * The store's revisions as this process hears of them; `read` asks the database. It listens while somebody waits, or
 * keeps what it hears for others too (`isKeeping`): `onElsewhere` is told of others' changes then. Each notice wakes a
 * process of the server's and one of ours for every session that listens (measured with 16: more time than a register).
 * While nothing can be heard it looks now and then, which also brings a lost connection back.
 */
export function revisionsOf(options: {
  channel: string;
  read: (patienceMs?: number) => Promise<number>;
  /** Notices arrive when it resolves, on a connection that is ours alone; on others they always do, or never. */
  hear: (patienceMs?: number) => Promise<void>;
  /** No notices any more; false where they go on. */
  ignore: () => boolean;
  isKeeping: () => boolean;
  onElsewhere: () => void;
}): Revisions {
  const { channel, read, hear, ignore, isKeeping } = options;
  const self = randomUUID();
  const news = notices();
  const ending = new AbortController();
  let waiters = 0;
  let wantedAt = Number.NEGATIVE_INFINITY;
  let isSilent = false;
  let hasMissed = false;
  let heardOurselves = () => {};
  let looking: NodeJS.Timeout | undefined;
  let seen = 0;

  const isWanted = () => waiters > 0 || isKeeping();
  const onElsewhere = () => {
    if (isKeeping()) options.onElsewhere();
  };
  const look = async (patienceMs?: number): Promise<number> => {
    // First: a change after what is read is announced to us.
    if (isWanted()) await hear(patienceMs);
    const rev = await read(patienceMs);
    news.heard(rev);
    if (looking && rev > seen) onElsewhere();
    seen = rev;
    return rev;
  };
  const startLooking = () => {
    if (looking || ending.signal.aborted) return;
    looking = setInterval(() => {
      if (isSilent || isWanted()) void look(0).catch(() => {});
      else stopLooking();
    }, LOOK_AGAIN_MS);
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
      isSilent = false;
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
      // Whoever waits asks in between what has become of it.
      if (!isWanted() && performance.now() - wantedAt > LINGER_MS && ignore()) news.deaf();
    },
    onDeaf() {
      hasMissed = true;
      news.deaf();
      startLooking();
    },
    onSilence() {
      isSilent = true;
      startLooking();
    },
  };
  return {
    listener,
    made: news.heard,
    announcementOf: (rev) => `${rev} ${self}`,
    async after(afterRev, timeoutMs, signal) {
      const ends = performance.now() + timeoutMs;
      const stop = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
      waiters += 1;
      try {
        let rev = news.newest() ?? (await look());
        for (;;) {
          const leftMs = ends - performance.now();
          if (rev > afterRev || leftMs <= 0 || stop.aborted) return rev;
          await news.next(afterRev, Math.min(leftMs, LOOK_AGAIN_MS), stop);
          const heard = news.newest() ?? 0;
          rev = heard > afterRev ? heard : await look();
        }
      } finally {
        waiters -= 1;
        wantedAt = performance.now();
      }
    },
    hear: async (patienceMs) => {
      if (isWanted()) await hear(patienceMs);
    },
    stop() {
      ending.abort();
      stopLooking();
    },
  };
}
