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

  const render = async () => {
    timer = undefined;
    if (!due) return;
    due = false;
    try {
      for (let attempt = 1; attempt <= TRIES; attempt++) {
        const input = await read();
        const { rev, store } = input;
        if (alone(lockFile, () => writeView(file, { rev, store, body: renderView(input) }))) return;
        await pause(5 + Math.random() * 20);
      }
      log.warn(`The view ${file} is being written by another process; the next change renders it again.`);
    } catch (error) {
      log.warn(`The view ${file} was not rendered: ${messageOf(error)}`);
    }
  };

  const start = () => {
    running = running.then(render);
  };
  return {
    changed: () => {
      due = true;
      timer ??= setTimeout(start, options.delayMs ?? DEFAULT_DELAY_MS);
      timer.unref();
    },
    finish: async () => {
      clearTimeout(timer);
      start();
      await running;
    },
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `work` unless another process runs its own under the same lock; then answers false. */
function alone(lockFile: string, work: () => void): boolean {
  const lock = connect(lockFile);
  try {
    lock.exec('BEGIN IMMEDIATE');
    work();
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  } finally {
    // Closing rolls back and lets go; nothing was written.
    lock.close();
  }
}
