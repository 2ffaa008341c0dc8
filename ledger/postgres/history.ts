import type { HistoryEntry } from '../history/entry.ts';
import { CONNECT_MS } from './client.ts';
import { type ConnectionOptions, connection } from './connection.ts';
import { repositoryKey } from './repository-key.ts';
import { sql } from './sql.ts';

const READ_MS = 60_000;

/**
 * What a repository's ledger recorded (`history` of the options), in the order of its commits, and `ok` or what is wrong
 * with the store: the second net against the runs that are active.
 */
export async function readHistory(
  options: Pick<ConnectionOptions, 'url' | 'password'> & { repository: string },
): Promise<{ entries: HistoryEntry[]; integrity: string }> {
  const { name } = repositoryKey(options.repository);
  const store = connection(options);
  try {
    const session = await store.session();
    const rows = await session.run(
      sql`SELECT data FROM pitcrew.history WHERE repository = ${name} ORDER BY n`,
      READ_MS,
    );
    const stray = await session.run(
      sql`SELECT incident FROM pitcrew.claims LEFT JOIN pitcrew.runs USING (repository, run)
        WHERE repository = ${name} AND status IS DISTINCT FROM 'active'`,
      CONNECT_MS,
    );
    return {
      // The form of what this program wrote is bound to the format's number.
      entries: rows.map((row) => row.data as HistoryEntry),
      integrity: stray.length === 0 ? 'ok' : `${stray.length} claims without an active run`,
    };
  } finally {
    await store.close();
  }
}
