import { messageOf } from '../src/core/errors.ts';
import type { Log } from '../src/core/log.ts';
import { connect, isBusy } from './sqlite/database.ts';
import { renderView, type ViewInput, writeView } from './view.ts';

export interface ViewWriter {
  /** The ledger has changed; rendered a moment later, once for all the changes that come until then. */
  changed(): void;
  /** Renders what is still due. */
  finish(): Promise<void>;
}

const DEFAULT_DELAY_MS = 50;
/** Between two renderings of one process: many sessions that change much must not spend the machine on the view. */
const BETWEEN_MS = 500;
/** Another process is writing: looked at again after this, since it may have read before our change. */
const BUSY_AGAIN_MS = 100;
const TRIES = 40;

/**
 * Keeps the view up to date behind the callers' backs: nothing here makes them wait or fail. One process writes at a
 * time, under a lock of the kernel's, which is gone with its holder; it lies beside the ledger, not beside the view.
 */
export function viewWriter(options: {
  file: string;
  lockFile: string;
  delayMs?: number;
  log: Log;
  read: () => Promise<ViewInput & { store: string }>;
}): ViewWriter {
  const { file, lockFile, log, read } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let due = false;
  let renderedAt = Number.NEGATIVE_INFINITY;

  const write = async () => {
    const input = await read();
    writeView(file, { rev: input.rev, store: input.store, body: renderView(input) });
  };
  const render = async (tries: number) => {
    timer = undefined;
    if (!due) return;
    due = false;
    try {
      for (let attempt = 1; attempt <= tries; attempt++) {
        // Taken before the look: what another process renders now may be from before our change.
        if (await alone(lockFile, write)) {
          renderedAt = performance.now();
          return;
        }
        if (attempt < tries) await pause(5 + Math.random() * 20);
      }
      due = true;
      if (tries === 1) later(BUSY_AGAIN_MS * (1 + Math.random()));
      else
        log.warn(`The view ${file} is being written by another process; the next change renders it again.`);
    } catch (error) {
      log.warn(`The view ${file} was not rendered: ${messageOf(error)}`);
    }
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
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `work` unless another process runs its own under the same lock; then answers false. */
async function alone(lockFile: string, work: () => Promise<void>): Promise<boolean> {
  const lock = connect(lockFile);
  try {
    lock.exec('BEGIN IMMEDIATE');
  } catch (error) {
    lock.close();
    if (isBusy(error)) return false;
    throw error;
  }
  try {
    await work();
    return true;
  } finally {
    // Closing rolls back and lets go; nothing was written.
    lock.close();
  }
}
