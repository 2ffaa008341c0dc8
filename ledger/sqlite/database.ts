import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;
export type Value = null | number | string;

/** SQLite's primary result codes that mean something to us: https://sqlite.org/rescode.html */
export const SQLITE = { busy: 5, locked: 6, corrupt: 11, notADatabase: 26 } as const;

/** A connection with its statements prepared once. */
export interface Database {
  get(sql: string, ...values: Value[]): Row | undefined;
  all(sql: string, ...values: Value[]): Row[];
  /** Each row as a list of its columns, in half the time of `all`; `sql` is asked in this form only. */
  lists(sql: string, ...values: Value[]): SQLOutputValue[][];
  run(sql: string, ...values: Value[]): void;
  exec(sql: string): void;
  /** How long it blocks from now on where the store is locked, in ms. */
  waitFor(ms: number): void;
  close(): void;
}

/** Opens `file`. Waits for no lock unless a time is given, for which it blocks. */
export function connect(file: string, options: { readOnly?: boolean; timeoutMs?: number } = {}): Database {
  // Looked up when it is needed, so that an older Node gets our sentence and not a failed import.
  const { DatabaseSync: Connection } = process.getBuiltinModule('node:sqlite');
  const database: DatabaseSync = new Connection(file, {
    timeout: options.timeoutMs ?? 0,
    readOnly: options.readOnly ?? false,
  });
  let blockedMs = options.timeoutMs ?? 0;
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    get: (sql, ...values) => prepared(sql).get(...values),
    all: (sql, ...values) => prepared(sql).all(...values),
    lists: (sql, ...values) => {
      const statement = prepared(sql);
      statement.setReturnArrays(true);
      // The declared type is that of a statement without this setting.
      const rows: unknown[] = statement.all(...values);
      return rows.filter(Array.isArray);
    },
    run: (sql, ...values) => {
      prepared(sql).run(...values);
    },
    exec: (sql) => database.exec(sql),
    waitFor: (ms) => {
      if (ms === blockedMs) return;
      prepared(`PRAGMA busy_timeout = ${ms}`).get();
      blockedMs = ms;
    },
    close: () => {
      statements.clear();
      database.close();
    },
  };
}

/** The primary result code of an error that SQLite raised; `undefined` for any other error. */
export function resultCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined;
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined;
}

export const isBusy = (thrown: unknown): boolean => {
  const code = resultCode(thrown);
  return code === SQLITE.busy || code === SQLITE.locked;
};

export const isDamaged = (thrown: unknown): boolean => {
  const code = resultCode(thrown);
  return code === SQLITE.corrupt || code === SQLITE.notADatabase;
};
