import { setTimeout as delay } from 'node:timers/promises';
import { upstreamError } from '../../src/core/errors.ts';
import { type Database, isBusy } from './database.ts';

/** How long a command waits for other processes; a transaction takes a fraction of a millisecond. */
export const BUSY_BUDGET_MS = 5000;

/**
 * How long SQLite itself waits for a lock, asleep, with looks after 1, 3, 8 and 15 ms: each costs a fraction of what waking
 * a program's loop does. For so long the program does nothing else.
 */
export const WAIT_BLOCKED_MS = 15;

/** Where something better than waiting can be done: looks at once, after 1 and after 3 ms. */
const LOOK_MS = 3;

/** Between two such waits, on average: shorter ones take the processor from whoever holds the lock. */
const PAUSE_MS = 15;

/**
 * Runs `work`, which is synchronous, in one write transaction: nothing can come between its reads and its writes. Calls
 * `takenBack` where what it wrote was taken back. Waits for other writers, and blocks this process for
 * `WAIT_BLOCKED_MS` at a time at most. Throws `upstream` when they hold on for the whole budget.
 */
export const transact = <T>(
  database: Database,
  file: string,
  work: () => T,
  takenBack: () => void = () => undefined,
): Promise<T> =>
  retryWhileBusy(file, () => {
    database.waitFor(WAIT_BLOCKED_MS);
    return inTransaction(database, 'BEGIN IMMEDIATE', work, takenBack);
  });

/** As `transact`, but does not wait: `undefined` where another process has the lock and keeps it for a few ms. */
export function transactNow<T>(
  database: Database,
  work: () => T,
  takenBack: () => void,
): { result: T } | undefined {
  database.waitFor(LOOK_MS);
  try {
    return { result: inTransaction(database, 'BEGIN IMMEDIATE', work, takenBack) };
  } catch (error) {
    if (isBusy(error)) return undefined;
    throw error;
  }
}

/** Runs `work` on one unchanging picture of the store; does not wait for writers. */
export const readAtOnce = <T>(database: Database, file: string, work: () => T): Promise<T> =>
  retryWhileBusy(file, () => inTransaction(database, 'BEGIN', work));

/** Repeats `attempt`, which waits for `WAIT_BLOCKED_MS` by itself, while SQLite answers that the store is locked. */
export async function retryWhileBusy<T>(file: string, attempt: () => T): Promise<T> {
  const giveUpAt = performance.now() + BUSY_BUDGET_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() > giveUpAt) {
        throw upstreamError(
          `The ledger ${file} is busy: another process has held it for ${BUSY_BUDGET_MS / 1000} s.`,
          'Look for a stopped session (Ctrl-Z in its terminal) of this repository, continue or end it, then repeat.',
          error,
        );
      }
    }
    // Spread out, or waiting processes would meet again and again.
    await delay(PAUSE_MS * (0.6 + 0.8 * Math.random()));
  }
}

function inTransaction<T>(
  database: Database,
  begin: string,
  work: () => T,
  takenBack: () => void = () => undefined,
): T {
  database.run(begin);
  try {
    const result = work();
    database.run('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    takenBack();
    throw error;
  }
}

/** SQLite may have rolled back by itself (full disk, damage); the first error is the one to report. */
function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {}
}
