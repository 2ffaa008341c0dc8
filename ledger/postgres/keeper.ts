import { statSync, utimesSync } from 'node:fs';
import type { Clock } from '../../src/core/clock.ts';
import { connect, type Database, isBusy } from '../sqlite/database.ts';

export interface Keeper {
  /** This session is the one that hears of others' changes for all sessions of the clone. */
  isKeeping(): boolean;
  stop(): void;
}

/** How often the keeper says that it is there, and how often the others look whether it is. */
const LOOK_MS = 3000;
/** Frozen, or stopped with Ctrl-Z: until it goes on, every other session hears for itself. */
const FROZEN_AFTER_MS = 3 * LOOK_MS;

/**
 * One session of a clone for whom a change elsewhere wakes a process, where it would wake all of them: what they have of
 * it, the mirror and the view, is the same file. It is whoever has the kernel's lock on `file`, which ends with its
 * holder. `onStart` when it becomes this session later than at once.
 */
export function keeperOf({
  file,
  clock,
  onStart,
}: {
  file: string;
  clock: Clock;
  onStart: () => void;
}): Keeper {
  let lock: Database | undefined;
  let isHolder = false;
  const take = (): boolean => {
    lock ??= connect(file);
    try {
      lock.exec('BEGIN IMMEDIATE');
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  };
  const look = (): boolean => {
    isHolder ||= take();
    if (!isHolder) return Math.abs(clock() - statSync(file).mtimeMs) > FROZEN_AFTER_MS;
    utimesSync(file, clock() / 1000, clock() / 1000);
    return true;
  };
  /** A folder that is gone, or full: better all of them than none. */
  const lookOrKeep = (): boolean => {
    try {
      return look();
    } catch {
      return true;
    }
  };
  let isKeeping = lookOrKeep();
  const timer = setInterval(() => {
    const before = isKeeping;
    isKeeping = lookOrKeep();
    if (isKeeping && !before) onStart();
  }, LOOK_MS);
  timer.unref();
  return {
    isKeeping: () => isKeeping,
    stop() {
      clearInterval(timer);
      isKeeping = false;
      lock?.close();
      lock = undefined;
    },
  };
}
