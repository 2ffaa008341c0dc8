import type { Log } from '../../src/core/log.ts';
import { CONNECT_MS } from './client.ts';
import { type ConnectionOptions, connection, type DatabaseSession, type Listener } from './connection.ts';
import { doubtsOf } from './doubts.ts';
import { ConnectionLost, explained, outcomeUnknown } from './failures.ts';
import type { Place } from './load.ts';
import { openStore } from './open-store.ts';
import { persistently } from './persistently.ts';
import { tryPooler } from './pooler.ts';
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
  /** Called anew for each attempt with the one column `data` of `load`. Nothing to write: nothing is written. */
  decide: (data: unknown) => { writes: readonly Sql[]; result: T };
}

/**
 * A client that is frozen in a transaction keeps all others out for this long; then the server refuses its COMMIT. No
 * other time-out ends a server that is still sending, so there TCP's own has to (measured: without it for minutes).
 */
const IDLE_IN_TRANSACTION_MS = 5000;
/** Longer than that: a frozen holder costs the others time and no failure. */
const LOCK_MS = 10_000;
/** For a server whose network is gone: it has ended the statement by then. */
const ANSWER_MS = LOCK_MS + 2000;
/** How long a lost connection is made anew before the caller hears of it. */
const PATIENCE_MS = 8000;

/** A database for one repository: a connection for writing, and one for reading and listening. */
export function openDatabase(
  options: ConnectionOptions & { listener: Listener; place: Place; key: RepositoryKey; log: Log },
): Store {
  const { place, key, log, listener } = options;
  const { url, password, passwordFile } = options;
  const credentials = { url, password, passwordFile };
  const reader = connection({ ...credentials, listener });
  const writer = connection(credentials);
  const begin = [
    // The server's own default may be one that keeps an old picture while it waits for the lock.
    sql`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`,
    // Of this transaction alone. In a statement of its own, since a time-out counts from the start of the next one.
    sql`SELECT set_config('idle_in_transaction_session_timeout', ${`${IDLE_IN_TRANSACTION_MS}ms`}, true),
      set_config('tcp_user_timeout', ${`${IDLE_IN_TRANSACTION_MS}ms`}, true),
      set_config('statement_timeout', ${`${LOCK_MS}ms`}, true), set_config('lock_timeout', ${`${LOCK_MS}ms`}, true)`,
    // In a statement of its own too: the next one sees what the last holder of the lock has written.
    sql`SELECT pg_advisory_xact_lock(${key.lock}::bigint)`,
  ];
  const doubts = doubtsOf(key.name, log);

  let prepared: Promise<void> | undefined;
  const ready = async (session: DatabaseSession): Promise<DatabaseSession> => {
    prepared ??= openStore(session, place).catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    await prepared;
    return session;
  };

  /** Once for each new connection: whoever waits may rely on notices from then on, or is told that none come. */
  let announced: { to: DatabaseSession; done: Promise<void> } | undefined;
  const announce = async (session: DatabaseSession, isFirst: boolean): Promise<void> => {
    if (!session.isPooled) return listener.onListening();
    return tryPooler(credentials, { listener, log, shown: place.shown, isFirst });
  };
  const listening = async (session: DatabaseSession): Promise<DatabaseSession> => {
    await ready(session);
    if (announced?.to !== session) announced = { to: session, done: announce(session, !announced) };
    const { done } = announced;
    await done.catch((error: unknown) => {
      if (announced?.done === done) announced = undefined;
      throw error;
    });
    return session;
  };

  const ask: Store['ask'] =
    (patienceMs = PATIENCE_MS) =>
    async <T>(statement: Sql) => {
      const once = async () => (await listening(await reader.session())).run(statement, CONNECT_MS);
      try {
        const [row] = await persistently(once, patienceMs);
        // The form of what this program wrote is bound to the format's number.
        return (row?.data ?? undefined) as T | undefined;
      } catch (error) {
        throw explained(error, place.shown);
      }
    };

  const attempt = async <T>(transaction: Transaction<T>, onCommit: () => void): Promise<T> => {
    const session = await ready(await writer.session());
    try {
      const [row] = await session.run(batch([...begin, transaction.load]), ANSWER_MS);
      await doubts.settle((statement) => session.run(statement, ANSWER_MS));
      const { writes, result } = transaction.decide(row?.data);
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
      if (cmd !== undefined) doubts.add(cmd, what);
      throw outcomeUnknown(place.shown, what, error);
    }
  };

  const dispose = async () => {
    await queue;
    await Promise.all([reader.close(), writer.close()]);
  };
  return { ask, transact, dispose };
}
