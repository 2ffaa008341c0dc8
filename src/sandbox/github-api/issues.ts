import { asText } from '../loose.ts';
import type { Call, Handler } from '../router.ts';
import { bodyOf, type GithubContext, invalid, notFound, repositoryOf, VIEWER } from './context.ts';
import { pageOf } from './pagination.ts';
import {
  allIssues,
  changeIssue,
  findIssue,
  type IssueRow,
  insertIssue,
  labelNames,
  listIn,
  stateChange,
} from './rows.ts';
import { issueView, labelView } from './views.ts';

export function issueOf(context: GithubContext, call: Call): IssueRow {
  const row = findIssue(context.database, repositoryOf(context, call), call.params.number ?? '');
  if (!row) throw notFound();
  return row;
}

/** Issues and, as on GitHub, pull requests among them; newest first. */
export const listIssues =
  (context: GithubContext): Handler =>
  (call) => {
    const state = call.query.get('state') ?? 'open';
    const labels = (call.query.get('labels') ?? '').split(',').filter((label) => label !== '');
    const since = Date.parse(call.query.get('since') ?? '1970-01-01');
    const rows = allIssues(context.database, repositoryOf(context, call)).filter(
      (row) =>
        (state === 'all' || row.state === state) &&
        row.updated_at >= since &&
        labels.every((label) => hasLabel(row, label)),
    );
    const { items, headers } = pageOf(call, context.apiUrl(), inOrder(call, rows));
    return { status: 200, body: items.map((row) => issueView(context, row)), headers };
  };

/** By `sort` (created, updated) and `direction`, as lists of issues and of pull requests take them. */
export function inOrder(call: Call, rows: readonly IssueRow[]): IssueRow[] {
  const key = call.query.get('sort') === 'updated' ? 'updated_at' : 'created_at';
  const sign = call.query.get('direction') === 'asc' ? 1 : -1;
  return [...rows].sort((one, other) => sign * (one[key] - other[key] || one.number - other.number));
}

export const createIssue =
  (context: GithubContext): Handler =>
  async (call) => {
    const repository = repositoryOf(context, call);
    const body = await bodyOf(call);
    const row = insertIssue(context.database, {
      repository,
      isPull: false,
      title: titleOf(body.title, 'Issue'),
      body: textOf(body.body, 'Issue'),
      author: VIEWER,
      labels: labelNames(body.labels),
      assignees: labelNames(body.assignees),
      createdAt: context.clock(),
    });
    const made = issueView(context, row);
    return { status: 201, body: made, headers: { location: String(made.url) } };
  };

export const getIssue =
  (context: GithubContext): Handler =>
  (call) => ({ status: 200, body: issueView(context, issueOf(context, call)) });

export const updateIssue =
  (context: GithubContext): Handler =>
  async (call) => {
    const body = await bodyOf(call);
    const row = issueOf(context, call);
    const now = context.clock();
    const reason = row.is_pull === 1 ? null : (asText(body.state_reason) ?? 'completed');
    const changed = changeIssue(
      context.database,
      row,
      {
        ...stateChange(row, body.state, reason, now),
        ...(body.title !== undefined && { title: titleOf(body.title, 'Issue') }),
        ...(body.body !== undefined && { body: textOf(body.body, 'Issue') }),
        ...(body.labels !== undefined && { labels: labelNames(body.labels) }),
        ...(body.assignees !== undefined && { assignees: labelNames(body.assignees) }),
      },
      now,
    );
    return { status: 200, body: issueView(context, changed) };
  };

export const listLabels =
  (context: GithubContext): Handler =>
  (call) => ({ status: 200, body: labelsOf(context, issueOf(context, call)) });

export const addLabels =
  (context: GithubContext): Handler =>
  async (call) => {
    const body = await bodyOf(call);
    const row = issueOf(context, call);
    const labels = [...new Set([...listIn(row.labels_json), ...labelNames(body.labels)])];
    return {
      status: 200,
      body: labelsOf(context, changeIssue(context.database, row, { labels }, context.clock())),
    };
  };

/** GitHub's labels differ by more than case. */
export const hasLabel = (row: IssueRow, label: string): boolean =>
  listIn(row.labels_json).some((own) => own.toLowerCase() === label.toLowerCase());

export function titleOf(value: unknown, resource: string): string {
  const title = asText(value)?.trim();
  if (!title) throw invalid({ resource, code: 'missing_field', field: 'title' });
  if (title.length > MAX_TITLE) throw tooLong(resource, 'title', MAX_TITLE);
  return title;
}

const MAX_TITLE = 256;
const MAX_TEXT = 65_536;

export function textOf(value: unknown, resource: string): string | null {
  const text = asText(value);
  if (text !== null && text.length > MAX_TEXT) throw tooLong(resource, 'body', MAX_TEXT);
  return text;
}

const tooLong = (resource: string, field: string, most: number) =>
  invalid({
    resource,
    code: 'custom',
    field,
    message: `${field} is too long (maximum is ${most} characters)`,
  });

const labelsOf = (context: GithubContext, row: IssueRow) =>
  listIn(row.labels_json).map((name) => labelView(context, row.repository, name));
