import type { Log } from '../../src/core/log.ts';
import { CONNECT_MS } from './client.ts';
import { type ConnectionOptions, connection, type DatabaseSession, type Listener } from './connection.ts';
import { doubtsOf } from './doubts.ts';
import { ConnectionLost, explained, outcomeUnknown } from './failures.ts';
import type { Place } from './load.ts';
import { openStore } from './open-store.ts';
import { persistently } from './persistently.ts';
import type { Ask } from './queries.ts';
import { readingOf } from './reading.ts';
import type { RepositoryKey } from './repository-key.ts';
import { type Sql, sql, text } from './sql.ts';

export interface Store {
  /** One statement, on one picture of the store. Tried again on a new connection for `patienceMs`. */
  ask: (patienceMs?: number) => Ask;
  /** Notices arrive when it resolves, and through a pooler it depends (`tryPooler`). Tried again as `ask` is. */
  hear(patienceMs?: number): Promise<void>;
  /** They do not have to arrive any more; false where that is not in our hands. */
  ignore(): boolean;
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
 * A client that is frozen in a transaction keeps all others out for this long; then the server refuses its COMMIT. Whoever
 * is only slow, by his line or his machine, has more time when he tries again.
 */
const IDLE_IN_TRANSACTION_MS = { first: 1000, again: 5000 };
/** Longer than that: a frozen holder costs the others time and no failure. */
const LOCK_MS = 10_000;
/** No other time-out ends a server that is still sending, so there TCP's own has to (measured: without it for minutes). */
const timeOuts = (idleMs: number): Sql[] =>
  Object.entries({
    idle_in_transaction_session_timeout: idleMs,
    tcp_user_timeout: idleMs,
    statement_timeout: LOCK_MS,
    lock_timeout: LOCK_MS,
  }).map(([name, ms]) => text(`SET LOCAL ${name} = ${ms}`));
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
  const begin = (idleMs: number): Sql[] => [
    // The server's own default may be one that keeps an old picture while it waits for the lock.
    sql`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`,
    // Of this transaction alone, and ahead: a time-out counts from the start of the next statement.
    ...timeOuts(idleMs),
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

  const reading = readingOf({ reader, ready, credentials, listener, log, shown: place.shown });

  const ask: Store['ask'] =
    (patienceMs = PATIENCE_MS) =>
    async <T>(statement: Sql) => {
      const once = async () => (await reading.session()).run(statement, CONNECT_MS);
      try {
        const [row] = await persistently(once, patienceMs);
        // The form of what this program wrote is bound to the format's number.
        return (row?.data ?? undefined) as T | undefined;
      } catch (error) {
        throw explained(error, place.shown);
      }
    };

  const attempt = async <T>(transaction: Transaction<T>, idleMs: number, onDoubt: () => void): Promise<T> => {
    const session = await ready(await writer.session());
    let isCommitting = false;
    try {
      const [row] = await session.run([...begin(idleMs), transaction.load], ANSWER_MS);
      await doubts.settle((statement) => session.run(statement, ANSWER_MS));
      const { writes, result } = transaction.decide(row?.data);
      isCommitting = writes.length > 0;
      await session.run([...writes, writes.length > 0 ? sql`COMMIT` : sql`ROLLBACK`], ANSWER_MS);
      return result;
    } catch (error) {
      // Without a connection there is nothing left to undo.
      if (!(error instanceof ConnectionLost)) await session.run(sql`ROLLBACK`, ANSWER_MS).catch(() => {});
      else if (isCommitting && !error.isUndone) onDoubt();
      throw error;
    }
  };

  let queue: Promise<unknown> = Promise.resolve();
  const transact = async <T>(transaction: Transaction<T>): Promise<T> => {
    const { cmd, what } = transaction;
    let isInDoubt = false;
    let isFirst = true;
    const once = (idleMs: number) =>
      attempt(transaction, idleMs, () => {
        isInDoubt = true;
      });
    const work = () =>
      persistently(async () => {
        if (!isFirst) return once(IDLE_IN_TRANSACTION_MS.again);
        isFirst = false;
        try {
          return await once(IDLE_IN_TRANSACTION_MS.first);
        } catch (error) {
          if (!(error instanceof ConnectionLost && error.isUndone)) throw error;
        }
        // Cut off. However long it waited for the lock before, it has this second try.
        return once(IDLE_IN_TRANSACTION_MS.again);
      }, PATIENCE_MS);
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
  const hear: Store['hear'] = (patienceMs = PATIENCE_MS) =>
    persistently(reading.hear, patienceMs).catch((error: unknown) => {
      throw explained(error, place.shown);
    });
  return { ask, hear, ignore: reading.ignore, transact, dispose };
}
