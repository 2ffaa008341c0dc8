import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SCHEMA } from './schema.ts';

export type Parameters = SQLInputValue[];

/** The sandbox's one store: rows come back typed by the caller, who wrote the query. */
export interface Database {
  all<Row>(sql: string, ...parameters: Parameters): Row[];
  get<Row>(sql: string, ...parameters: Parameters): Row | undefined;
  /** Runs a write; gives the number of rows changed and the last row id. */
  run(sql: string, ...parameters: Parameters): { changes: number; lastId: number };
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/**
 * Opens `sandbox.sqlite` in `directory`, made when absent. Only the owner may read the file: it holds tokens
 * and whatever people's programs put into their crash reports.
 */
export function openDatabase(directory: string): Database {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'sandbox.sqlite');
  // Made before SQLite opens it, so that there is no moment with a wider mode; its -wal and -shm files follow.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const sqlite = new DatabaseSync(file);
  sqlite.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  sqlite.exec(SCHEMA);

  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known) return known;
    const made = sqlite.prepare(sql);
    prepared.set(sql, made);
    return made;
  };

  return {
    all: <Row>(sql: string, ...parameters: Parameters) => statement(sql).all(...parameters) as Row[],
    get: <Row>(sql: string, ...parameters: Parameters) =>
      statement(sql).get(...parameters) as Row | undefined,
    run: (sql, ...parameters) => {
      const { changes, lastInsertRowid } = statement(sql).run(...parameters);
      return { changes: Number(changes), lastId: Number(lastInsertRowid) };
    },
    transaction: (work) => {
      sqlite.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        sqlite.exec('COMMIT');
        return result;
      } catch (error) {
        sqlite.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => sqlite.close(),
  };
}
