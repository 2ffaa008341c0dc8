import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../src/core/errors.ts';
import type { Log } from '../../src/core/log.ts';
import { connect, type Database, isBusy } from '../sqlite/database.ts';
import { type Mirror, writeMirror } from './mirror.ts';

export interface MirrorWriter {
  /** Something may have changed; written down a moment later, once for all that comes until then. */
  changed(): void;
  /** Resolves when this one is written down, or could not be. */
  write(mirror: Mirror): Promise<void>;
  /** Writes down what is still due. */
  finish(): Promise<void>;
}

const DELAY_MS = 50;
/** Between two readings of one process for others' changes: each of a busy team's must not make all the others ask. */
const BETWEEN_MS = 500;
/** So that a lease renewed on another machine, which is no change, is heard of too. */
const REFRESH_MS = 60_000;
const TRIES = 20;

/** Keeps the mirror behind the callers' backs: nothing here makes them wait or fail. */
export function mirrorWriter(options: { file: string; log: Log; read: () => Promise<Mirror> }): MirrorWriter {
  const { file, log, read } = options;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = lockOf(join(dirname(file), 'mirror-lock.db'));
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isDue = false;
  let isOver = false;
  let holdsRuns = true;
  let readAt = Number.NEGATIVE_INFINITY;

  const write = async (find: () => Promise<Mirror>) => {
    try {
      const mirror = await find();
      holdsRuns = mirror.picture.runs.length > 0;
      for (let attempt = 1; attempt <= TRIES; attempt++) {
        if (lock.alone(() => writeMirror(file, mirror))) return;
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
      }
      // Whoever writes now may have read before this change.
      changed();
    } catch (error) {
      log.warn(`What the hooks know of the ledger (${file}) was not brought up to date: ${messageOf(error)}`);
    }
  };
  const start = (find: () => Promise<Mirror>): Promise<void> => {
    running = running.then(() => write(find));
    return running;
  };
  const readDue = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!isDue) return;
    isDue = false;
    readAt = performance.now();
    void start(read);
  };
  const changed = () => {
    if (isOver) return;
    isDue = true;
    timer ??= setTimeout(readDue, Math.max(DELAY_MS, readAt + BETWEEN_MS - performance.now()));
    timer.unref();
  };
  const refresh = setInterval(() => {
    if (holdsRuns) changed();
  }, REFRESH_MS);
  refresh.unref();
  return {
    changed,
    write: (mirror) => start(async () => mirror),
    finish: () => {
      isOver = true;
      clearInterval(refresh);
      readDue();
      return running.finally(lock.letGo);
    },
  };
}

interface Lock {
  /** Runs `work` unless another process runs its own under the same lock, which ends with its holder. */
  alone(work: () => void): boolean;
  letGo(): void;
}

/** The connection stays open: opening one costs more than everything else here. Nothing is ever written through it. */
function lockOf(file: string): Lock {
  let database: Database | undefined;
  return {
    alone(work) {
      database ??= connect(file);
      try {
        database.exec('BEGIN IMMEDIATE');
      } catch (error) {
        if (isBusy(error)) return false;
        throw error;
      }
      try {
        work();
        return true;
      } finally {
        database.exec('ROLLBACK');
      }
    },
    letGo() {
      database?.close();
      database = undefined;
    },
  };
}
