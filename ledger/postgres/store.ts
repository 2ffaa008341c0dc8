import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../src/core/log.ts';
import { CONNECT_MS, type ConnectionOptions, connection, type DatabaseSession } from './connection.ts';
import { ConnectionLost, explained, outcomeUnknown, wantsRepetition } from './failures.ts';
import type { Place } from './load.ts';
import { openStore } from './open-store.ts';
import type { Ask } from './queries.ts';
import type { RepositoryKey } from './repository-key.ts';
import { batch, type Sql, sql } from './sql.ts';

export interface Store {
  /** One statement, on one picture of the store. Tried again on a new connection for `patienceMs`. */
  ask: (patienceMs?: number) => Ask;
  /** See `Transaction`. Throws sentences; after one of an unknown outcome the same command may be given again. */
  transact<T>(transaction: Transaction<T>): Promise<T>;
  dispose(): Promise<void>;
}

/** `load` and what `decide` makes of it are one step: nobody else writes to this repository's ledger between them. */
export interface Transaction<T> {
  /** For people: what is written down. */
  what: string;
  /** The id under which its answer is found again. */
  cmd?: string | undefined;
  load: Sql;
  /** Called anew for each attempt. Nothing to write: nothing is written. */
  decide: (rows: Record<string, unknown>[]) => { writes: readonly Sql[]; result: T };
}

/** A client that is frozen in a transaction keeps all others out for this long; then the server refuses its COMMIT. */
const IDLE_IN_TRANSACTION_MS = 5000;
/** Longer than that: a frozen holder costs the others time and no failure. */
const LOCK_MS = 10_000;
/** For a server whose network is gone: it has ended the statement by then. */
const ANSWER_MS = LOCK_MS + 2000;
/** How long a lost connection is made anew before the caller hears of it. */
const PATIENCE_MS = 8000;

/** A database for one repository: a connection for writing, and one for reading and listening. */
export function openDatabase(
  options: Omit<ConnectionOptions, 'channel'> & { place: Place; key: RepositoryKey; log: Log },
): Store {
  const { place, key, log } = options;
  const reader = connection({ ...options, channel: key.channel });
  const writer = connection({
    url: options.url,
    password: options.password,
    passwordFile: options.passwordFile,
  });
  const lock = sql`SELECT pg_advisory_xact_lock(${key.lock}::bigint)`;
  const begin = [
    // The server's own default may be one that keeps an old picture while it waits for the lock.
    sql`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`,
    sql`SET LOCAL idle_in_transaction_session_timeout = ${`${IDLE_IN_TRANSACTION_MS}ms`}`,
    sql`SET LOCAL statement_timeout = ${`${LOCK_MS}ms`}`,
    sql`SET LOCAL lock_timeout = ${`${LOCK_MS}ms`}`,
    lock,
  ];
  const inDoubt = new Map<string, string>();

  let prepared: Promise<void> | undefined;
  const ready = async (session: DatabaseSession): Promise<DatabaseSession> => {
    prepared ??= openStore(session, place).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    await prepared;
    return session;
  };

  const ask: Store['ask'] =
    (patienceMs = PATIENCE_MS) =>
    async <T>(statement: Sql) => {
      const once = async () => (await ready(await reader.session())).run(statement, CONNECT_MS);
      try {
        const [row] = await persistently(once, patienceMs);
        // The form of what this program wrote is bound to the format's number.
        return (row?.data ?? undefined) as T | undefined;
      } catch (error) {
        throw explained(error, place.shown);
      }
    };

  /** What became of commands whose COMMIT was not answered: the lock is ours, so each of them has ended. */
  const settleDoubts = async (session: DatabaseSession): Promise<void> => {
    if (inDoubt.size === 0) return;
    const asked = [...inDoubt];
    const written = new Set(
      (
        await session.run(
          sql`SELECT cmd FROM pitcrew.answers WHERE repository = ${key.name} AND cmd = ANY(${asked.map(([cmd]) => cmd)})`,
          ANSWER_MS,
        )
      ).map((row) => row.cmd),
    );
    for (const [cmd, what] of asked) {
      inDoubt.delete(cmd);
      log.warn(
        `The ledger's database is back: ${what} had ${written.has(cmd) ? '' : 'not '}been written down.`,
      );
    }
  };

  const attempt = async <T>(transaction: Transaction<T>, onCommit: () => void): Promise<T> => {
    const session = await ready(await writer.session());
    try {
      const rows = await session.run(batch([...begin, transaction.load]), ANSWER_MS);
      await settleDoubts(session);
      const { writes, result } = transaction.decide(rows);
      if (writes.length > 0) onCommit();
      await session.run(batch([...writes, writes.length > 0 ? sql`COMMIT` : sql`ROLLBACK`]), ANSWER_MS);
      return result;
    } catch (error) {
      // Without a connection there is nothing left to undo.
      if (!(error instanceof ConnectionLost)) await session.run(sql`ROLLBACK`, ANSWER_MS).catch(() => {});
      throw error;
    }
  };

  let queue: Promise<unknown> = Promise.resolve();
  const transact = async <T>(transaction: Transaction<T>): Promise<T> => {
    const { cmd, what } = transaction;
    let isInDoubt = false;
    const work = () =>
      persistently(
        () =>
          attempt(transaction, () => {
            isInDoubt = true;
          }),
        PATIENCE_MS,
      );
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    try {
      return await turn;
    } catch (error) {
      if (!isInDoubt || !(error instanceof ConnectionLost)) throw explained(error, place.shown);
      if (cmd !== undefined) inDoubt.set(cmd, what);
      throw outcomeUnknown(place.shown, what, error);
    }
  };

  const dispose = async () => {
    await queue;
    await Promise.all([reader.close(), writer.close()]);
  };
  return { ask, transact, dispose };
}

/**
 * Repeats `attempt` while its connection breaks. A command may be repeated although it may have been written: its id
 * brings back its first answer then.
 */
async function persistently<T>(attempt: () => Promise<T>, patienceMs: number): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const isWorthIt = error instanceof ConnectionLost || wantsRepetition(error);
      if (!isWorthIt || performance.now() > giveUpAt) throw error;
    }
    await delay(50 + Math.random() * 200);
  }
}
