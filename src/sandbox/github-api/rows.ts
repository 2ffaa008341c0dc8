import { tryParseJson } from '../../core/json.ts';
import type { Database } from '../database.ts';
import { asList, asRecord, asText } from '../loose.ts';

/** An issue or pull request: GitHub numbers both in one row. */
export interface IssueRow {
  id: number;
  repository: string;
  number: number;
  is_pull: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  state_reason: string | null;
  author: string;
  labels_json: string;
  assignees_json: string;
  reviewers_json: string;
  draft: number;
  head_ref: string | null;
  head_sha: string | null;
  base_ref: string | null;
  base_sha: string | null;
  created_at: number;
  updated_at: number;
  closed_at: number | null;
}

export interface CommentRow {
  id: number;
  issue_id: number;
  body: string;
  author: string;
  created_at: number;
  updated_at: number;
}

export type NewIssue = Pick<IssueRow, 'repository' | 'title' | 'body' | 'author'> &
  Partial<Pick<IssueRow, 'head_ref' | 'head_sha' | 'base_ref' | 'base_sha' | 'closed_at'>> & {
    isPull: boolean;
    draft?: boolean;
    labels: readonly string[];
    assignees?: readonly string[];
    createdAt: number;
  };

export function insertIssue(database: Database, issue: NewIssue): IssueRow {
  const id = database.run(
    `INSERT INTO github_issues (repository, number, is_pull, title, body, state, state_reason, author, labels_json,
       assignees_json, draft, head_ref, head_sha, base_ref, base_sha, created_at, updated_at, closed_at)
     VALUES (?1, (SELECT COALESCE(MAX(number), 0) + 1 FROM github_issues WHERE repository = ?1),
       ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)`,
    issue.repository,
    issue.isPull ? 1 : 0,
    issue.title,
    issue.body,
    issue.closed_at ? 'closed' : 'open',
    issue.closed_at && !issue.isPull ? 'completed' : null,
    issue.author,
    JSON.stringify(issue.labels),
    JSON.stringify(issue.assignees ?? []),
    issue.draft ? 1 : 0,
    issue.head_ref ?? null,
    issue.head_sha ?? null,
    issue.base_ref ?? null,
    issue.base_sha ?? null,
    issue.createdAt,
    issue.closed_at ?? issue.createdAt,
    issue.closed_at ?? null,
  ).lastId;
  return rowById(database, id);
}

export function findIssue(database: Database, repository: string, number: string): IssueRow | undefined {
  return database.get<IssueRow>(
    'SELECT * FROM github_issues WHERE repository = ? AND CAST(number AS TEXT) = ?',
    repository,
    number,
  );
}

export const allIssues = (database: Database, repository: string): IssueRow[] =>
  database.all<IssueRow>('SELECT * FROM github_issues WHERE repository = ? ORDER BY number DESC', repository);

export type Change = Partial<
  Pick<IssueRow, 'title' | 'body' | 'state' | 'state_reason' | 'closed_at' | 'base_ref' | 'head_sha'> & {
    labels: readonly string[];
    assignees: readonly string[];
    reviewers: readonly string[];
  }
>;

/** Writes what is given and nothing else; gives the row as it then is. */
export function changeIssue(database: Database, row: IssueRow, change: Change, now: number): IssueRow {
  const { labels, assignees, reviewers, ...columns } = change;
  const values = {
    ...columns,
    ...(labels && { labels_json: JSON.stringify(labels) }),
    ...(assignees && { assignees_json: JSON.stringify(assignees) }),
    ...(reviewers && { reviewers_json: JSON.stringify(reviewers) }),
    updated_at: now,
  };
  // The columns are this module's own names, never a caller's text.
  for (const [column, value] of Object.entries(values))
    if (value !== undefined)
      database.run(`UPDATE github_issues SET ${column} = ? WHERE id = ?`, value, row.id);
  return rowById(database, row.id);
}

/** The closing or reopening that `state` asks for, with its date; nothing where it is so already. */
export function stateChange(row: IssueRow, state: unknown, reason: string | null, now: number): Change {
  if (state === 'closed' && row.state === 'open') return { state, state_reason: reason, closed_at: now };
  if (state === 'open' && row.state === 'closed')
    return { state, state_reason: row.is_pull ? null : 'reopened', closed_at: null };
  return {};
}

export const commentsOf = (database: Database, issueId: number): CommentRow[] =>
  database.all<CommentRow>('SELECT * FROM github_comments WHERE issue_id = ? ORDER BY id', issueId);

export const listIn = (json: string): string[] =>
  asList(tryParseJson(json)).flatMap((entry) => asText(entry) ?? []);

/** Names of labels as clients send them: text, or objects with a name. */
export const labelNames = (value: unknown): string[] =>
  asList(value).flatMap((entry) => asText(asRecord(entry)?.name ?? entry) ?? []);

function rowById(database: Database, id: number): IssueRow {
  const row = database.get<IssueRow>('SELECT * FROM github_issues WHERE id = ?', id);
  if (!row) throw new Error(`The row ${id} of github_issues has gone.`);
  return row;
}
