import type { Database } from '../database.ts';

export interface StoredEvent {
  id: number;
  event_id: string;
  project_id: number;
  issue_id: number;
  timestamp: number;
  received_at: number;
  environment: string | null;
  release: string | null;
  user_key: string | null;
  raw_json: string;
  normalized_json: string;
}

export const eventById = (database: Database, projectId: number, eventId: string): StoredEvent | undefined =>
  database.get<StoredEvent>(
    'SELECT * FROM events WHERE project_id = ? AND event_id = ?',
    projectId,
    plainId(eventId),
  );

export const eventOfIssue = (database: Database, issueId: number, eventId: string): StoredEvent | undefined =>
  database.get<StoredEvent>(
    'SELECT * FROM events WHERE issue_id = ? AND event_id = ?',
    issueId,
    plainId(eventId),
  );

/** The newest or oldest event of an issue, of the given environments where there are any. */
export function edgeEvent(
  database: Database,
  issueId: number,
  edge: 'latest' | 'oldest',
  environments: readonly string[],
): StoredEvent | undefined {
  const direction = edge === 'latest' ? 'DESC' : 'ASC';
  return database.get<StoredEvent>(
    `SELECT * FROM events WHERE issue_id = ?${inEnvironments(environments)}
     ORDER BY timestamp ${direction}, id ${direction} LIMIT 1`,
    issueId,
    ...environments,
  );
}

/** The event ids before and after one, in time, within its issue. */
export function neighbours(
  database: Database,
  event: StoredEvent,
): { previous: string | null; next: string | null } {
  const side = (comparison: string, direction: string) =>
    database.get<{ event_id: string }>(
      `SELECT event_id FROM events WHERE issue_id = ? AND (timestamp, id) ${comparison} (?, ?)
       ORDER BY timestamp ${direction}, id ${direction} LIMIT 1`,
      event.issue_id,
      event.timestamp,
      event.id,
    )?.event_id ?? null;
  return { previous: side('<', 'DESC'), next: side('>', 'ASC') };
}

/** Newest first. */
export function listEvents(
  database: Database,
  of: { issue: number } | { project: number },
  page: { environments: readonly string[]; limit: number; offset: number },
): StoredEvent[] {
  const [column, id] = 'issue' in of ? ['issue_id', of.issue] : ['project_id', of.project];
  return database.all<StoredEvent>(
    `SELECT * FROM events WHERE ${column} = ?${inEnvironments(page.environments)}
     ORDER BY timestamp DESC, id DESC LIMIT ? OFFSET ?`,
    id,
    ...page.environments,
    page.limit,
    page.offset,
  );
}

/** An empty environment name asks for events without one, as in Sentry. */
const inEnvironments = (environments: readonly string[]): string =>
  environments.length === 0
    ? ''
    : ` AND COALESCE(environment, '') IN (${environments.map(() => '?').join(', ')})`;

const plainId = (eventId: string): string => eventId.replace(/-/g, '').toLowerCase();
