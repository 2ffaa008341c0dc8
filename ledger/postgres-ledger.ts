import type { Clock } from '../src/core/clock.ts';
import { commandId } from '../src/core/command-id.ts';
import { messageOf } from '../src/core/errors.ts';
import type { Log } from '../src/core/log.ts';
import { ledgerOf } from './engine.ts';
import type { Ledger, Owner } from './ledger.ts';
import { HISTORY_DAYS } from './limits.ts';
import type { OwnerLiveness } from './owner.ts';
import { type PostgresEngine, postgresEngine } from './postgres/engine.ts';
import { isOutOfReach } from './postgres/last-known.ts';

export interface PostgresLedgerOptions {
  /** `postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full`. */
  url: string;
  /** Used where the address has none. Give no password here for an address that a repository named. */
  password?: string | undefined;
  /** Where libpq keeps passwords by host and user (`~/.pgpass`): used where nothing else names one. */
  passwordFile?: string | undefined;
  /** By what the database tells repositories apart: `github.com/acme/shop`, the same on every machine. */
  repository: string;
  /** For hand-written entries and ages; what is judged is judged by the server's clock. */
  clock: Clock;
  log: Log;
  /** Whether an owner's process is still there; the default asks this machine, which knows nothing of others. */
  liveness?: (owner: Owner) => OwnerLiveness;
  /** `<git common directory>/pitcrew`: the mirror for hooks is kept there. */
  folder?: string;
  /** The readable view, and at the same time the place of hand-written entries. Needs `folder`. */
  view?: { file: string; delayMs?: number };
  /** Writes every judged operation into the store's table `history`, for ever: for tests that replay it. */
  history?: boolean;
  /** In the place of the server's clock, for tests that move time. */
  serverClock?: Clock;
}

/**
 * Opens the ledger of one repository in a PostgreSQL database, shared by any number of machines. Each operation is one
 * transaction under a lock of the repository's. Throws `input` for a bad address or credentials, `refused` for a store of
 * a newer program, and `upstream` where the database cannot be reached and nothing is known from before.
 */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<Ledger> {
  const engine = postgresEngine(options);
  try {
    await trimDaily(engine, options);
  } catch (error) {
    // What needs the database says so by itself, and a list of what was known last says it in its notice.
    if (!isOutOfReach(error) || !engine.hasLastKnown()) {
      await engine.dispose();
      throw error;
    }
  }
  return ledgerOf(engine);
}

const DAY_MS = 86_400_000;

/** History has an end without anybody's doing: the first program of the day trims. A failure only costs room. */
async function trimDaily(engine: PostgresEngine, options: PostgresLedgerOptions): Promise<void> {
  if (Math.abs(await engine.sinceTrim()) <= DAY_MS) return;
  try {
    await engine.judge('trim', { cmd: commandId(), olderThanDays: HISTORY_DAYS });
  } catch (error) {
    options.log.warn(`The ledger's history was not trimmed: ${messageOf(error)}`);
  }
}
