import { setTimeout as delay } from 'node:timers/promises';
import { upstreamError } from '../../src/core/errors.ts';
import { type Database, isBusy } from './database.ts';

/** How long a command waits for other processes; a transaction takes a fraction of a millisecond. */
export const BUSY_BUDGET_MS = 5000;

/**
 * Runs `work`, which is synchronous, in one write transaction: nothing can come between its reads and its writes.
 * Waits for other writers without blocking this process. Throws `upstream` when they hold on for the whole budget.
 */
export const transact = <T>(database: Database, file: string, work: () => T): Promise<T> =>
  retryWhileBusy(file, () => inTransaction(database, 'BEGIN IMMEDIATE', work));

/** Runs `work` on one unchanging picture of the store; does not wait for writers. */
export const readAtOnce = <T>(database: Database, file: string, work: () => T): Promise<T> =>
  retryWhileBusy(file, () => inTransaction(database, 'BEGIN', work));

/** Repeats `attempt` while SQLite answers that the store is locked, at first 1 to 2 ms apart, then 1 to 15 ms. */
export async function retryWhileBusy<T>(file: string, attempt: () => T): Promise<T> {
  const giveUpAt = performance.now() + BUSY_BUDGET_MS;
  for (let longest = 2; ; longest = Math.min(2 * longest, 15)) {
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
    await delay(1 + Math.random() * (longest - 1));
  }
}

function inTransaction<T>(database: Database, begin: string, work: () => T): T {
  database.run(begin);
  try {
    const result = work();
    database.run('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** SQLite may have rolled back by itself (full disk, damage); the first error is the one to report. */
function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {}
}
