import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OpenStore } from './store.ts';

const fileIn = (folder: string): string => join(folder, 'raw.db');

/**
 * The smallest correct transaction that `node:sqlite` can make of a registration: BEGIN IMMEDIATE, a look by key, an
 * insert. It knows no globs, no leases, no fences, no audit trail, and no command that is repeated: `same-rows.ts` writes
 * those down.
 */
export const openRawSqlite: OpenStore = async ({ folder, worker }) => {
  const database = connect(folder);
  const look = database.prepare('SELECT owner FROM claims WHERE (issue = ? OR path = ?) AND open = 1');
  const insert = database.prepare('INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?, 1)');
  const shut = database.prepare('UPDATE claims SET open = 0 WHERE issue = ?');
  const transact = <Result>(work: () => Result): Result => {
    database.exec('BEGIN IMMEDIATE');
    const result = work();
    database.exec('COMMIT');
    return result;
  };
  return {
    register: async ({ issue, path }) =>
      transact(() => {
        if (look.get(issue, path)) return false;
        insert.run(issue, path, worker, Date.now());
        return true;
      }),
    close: async ({ issue }) => {
      transact(() => shut.run(issue));
    },
    end: async () => database.close(),
  };
};

export function makeRawSqlite(folder: string): void {
  const database = connect(folder);
  database.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE claims (issue TEXT PRIMARY KEY, path TEXT, owner INTEGER, at INTEGER, open INTEGER) WITHOUT ROWID;
    CREATE UNIQUE INDEX claims_path ON claims (path) WHERE open = 1`);
  database.close();
}

export function keptInRawSqlite(folder: string): Set<string> {
  const database = connect(folder);
  const rows = database.prepare('SELECT issue FROM claims').all();
  database.close();
  return new Set(rows.map(({ issue }) => String(issue)));
}

function connect(folder: string): DatabaseSync {
  const database = new DatabaseSync(fileIn(folder), { timeout: 30_000 });
  database.exec('PRAGMA synchronous = NORMAL');
  return database;
}
