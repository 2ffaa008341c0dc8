import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../src/core/errors.ts';
import type { Log } from '../src/core/log.ts';
import { connect, isBusy } from './sqlite/database.ts';
import { renderView, takeBackLate, type ViewInput, type WriteOutcome, writeView } from './view.ts';

export interface ViewWriter {
  /** The ledger has changed; rendered a moment later, once for all the changes that come until then. */
  changed(): void;
  /** Renders what is still due. */
  finish(): Promise<void>;
}

const DEFAULT_DELAY_MS = 50;
/** Between two renderings, whoever made the first: many sessions that change much must not spend the machine on the view. */
const BETWEEN_MS = 500;
/** Another process is writing: looked at again after this, since it may have read before our change. */
const BUSY_AGAIN_MS = 100;
const TRIES = 40;
/** A list without a byte is taken for one that is being saved for this long. */
const EMPTY_MS = 300;
/** When it is looked, after the list was replaced, whether somebody wrote into the old file, from look to look. */
const LOOKS_MS = [5, 45, 250, 1700, 8000];

/**
 * Keeps the view up to date behind the callers' backs: nothing here makes them wait or fail. One process writes at a
 * time, under a lock of the kernel's, which is gone with its holder; it lies beside the ledger, not beside the view.
 */
export function viewWriter(options: {
  file: string;
  lockFile: string;
  delayMs?: number;
  /** The time by which files are dated, in ms since 1970. */
  clock: () => number;
  log: Log;
  read: () => Promise<ViewInput & { store: string }>;
}): ViewWriter {
  const { file, lockFile, clock, log, read } = options;
  const keep = join(dirname(lockFile), 'view-old');
  let timer: NodeJS.Timeout | undefined;
  let looks: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let due = false;
  let renderedAt = Number.NEGATIVE_INFINITY;
  let busySince: number | undefined;

  const write = async () => {
    const input = await read();
    const mayBeEmpty = busySince !== undefined && performance.now() - busySince > EMPTY_MS;
    const view = { rev: input.rev, store: input.store, body: renderView(input) };
    return writeView(file, view, { keep, mayBeEmpty });
  };
  /** True when it was rendered, by us or by a newer one. */
  const isRendered = async (): Promise<boolean> => {
    // Taken before the look: what another process renders now may be from before our change.
    const outcome = await alone(lockFile, write);
    busySince = outcome === 'busy' ? (busySince ?? performance.now()) : undefined;
    if (outcome === 'written') lookLater(0);
    return outcome !== undefined && outcome !== 'busy';
  };
  const render = async (tries: number) => {
    timer = undefined;
    if (!due) return;
    const rest = restAfterWriting(file, clock());
    if (tries === 1 && rest > 0) {
      // Not all at once: by then one of them has rendered for the others too.
      later(rest + Math.random() * BETWEEN_MS);
      return;
    }
    due = false;
    try {
      for (let attempt = 1; attempt <= tries; attempt++) {
        if (await isRendered()) {
          renderedAt = performance.now();
          return;
        }
        if (attempt < tries) await pause(5 + Math.random() * 20);
      }
      due = true;
      if (tries === 1) later(BUSY_AGAIN_MS * (1 + Math.random()));
      else log.warn(`The view ${file} is being written by others; the next change renders it again.`);
    } catch (error) {
      log.warn(`The view ${file} was not rendered: ${messageOf(error)}`);
    }
  };
  const look = async (): Promise<WriteOutcome | undefined> => {
    try {
      return await alone(lockFile, async () => takeBackLate(file, { keep }));
    } catch (error) {
      log.warn(`What was written into ${file} late was not looked for: ${messageOf(error)}`);
      return undefined;
    }
  };
  const lookLater = (at: number) => {
    clearTimeout(looks);
    const ms = LOOKS_MS[at];
    if (ms === undefined) {
      looks = undefined;
      return;
    }
    looks = setTimeout(() => {
      running = running.then(async () => lookLater((await look()) === 'written' ? 0 : at + 1));
    }, ms);
    looks.unref();
  };
  const start = (tries: number) => {
    running = running.then(() => render(tries));
  };
  const later = (ms: number) => {
    timer ??= setTimeout(start, ms, 1);
    timer.unref();
  };
  return {
    changed: () => {
      due = true;
      const rest = renderedAt + BETWEEN_MS - performance.now();
      later(Math.max(options.delayMs ?? DEFAULT_DELAY_MS, rest));
    },
    finish: async () => {
      clearTimeout(timer);
      start(TRIES);
      await running;
      if (looks === undefined) return;
      clearTimeout(looks);
      // What comes later still is found by the next program that renders.
      await pause(LOOKS_MS[0] ?? 0);
      await look();
    },
  };
}

/** How long the list should stay as it is, in milliseconds; 0 where it was written later than `now`: a clock was set back. */
function restAfterWriting(file: string, now: number): number {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const age = now - written;
  return age >= 0 ? BETWEEN_MS - age : 0;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `work` unless another process runs its own under the same lock; then answers `undefined`. */
async function alone<T>(lockFile: string, work: () => Promise<T>): Promise<T | undefined> {
  const lock = connect(lockFile);
  try {
    lock.exec('BEGIN IMMEDIATE');
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  try {
    return await work();
  } finally {
    // Closing rolls back and lets go; nothing was written.
    lock.close();
  }
}
