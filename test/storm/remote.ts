import { DatabaseSync } from 'node:sqlite';
import type { Effect } from '../../ledger/history/check.ts';

/**
 * The outside world of a storm, as a git remote is: effects land one after the other, and a fence that is pushed with
 * an effect in one step is refused where a newer one is.
 */
export function openRemote(file: string) {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS fences (incident TEXT PRIMARY KEY, fence INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS effects (n INTEGER PRIMARY KEY AUTOINCREMENT, incident TEXT NOT NULL, fence INTEGER NOT NULL);`);
  const land = database.prepare('INSERT INTO effects (incident, fence) VALUES (?, ?)');
  const raise = database.prepare(
    'INSERT INTO fences VALUES (?1, ?2) ON CONFLICT (incident) DO UPDATE SET fence = ?2 WHERE fence <= ?2',
  );
  return {
    /** As `git push --atomic --force-with-lease` of branch and fence: false when a newer fence is there. */
    push({ incident, fence }: Effect): boolean {
      database.exec('BEGIN IMMEDIATE');
      const isNewest = raise.run(incident, fence).changes === 1;
      if (isNewest) land.run(incident, fence);
      database.exec('COMMIT');
      return isNewest;
    },
    /** As a push without a lease. */
    pushAnyway({ incident, fence }: Effect): void {
      land.run(incident, fence);
    },
    effects: (): Effect[] =>
      database
        .prepare('SELECT incident, fence FROM effects ORDER BY n')
        .all()
        .map((row) => ({ incident: String(row.incident), fence: Number(row.fence) })),
    close: () => database.close(),
  };
}
