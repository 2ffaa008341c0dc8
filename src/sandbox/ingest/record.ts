import type { Database } from '../database.ts';
import { addActivity, type Issue, issueById, setStatus } from '../store/issues.ts';
import { nextShortId, type Project } from '../store/projects.ts';
import { noteRelease } from '../store/releases.ts';
import type { NormalizedEvent } from './normalize.ts';
import { wakesUp } from './regression.ts';

/**
 * Stores an event with its issue: a new one, or the one of its group, which is reopened where it was thought
 * done. An event id that the project has already is taken as a repeated delivery and changes nothing.
 */
export function recordEvent(
  database: Database,
  project: Project,
  event: NormalizedEvent,
  raw: string,
  now: number,
): void {
  database.transaction(() => {
    const seen = database.get(
      'SELECT 1 FROM events WHERE project_id = ? AND event_id = ?',
      project.id,
      event.eventId,
    );
    if (seen) return;
    if (event.release) noteRelease(database, project.id, event.release, event.timestamp, now);
    const known = database.get<Issue>(
      'SELECT * FROM issues WHERE project_id = ? AND hash = ?',
      project.id,
      event.hash,
    );
    const issueId = known?.id ?? insertIssue(database, project, event);
    insertEvent(database, project.id, issueId, event, raw, now);
    if (known) updateIssue(database, known, event);
    else if (event.release)
      database.run(
        'UPDATE releases SET new_issues = new_issues + 1 WHERE project_id = ? AND version = ?',
        project.id,
        event.release,
      );
    countUser(database, issueId, event.userKey);
    countTags(database, issueId, event);
    noteProject(database, project, event, now);
    if (known) reopen(database, known, event, now);
  });
}

/** Sentry's priority of a new error issue. */
const priorityOf = (level: string): string =>
  level === 'fatal' || level === 'error' ? 'high' : level === 'warning' ? 'medium' : 'low';

function insertIssue(database: Database, project: Project, event: NormalizedEvent): number {
  return database.run(
    `INSERT INTO issues (project_id, short_id, hash, title, culprit, level, type, metadata_json, platform, logger,
       unhandled, status, substatus, priority, first_seen, last_seen, times_seen, user_count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'unresolved', 'new', ?, ?, ?, 1, 0)`,
    project.id,
    nextShortId(database, project),
    event.hash,
    event.title,
    event.culprit,
    event.level,
    event.type,
    JSON.stringify(event.metadata),
    event.platform,
    event.logger,
    event.unhandled ? 1 : 0,
    priorityOf(event.level),
    event.timestamp,
    event.timestamp,
  ).lastId;
}

function insertEvent(
  database: Database,
  projectId: number,
  issueId: number,
  event: NormalizedEvent,
  raw: string,
  now: number,
): void {
  database.run(
    `INSERT INTO events (event_id, project_id, issue_id, timestamp, received_at, environment, release, user_key,
       raw_json, normalized_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    event.eventId,
    projectId,
    issueId,
    event.timestamp,
    now,
    event.environment,
    event.release,
    event.userKey,
    raw,
    JSON.stringify(event.body),
  );
}

/** Title, level and culprit are the newest event's; an old one that comes late only counts. */
function updateIssue(database: Database, issue: Issue, event: NormalizedEvent): void {
  const newest = event.timestamp >= issue.last_seen;
  database.run(
    `UPDATE issues SET times_seen = times_seen + 1, first_seen = ?, last_seen = ?, unhandled = ?,
       title = ?, culprit = ?, level = ?, metadata_json = ? WHERE id = ?`,
    Math.min(issue.first_seen, event.timestamp),
    Math.max(issue.last_seen, event.timestamp),
    event.unhandled ? 1 : issue.unhandled,
    newest ? event.title : issue.title,
    newest ? event.culprit : issue.culprit,
    newest ? event.level : issue.level,
    newest ? JSON.stringify(event.metadata) : issue.metadata_json,
    issue.id,
  );
}

function countUser(database: Database, issueId: number, userKey: string | null): void {
  if (userKey === null) return;
  const { changes } = database.run(
    'INSERT OR IGNORE INTO issue_users (issue_id, user_key) VALUES (?, ?)',
    issueId,
    userKey,
  );
  if (changes > 0) database.run('UPDATE issues SET user_count = user_count + 1 WHERE id = ?', issueId);
}

function countTags(database: Database, issueId: number, event: NormalizedEvent): void {
  for (const { key, value } of event.tags)
    database.run(
      `INSERT INTO issue_tags (issue_id, key, value, count, first_seen, last_seen) VALUES (?, ?, ?, 1, ?, ?)
       ON CONFLICT (issue_id, key, value) DO UPDATE SET count = count + 1,
         first_seen = MIN(first_seen, excluded.first_seen), last_seen = MAX(last_seen, excluded.last_seen)`,
      issueId,
      key,
      value,
      event.timestamp,
      event.timestamp,
    );
}

function noteProject(database: Database, project: Project, event: NormalizedEvent, now: number): void {
  database.run(
    `UPDATE projects SET platform = COALESCE(platform, ?), first_event_at = COALESCE(first_event_at, ?)
     WHERE id = ? AND (platform IS NULL OR first_event_at IS NULL)`,
    event.platform,
    now,
    project.id,
  );
}

function reopen(database: Database, before: Issue, event: NormalizedEvent, now: number): void {
  const substatus = wakesUp(database, before, event.release, now);
  const issue = issueById(database, before.id);
  if (!substatus || !issue) return;
  setStatus(database, issue.id, 'unresolved', substatus, {}, {});
  const type = substatus === 'regressed' ? 'set_regression' : 'set_unresolved';
  addActivity(database, issue.id, type, { event_id: event.eventId, version: event.release ?? '' }, now);
}
