import { randomBytes } from 'node:crypto';
import { CONNECT_MS } from './client.ts';
import type { DatabaseSession } from './connection.ts';
import { sqlState, tooNew } from './failures.ts';
import type { Place } from './load.ts';
import { FORMAT, MIGRATIONS } from './schema.ts';
import { sql, text } from './sql.ts';

/** What programs that bring a store to a new format lock: any number that nobody else is likely to use. */
const MIGRATION_LOCK = sql`SELECT pg_advisory_xact_lock(7236840921376412)`;
const MIGRATION_MS = 30_000;

/**
 * Sees to it that the database has our tables in this format, and a row for the repository. Looks first: tables made in
 * every program's first transaction would block each other (measured: deadlocks). Throws `refused` for a newer store.
 */
export async function openStore(session: DatabaseSession, place: Place): Promise<void> {
  const found = await formatOf(session);
  if (found > FORMAT) throw tooNew(place.shown, found, FORMAT);
  if (found < FORMAT) await migrate(session);
  const rows = await session.run(
    sql`SELECT 1 FROM pitcrew.ledger WHERE repository = ${place.repository}`,
    CONNECT_MS,
  );
  if (rows.length > 0) return;
  const mark = randomBytes(6).toString('hex');
  await session.run(
    sql`INSERT INTO pitcrew.ledger VALUES (${place.repository}, ${mark}, 0, 0, 0) ON CONFLICT DO NOTHING`,
    CONNECT_MS,
  );
}

/** 0 where there are no tables. */
async function formatOf(session: DatabaseSession): Promise<number> {
  try {
    const [row] = await session.run(sql`SELECT format FROM pitcrew.format`, CONNECT_MS);
    return Number(row?.format ?? 0);
  } catch (error) {
    // 42P01, 3F000: no such table, no such schema.
    if (['42P01', '3F000'].includes(sqlState(error) ?? '')) return 0;
    throw error;
  }
}

/** One transaction, under a lock that only programs doing the same wait for; whoever comes second finds it done. */
async function migrate(session: DatabaseSession): Promise<void> {
  try {
    await session.run(
      [sql`BEGIN`, sql`SET LOCAL lock_timeout = ${`${MIGRATION_MS}ms`}`, MIGRATION_LOCK],
      MIGRATION_MS,
    );
    const [row] = await session.run(
      sql`SELECT to_regclass('pitcrew.format') IS NOT NULL AS made`,
      CONNECT_MS,
    );
    const found = row?.made === true ? await formatOf(session) : 0;
    if (found < FORMAT) {
      const steps = MIGRATIONS.slice(found).map(text);
      const mark = sql`INSERT INTO pitcrew.format VALUES (1, ${FORMAT})
        ON CONFLICT (id) DO UPDATE SET format = excluded.format`;
      await session.run([...steps, mark], MIGRATION_MS);
    }
    await session.run(sql`COMMIT`, CONNECT_MS);
  } catch (error) {
    await session.run(sql`ROLLBACK`, CONNECT_MS).catch(() => {});
    throw error;
  }
}
