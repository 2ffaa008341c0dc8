import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/log.ts';
import { connect, isBusy } from '../sqlite/database.ts';
import { type Mirror, writeMirror } from './mirror.ts';

export interface MirrorWriter {
  /** Something may have changed; written down a moment later, once for all that comes until then. */
  changed(): void;
  /** Resolves when what is so now is written down, or could not be. */
  writeNow(): Promise<void>;
  /** Writes down what is still due. */
  finish(): Promise<void>;
}

const DELAY_MS = 50;
/** So that a lease renewed on another machine, which is no change, is heard of too. */
const REFRESH_MS = 60_000;
const TRIES = 20;

/** Keeps the mirror behind the callers' backs: nothing here makes them wait or fail. */
export function mirrorWriter(options: { file: string; log: Log; read: () => Promise<Mirror> }): MirrorWriter {
  const { file, log, read } = options;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lockFile = join(dirname(file), 'mirror-lock.db');
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isDue = false;
  let holdsRuns = true;

  const write = async () => {
    timer = undefined;
    if (!isDue) return;
    isDue = false;
    try {
      const mirror = await read();
      holdsRuns = mirror.picture.runs.length > 0;
      for (let attempt = 1; attempt <= TRIES; attempt++) {
        if (alone(lockFile, () => writeMirror(file, mirror))) return;
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      }
    } catch (error) {
      log.warn(`What the hooks know of the ledger (${file}) was not brought up to date: ${messageOf(error)}`);
    }
  };
  const start = () => {
    running = running.then(write);
  };
  const changed = () => {
    isDue = true;
    timer ??= setTimeout(start, DELAY_MS);
    timer.unref();
  };
  const refresh = setInterval(() => {
    if (holdsRuns) changed();
  }, REFRESH_MS);
  refresh.unref();
  const settle = async () => {
    clearTimeout(timer);
    start();
    await running;
  };
  return {
    changed,
    writeNow: () => {
      isDue = true;
      return settle();
    },
    finish: () => {
      clearInterval(refresh);
      return settle();
    },
  };
}

/** Runs `work` unless another process runs its own under the same lock, which ends with its holder. */
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
    lock.close();
  }
}
