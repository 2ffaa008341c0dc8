/** All times are milliseconds since the epoch; columns named for JSON hold JSON text. */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS projects (
  id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, platform TEXT, public_key TEXT NOT NULL,
  created_at INTEGER NOT NULL, first_event_at INTEGER, issue_counter INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS issues (
  id INTEGER PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL, short_id TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL, title TEXT NOT NULL, culprit TEXT NOT NULL, level TEXT NOT NULL, type TEXT NOT NULL,
  metadata_json TEXT NOT NULL, platform TEXT NOT NULL, logger TEXT, unhandled INTEGER NOT NULL,
  status TEXT NOT NULL, substatus TEXT, status_details_json TEXT NOT NULL DEFAULT '{}',
  baseline_json TEXT NOT NULL DEFAULT '{}', assigned_json TEXT, priority TEXT NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  times_seen INTEGER NOT NULL, user_count INTEGER NOT NULL,
  UNIQUE (project_id, hash)
) STRICT;

CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, project_id INTEGER NOT NULL, issue_id INTEGER NOT NULL,
  timestamp INTEGER NOT NULL, received_at INTEGER NOT NULL, environment TEXT, release TEXT, user_key TEXT,
  raw_json TEXT NOT NULL, normalized_json TEXT NOT NULL,
  UNIQUE (project_id, event_id)
) STRICT;
CREATE INDEX IF NOT EXISTS events_of_issue ON events (issue_id, timestamp, id);
CREATE INDEX IF NOT EXISTS events_in_time ON events (timestamp, issue_id, environment, user_key);

CREATE TABLE IF NOT EXISTS issue_users (
  issue_id INTEGER NOT NULL, user_key TEXT NOT NULL, PRIMARY KEY (issue_id, user_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS issue_tags (
  issue_id INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, count INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, PRIMARY KEY (issue_id, key, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS releases (
  id INTEGER PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL, version TEXT NOT NULL,
  created_at INTEGER NOT NULL, first_event INTEGER NOT NULL, last_event INTEGER NOT NULL,
  new_issues INTEGER NOT NULL DEFAULT 0, UNIQUE (project_id, version)
) STRICT;

CREATE TABLE IF NOT EXISTS activity (
  id INTEGER PRIMARY KEY AUTOINCREMENT, issue_id INTEGER NOT NULL, type TEXT NOT NULL,
  data_json TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS activity_of_issue ON activity (issue_id, type, id);

CREATE TABLE IF NOT EXISTS github_issues (
  id INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL, number INTEGER NOT NULL,
  is_pull INTEGER NOT NULL, title TEXT NOT NULL, body TEXT, state TEXT NOT NULL, state_reason TEXT,
  author TEXT NOT NULL, labels_json TEXT NOT NULL DEFAULT '[]', assignees_json TEXT NOT NULL DEFAULT '[]',
  reviewers_json TEXT NOT NULL DEFAULT '[]', draft INTEGER NOT NULL DEFAULT 0,
  head_ref TEXT, head_sha TEXT, base_ref TEXT, base_sha TEXT,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, closed_at INTEGER,
  UNIQUE (repository, number)
) STRICT;

CREATE TABLE IF NOT EXISTS github_comments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, issue_id INTEGER NOT NULL, body TEXT NOT NULL, author TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
`;
