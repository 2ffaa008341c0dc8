import type { Database } from '../database.ts';

/** A row of the issues table, as it is. */
export interface Issue {
  id: number;
  project_id: number;
  short_id: string;
  hash: string;
  title: string;
  culprit: string;
  level: string;
  type: string;
  metadata_json: string;
  platform: string;
  logger: string | null;
  unhandled: number;
  status: string;
  substatus: string | null;
  status_details_json: string;
  baseline_json: string;
  assigned_json: string | null;
  priority: string;
  first_seen: number;
  last_seen: number;
  times_seen: number;
  user_count: number;
}

export interface Activity {
  id: number;
  issue_id: number;
  type: string;
  data_json: string;
  created_at: number;
}

export const issueById = (database: Database, id: number): Issue | undefined =>
  database.get<Issue>('SELECT * FROM issues WHERE id = ?', id);

export const issueByShortId = (database: Database, shortId: string): Issue | undefined =>
  database.get<Issue>('SELECT * FROM issues WHERE short_id = ?', shortId.toUpperCase());

/** Sentry shows an issue as new for its first week; then it is ongoing. */
const NEW_FOR_MS = 7 * 24 * 3_600_000;

export const substatusNow = (issue: Issue, now: number): string | null =>
  issue.substatus === 'new' && now - issue.first_seen > NEW_FOR_MS ? 'ongoing' : issue.substatus;

export function setStatus(
  database: Database,
  issueId: number,
  status: string,
  substatus: string | null,
  details: unknown,
  baseline: unknown,
): void {
  database.run(
    'UPDATE issues SET status = ?, substatus = ?, status_details_json = ?, baseline_json = ? WHERE id = ?',
    status,
    substatus,
    JSON.stringify(details),
    JSON.stringify(baseline),
    issueId,
  );
}

export function addActivity(
  database: Database,
  issueId: number,
  type: string,
  data: unknown,
  now: number,
): Activity {
  const data_json = JSON.stringify(data);
  const { lastId } = database.run(
    'INSERT INTO activity (issue_id, type, data_json, created_at) VALUES (?, ?, ?, ?)',
    issueId,
    type,
    data_json,
    now,
  );
  return { id: lastId, issue_id: issueId, type, data_json, created_at: now };
}

/** Newest first; of one `type`, or all. */
export const activityOf = (database: Database, issueId: number, type?: string): Activity[] =>
  database.all<Activity>(
    'SELECT * FROM activity WHERE issue_id = ? AND (? IS NULL OR type = ?) ORDER BY id DESC',
    issueId,
    type ?? null,
    type ?? null,
  );
