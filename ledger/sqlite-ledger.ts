import type { Clock } from '../src/core/clock.ts';
import { commandId } from '../src/core/command-id.ts';
import { messageOf } from '../src/core/errors.ts';
import type { Log } from '../src/core/log.ts';
import { ledgerOf } from './engine.ts';
import type { Ledger, Owner, SteadyTime } from './ledger.ts';
import { HISTORY_DAYS } from './limits.ts';
import type { OwnerLiveness } from './owner.ts';
import { openSqliteEngine, type SqliteEngine } from './sqlite/engine.ts';
import type { groupCommit } from './sqlite/group/group-commit.ts';

export interface SqliteLedgerOptions {
  /** `<git common directory>/pitcrew/ledger.db`; made with its folder when it is not there. */
  file: string;
  clock: Clock;
  /** A clock that does not jump (`steadyTime`): leases are then measured by it. Without it the wall's clock counts. */
  steady?: () => SteadyTime | undefined;
  log: Log;
  /** Whether an owner's process is still there; the default asks this machine. */
  liveness?: (owner: Owner) => OwnerLiveness;
  /** The readable view, and at the same time the place of hand-written entries. Without it there are neither. */
  view?: { file: string; delayMs?: number };
  /** For sessions: many that want the store at once have one of them judge for all. Handed in, as hooks do without. */
  together?: ReturnType<typeof groupCommit>;
  /** Writes every judged operation into the store's table `history`, for ever: for tests that replay it. */
  history?: boolean;
}

/**
 * Opens the embedded ledger: one SQLite file for all processes of one machine. Each operation is one short
 * synchronous transaction; waiting for other processes blocks this one for 15 ms at a time at most. Throws `upstream` for a store that is
 * damaged or cannot be used and `refused` for one of a newer program.
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<Ledger> {
  const engine = await openSqliteEngine(options);
  await trimDaily(engine, options);
  return ledgerOf(engine);
}

const DAY_MS = 86_400_000;
/** After a longer time than this it may be the clock that is wrong. */
const TRUSTED_MS = (HISTORY_DAYS / 2) * DAY_MS;
/** Nothing is so old. */
const NOTHING_DAYS = 36_500;

/**
 * History has an end without anybody's doing: the first program of the day trims. A failure only costs room. After a long
 * time without one it only notes the day, and the next day's trims: a clock that jumped ahead for an hour must not cost
 * the whole history.
 */
async function trimDaily(engine: SqliteEngine, options: SqliteLedgerOptions): Promise<void> {
  try {
    const passed = Math.abs(options.clock() - (await engine.trimmedAt()));
    if (passed <= DAY_MS) return;
    const olderThanDays = passed > TRUSTED_MS ? NOTHING_DAYS : HISTORY_DAYS;
    await engine.judge('trim', { cmd: commandId(), olderThanDays });
  } catch (error) {
    if (error instanceof Error && 'kind' in error && error.kind === 'refused') return;
    options.log.warn(`The ledger's history was not trimmed: ${messageOf(error)}`);
  }
}
