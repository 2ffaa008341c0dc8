/**
 * One text of statements for each format, the first one first; a store is brought to the newest by those it lacks. Never
 * change one that has been released: add another.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE SCHEMA IF NOT EXISTS pitcrew;
CREATE TABLE pitcrew.format (
  id integer PRIMARY KEY CHECK (id = 1),
  format integer NOT NULL
);

-- Rows that are structured are JSON in data; a column beside it is there because something looks it up.
CREATE TABLE pitcrew.ledger (
  repository text PRIMARY KEY,
  store text NOT NULL,
  rev bigint NOT NULL,
  fence bigint NOT NULL,
  trimmed_at bigint NOT NULL
);

CREATE TABLE pitcrew.runs (
  repository text NOT NULL REFERENCES pitcrew.ledger,
  run text NOT NULL,
  status text NOT NULL,
  fence bigint NOT NULL,
  closed_at bigint,
  data json NOT NULL,
  PRIMARY KEY (repository, run),
  UNIQUE (repository, fence)
);
CREATE INDEX runs_active ON pitcrew.runs (repository) WHERE status = 'active';
CREATE INDEX runs_closed ON pitcrew.runs (repository, closed_at) WHERE closed_at IS NOT NULL;

-- The incidents of active runs: the key refuses a second holder even if our rules were wrong. (Runs of one session may
-- have a path or a resource in common.)
CREATE TABLE pitcrew.claims (
  repository text NOT NULL REFERENCES pitcrew.ledger,
  incident text NOT NULL,
  run text NOT NULL,
  PRIMARY KEY (repository, incident)
);
CREATE INDEX claims_run ON pitcrew.claims (repository, run);

CREATE TABLE pitcrew.tickets (
  repository text NOT NULL REFERENCES pitcrew.ledger,
  ticket text NOT NULL,
  data json NOT NULL,
  PRIMARY KEY (repository, ticket)
);

CREATE TABLE pitcrew.steps (
  repository text NOT NULL REFERENCES pitcrew.ledger,
  incident text NOT NULL,
  step text NOT NULL,
  run text NOT NULL,
  data json NOT NULL,
  PRIMARY KEY (repository, incident, step)
);

CREATE TABLE pitcrew.triages (
  repository text NOT NULL REFERENCES pitcrew.ledger,
  id text NOT NULL,
  rev bigint NOT NULL,
  session text NOT NULL,
  at bigint NOT NULL,
  data json NOT NULL,
  PRIMARY KEY (repository, id)
);
CREATE INDEX triages_rev ON pitcrew.triages (repository, rev);

CREATE TABLE pitcrew.selections (
  repository text NOT NULL REFERENCES pitcrew.ledger,
  rev bigint NOT NULL,
  triage text NOT NULL,
  at bigint NOT NULL,
  data json NOT NULL,
  PRIMARY KEY (repository, rev)
);
CREATE TABLE pitcrew.selected (
  repository text NOT NULL,
  incident text NOT NULL,
  rev bigint NOT NULL,
  PRIMARY KEY (repository, incident, rev)
);

CREATE TABLE pitcrew.events (
  repository text NOT NULL REFERENCES pitcrew.ledger,
  rev bigint NOT NULL,
  n integer NOT NULL,
  at bigint NOT NULL,
  data json NOT NULL,
  PRIMARY KEY (repository, rev, n)
);
CREATE INDEX events_at ON pitcrew.events (repository, at);

CREATE TABLE pitcrew.answers (
  repository text NOT NULL REFERENCES pitcrew.ledger,
  cmd text NOT NULL,
  kind text NOT NULL,
  at bigint NOT NULL,
  answer json NOT NULL,
  PRIMARY KEY (repository, cmd)
);
CREATE INDEX answers_at ON pitcrew.answers (repository, at);

-- Only where an engine is asked to record: every judged operation in the order of its commits.
CREATE TABLE pitcrew.history (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository text NOT NULL,
  data json NOT NULL
);
`,
];

/** The format that this program writes; a store with a higher number is refused. */
export const FORMAT = MIGRATIONS.length;
