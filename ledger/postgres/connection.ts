import { Socket } from 'node:net';
import { upstreamError } from '../../src/core/errors.ts';
import { CONNECT_MS, type Credentials, newClient } from './client.ts';
import { asFailure, ConnectionLost, isNotPlanned } from './failures.ts';
import { type Planned, plannedStatements } from './planned.ts';
import { type Sql, sql, textOf } from './sql.ts';

export interface ConnectionOptions extends Credentials {
  /** On every new connection too. */
  listener?: Listener;
}

export interface Listener {
  channel: string;
  /** An announcement that changes nothing; `heard` resolves when it, or any other of ours, has arrived here. */
  echo(): { payload: string; heard: Promise<void> };
  /** Announcements arrive from now on; the next `onDeaf` says that some may be missed. */
  onListening(): void;
  onNotice(payload: string): void;
  /** None will arrive on this connection. */
  onSilence(): void;
  onDeaf(): void;
}

export interface Connection {
  /** The open connection, or a new one. Throws `ConnectionLost`, and the server's own errors for bad credentials. */
  session(): Promise<DatabaseSession>;
  close(): Promise<void>;
}

/** One connection for its whole life: a transaction that was begun on it can be ended on no other. */
export interface DatabaseSession {
  /**
   * Sends one message of one or more statements and gives the rows of the last. After `timeoutMs` without an answer the
   * connection is given up. Throws `ConnectionLost`, and errors with a code of the server's.
   */
  run(statements: Sql | readonly Sql[], timeoutMs: number): Promise<Record<string, unknown>[]>;
  /** Something stands between us and the server: it told us another number of its process than its own. */
  isPooled: boolean;
}

/** A connection that is made when it is needed, and made anew after it broke. pg itself is loaded with the first one. */
export function connection(options: ConnectionOptions): Connection {
  let current: Promise<OpenSession> | undefined;
  let isClosed = false;
  const forget = (session: Promise<OpenSession>) => {
    if (current === session) current = undefined;
  };
  return {
    async session() {
      if (isClosed) throw closed();
      if (!current) {
        const opening = open(options, () => forget(opening));
        opening.catch(() => forget(opening));
        current = opening;
      }
      return current;
    },
    async close() {
      isClosed = true;
      const session = await current?.catch(() => undefined);
      await session?.end();
    },
  };
}

const closed = () =>
  upstreamError('This session has closed its ledger.', 'Repeat the step in a session that is open.');

interface OpenSession extends DatabaseSession {
  end(): Promise<void>;
}

async function open(options: ConnectionOptions, onEnd: () => void): Promise<OpenSession> {
  const socket = new Socket();
  const client = await newClient(options, socket);
  const { listener } = options;
  let planned: Planned | undefined;
  let isOver = false;
  const over = () => {
    if (!isOver) listener?.onDeaf();
    isOver = true;
    onEnd();
  };
  // pg's own end waits for the server; a connection that is given up has to be gone at once.
  const abandon = () => {
    over();
    socket.destroy();
  };
  // Without a listener a connection that breaks while nobody asks would end the process.
  client.on('error', over);
  client.on('end', over);
  client.on('notification', ({ payload }) => listener?.onNotice(payload ?? ''));
  const send: DatabaseSession['run'] = async (statements, timeoutMs) => {
    if (isOver) throw new ConnectionLost('the connection had ended', { isUnsent: true });
    const all = 'pieces' in statements ? [statements] : statements;
    const message = planned?.messageOf(all) ?? { text: all.map(textOf).join(';\n'), failed: () => {} };
    const timer = setTimeout(abandon, timeoutMs);
    try {
      const results: unknown = await client.query(message.text);
      return rowsOf(Array.isArray(results) ? results.at(-1) : results);
    } catch (error) {
      const failure = asFailure(error);
      message.failed();
      if (isNotPlanned(failure)) planned?.giveUp();
      if (failure instanceof ConnectionLost) abandon();
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  };
  // One after the other: the time-out of a message counts from when it is sent.
  let last: Promise<unknown> = Promise.resolve();
  const run: DatabaseSession['run'] = (statements, timeoutMs) => {
    const answer = last.then(() => send(statements, timeoutMs));
    last = answer.catch(() => {});
    return answer;
  };
  try {
    await client.connect();
    const [row] = await run(greeting('processID' in client ? client.processID : undefined), CONNECT_MS);
    if (row?.is_direct === true) planned = plannedStatements();
  } catch (error) {
    abandon();
    throw asFailure(error);
  }
  const end = async () => {
    const timer = setTimeout(abandon, FAREWELL_MS);
    await client.end().catch(() => {});
    clearTimeout(timer);
  };
  return { run, end, isPooled: planned === undefined };
}

/**
 * Whether `process`, as we were told, is the server's. Only then may anything outlive a transaction: that plans are made
 * for any values (PostgreSQL makes one for each of the first five otherwise).
 */
const greeting = (process: unknown): Sql =>
  sql`SELECT CASE WHEN pg_backend_pid() = ${Number(process) || 0}
    THEN set_config('plan_cache_mode', 'force_generic_plan', false) IS NOT NULL END AS is_direct`;

/** A server that does not answer a goodbye is not waited for. */
const FAREWELL_MS = 1000;

const rowsOf = (result: unknown): Record<string, unknown>[] =>
  typeof result === 'object' && result !== null && 'rows' in result && Array.isArray(result.rows)
    ? result.rows
    : [];
