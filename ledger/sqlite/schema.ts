/** Raised with every change of the tables; a store with a higher number is refused. */
export const SCHEMA = 2;

/**
 * Rows that are structured are JSON in `data`; a column beside it is there because something looks it up. An index is a
 * page more in every commit, written while everybody waits: there is none for what only the daily trim looks for.
 */
export const TABLES = `
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  schema INTEGER NOT NULL,
  store TEXT NOT NULL,
  rev INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  trimmed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE runs (
  run TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  fence INTEGER NOT NULL,
  closed_at INTEGER,
  data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Finds the active runs, and refuses a second one with the same fence.
CREATE UNIQUE INDEX runs_active ON runs (fence) WHERE status = 'active';
CREATE INDEX runs_closed ON runs (closed_at) WHERE closed_at IS NOT NULL;

-- One row for each incident that an active run holds: the key refuses a second holder even if our rules were wrong.
-- (Runs of one session may have a path or a resource in common.)
CREATE TABLE claims (incident TEXT PRIMARY KEY, run TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Places in the line, oldest first by number.
CREATE TABLE tickets (ticket TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, data TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
  incident TEXT NOT NULL,
  step TEXT NOT NULL,
  run TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (incident, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE triages (
  id TEXT PRIMARY KEY,
  rev INTEGER NOT NULL,
  session TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX triages_rev ON triages (rev);

CREATE TABLE selections (
  rev INTEGER PRIMARY KEY,
  triage TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE TABLE selected (
  incident TEXT NOT NULL,
  rev INTEGER NOT NULL,
  PRIMARY KEY (incident, rev)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  rev INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (rev, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
  cmd TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Kernels whose programs use this file: SQLite's locks hold within one kernel only.
CREATE TABLE kernels (boot TEXT PRIMARY KEY, host TEXT NOT NULL, seen_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What makes a store of the format before the key's into one of that number. */
export const MIGRATIONS: ReadonlyMap<number, string> = new Map([
  [
    2,
    `CREATE TABLE tickets (ticket TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE, data TEXT NOT NULL) STRICT, WITHOUT ROWID;
     DROP INDEX IF EXISTS claims_run;
     DROP INDEX IF EXISTS events_at;
     DROP INDEX IF EXISTS answers_at;
     UPDATE runs SET data = json_set(data, '$.resources', json('[]'), '$.lanes', json('[]'));`,
  ],
]);

/** Only where an engine is asked to record: every judged operation in the order of its commits. */
export const HISTORY_TABLE =
  'CREATE TABLE IF NOT EXISTS history (n INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL) STRICT;';
