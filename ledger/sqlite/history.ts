import type { HistoryEntry } from '../history/entry.ts';
import { connect } from './database.ts';

/** What an engine with `history: true` recorded in `file`, and what SQLite says of the store: `ok` when it is intact. */
export function readHistory(file: string): { entries: HistoryEntry[]; integrity: string } {
  const database = connect(file, { timeoutMs: 5000 });
  try {
    const entries = database
      .all('SELECT data FROM history ORDER BY n')
      .map((row): HistoryEntry => JSON.parse(String(row.data)));
    const integrity = database.all('PRAGMA integrity_check').map((row) => String(row.integrity_check));
    return { entries, integrity: integrity.join('; ') };
  } finally {
    database.close();
  }
}
