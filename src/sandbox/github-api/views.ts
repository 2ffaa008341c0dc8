import { createHash } from 'node:crypto';
import type { Loose } from '../loose.ts';
import { type GithubContext, githubTime } from './context.ts';
import { type CommentRow, commentsOf, type IssueRow, listIn } from './rows.ts';
import { userView } from './user-view.ts';

/** `node_id` and `id` are made from the name: there is one repository, and a name is one label in it. */
export function labelView(context: GithubContext, repository: string, name: string): Loose {
  const url = `${context.apiUrl()}/repos/${repository}/labels/${encodeURIComponent(name)}`;
  const id = Number.parseInt(createHash('sha1').update(name.toLowerCase()).digest('hex').slice(0, 8), 16);
  return { id, node_id: `LA_${id}`, url, name, color: 'ededed', default: false, description: '' };
}

/** The form of an issue; for a pull request the one that issue lists and searches give, with `pull_request`. */
export function issueView(context: GithubContext, row: IssueRow): Loose {
  const api = `${context.apiUrl()}/repos/${row.repository}`;
  const url = `${api}/issues/${row.number}`;
  const page = pageOf(context, row);
  return {
    ...commonView(context, row),
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    comments: commentsOf(context.database, row.id).length,
    state_reason: row.state_reason,
    ...(row.is_pull === 1 && {
      draft: row.draft === 1,
      pull_request: {
        url: `${api}/pulls/${row.number}`,
        html_url: page,
        diff_url: `${page}.diff`,
        patch_url: `${page}.patch`,
        merged_at: null,
      },
    }),
  };
}

export function commentView(context: GithubContext, issue: IssueRow, row: CommentRow): Loose {
  const api = `${context.apiUrl()}/repos/${issue.repository}/issues`;
  return {
    id: row.id,
    node_id: `IC_${row.id}`,
    url: `${api}/comments/${row.id}`,
    html_url: `${pageOf(context, issue)}#issuecomment-${row.id}`,
    issue_url: `${api}/${issue.number}`,
    body: row.body,
    user: userView(context, row.author),
    created_at: githubTime(row.created_at),
    updated_at: githubTime(row.updated_at),
    author_association: 'MEMBER',
  };
}

/** What issues and pull requests have in common. */
export function commonView(context: GithubContext, row: IssueRow): Loose {
  const assignees = listIn(row.assignees_json).map((login) => userView(context, login));
  return {
    id: row.id,
    node_id: `${row.is_pull === 1 ? 'PR' : 'I'}_${row.id}`,
    number: row.number,
    title: row.title,
    body: row.body,
    state: row.state,
    locked: false,
    user: userView(context, row.author),
    labels: listIn(row.labels_json).map((name) => labelView(context, row.repository, name)),
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    author_association: 'MEMBER',
    created_at: githubTime(row.created_at),
    updated_at: githubTime(row.updated_at),
    closed_at: row.closed_at === null ? null : githubTime(row.closed_at),
  };
}

export const pageOf = (context: GithubContext, row: IssueRow): string =>
  `${context.siteUrl()}/${row.repository}/${row.is_pull === 1 ? 'pull' : 'issues'}/${row.number}`;
