import type { Log } from '../../src/core/log.ts';
import { CONNECT_MS, type Credentials } from './client.ts';
import { connection, type Listener } from './connection.ts';
import { sql } from './sql.ts';

/** A notice needs milliseconds; a server that is this busy is no reason for more than a needless warning. */
const ECHO_MS = 2000;

/**
 * Tries out what not every pooler lets through. Throws where it allows no transactions (statement mode). Whether notices
 * arrive (not in transaction mode) shows later, and `listener` is told; `isFirst` also says in a warning what it costs.
 */
export async function tryPooler(
  credentials: Credentials,
  { listener, shown, log, isFirst }: { listener: Listener; shown: string; log: Log; isFirst: boolean },
): Promise<void> {
  const echo = listener.echo();
  // Of its own: notices to oneself arrive anyway, and nothing may come in between the messages of a transaction.
  const third = connection(credentials);
  try {
    const session = await third.session();
    // Two messages: between them the pooler has to keep the connection for us.
    await session.run(sql`BEGIN`, CONNECT_MS);
    await session.run(sql`ROLLBACK`, CONNECT_MS);
    await session.run(sql`SELECT pg_notify(${listener.channel}, ${echo.payload})`, CONNECT_MS);
  } finally {
    await third.close();
  }
  const timer = setTimeout(() => {
    listener.onSilence();
    if (!isFirst) return;
    log.warn(
      `Between this session and the ledger's database ${shown} is a pooler that passes no notices on (transaction mode): changes of others are heard of up to a few seconds late. Nothing else is lost. Name the server itself, or a pool in session mode, where that matters.`,
    );
  }, ECHO_MS);
  timer.unref();
  void echo.heard.then(() => {
    clearTimeout(timer);
    listener.onListening();
  });
}
