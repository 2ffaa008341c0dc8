/** Raised with every change of the tables; a store with a higher number is refused. */
export const SCHEMA = 3;

/** More events than one command can have. */
export const EVENTS_OF_ONE = 65_536;

const RUNS = `CREATE TABLE runs (
  -- The number in the run's id.
  n INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  status TEXT NOT NULL,
  fence INTEGER NOT NULL,
  closed_at INTEGER,
  data TEXT NOT NULL
) STRICT;
-- Finds the active runs, and refuses a second one with the same fence.
CREATE UNIQUE INDEX runs_active ON runs (fence) WHERE status = 'active';
CREATE INDEX runs_closed ON runs (closed_at) WHERE closed_at IS NOT NULL;
`;

const EVENTS = `CREATE TABLE events (
  -- The revision times ${EVENTS_OF_ONE}, and the event's place in it.
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  data TEXT NOT NULL,
  -- Beside a command's first event: what the command answered.
  answer TEXT
) STRICT;
`;

const ANSWERS = `CREATE TABLE answers (
  cmd TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- One of the two: the answer itself, or the event that it is kept with. Keys may come in no order, so rows are short.
  answer TEXT,
  event INTEGER
) STRICT, WITHOUT ROWID;
`;

/**
 * Rows that are structured are JSON in `data`; a column beside it is there because something looks it up. A page more is
 * written while everybody waits: there is no index for what only the daily trim looks for, and what only grows has a
 * number for its key, so that a new row goes to the end of its table.
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

${RUNS}
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

${EVENTS}
${ANSWERS}
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
  [
    3,
    `ALTER TABLE runs RENAME TO old_runs;
     DROP INDEX IF EXISTS runs_active;
     DROP INDEX IF EXISTS runs_closed;
     ${RUNS}
     INSERT INTO runs SELECT CAST(substr(run, 2) AS INTEGER), run, status, fence, closed_at, data FROM old_runs ORDER BY 1;
     DROP TABLE old_runs;
     ALTER TABLE events RENAME TO old_events;
     ${EVENTS}
     INSERT INTO events SELECT rev * ${EVENTS_OF_ONE} + n, at, data, NULL FROM old_events ORDER BY 1;
     DROP TABLE old_events;
     ALTER TABLE answers RENAME TO old_answers;
     ${ANSWERS}
     INSERT INTO answers SELECT cmd, kind, at, answer, NULL FROM old_answers;
     DROP TABLE old_answers;`,
  ],
]);

/** Only where an engine is asked to record: every judged operation in the order of its commits. */
export const HISTORY_TABLE =
  'CREATE TABLE IF NOT EXISTS history (n INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT NOT NULL) STRICT;';
