import type { Loose } from '../loose.ts';
import { type GithubContext, githubTime } from './context.ts';
import { type CommentRow, commentsOf, type IssueRow, listIn } from './rows.ts';

/** A person as GitHub's objects carry one. */
export function userView(context: GithubContext, login: string): Loose {
  const url = `${context.apiUrl()}/users/${login}`;
  const id = [...login].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_000_007, 7);
  return {
    login,
    id,
    node_id: `U_${id}`,
    avatar_url: '',
    gravatar_id: '',
    url,
    html_url: `${context.siteUrl()}/${login}`,
    type: 'User',
    site_admin: false,
  };
}

export function labelView(context: GithubContext, repository: string, name: string): Loose {
  const url = `${context.apiUrl()}/repos/${repository}/labels/${encodeURIComponent(name)}`;
  return { id: null, url, name, color: 'ededed', default: false, description: null };
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

/** The form of a pull request; `mergeable` and counts of commits are not known here and left null. */
export function pullView(context: GithubContext, row: IssueRow): Loose {
  const api = `${context.apiUrl()}/repos/${row.repository}`;
  const page = pageOf(context, row);
  const [owner = ''] = row.repository.split('/');
  const side = (ref: string | null, sha: string | null): Loose => ({
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: userView(context, owner),
    repo: repositoryView(context, row.repository, row.base_ref ?? 'main'),
  });
  return {
    ...commonView(context, row),
    url: `${api}/pulls/${row.number}`,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: `${api}/issues/${row.number}`,
    comments_url: `${api}/issues/${row.number}/comments`,
    draft: row.draft === 1,
    merged: false,
    merged_at: null,
    merge_commit_sha: null,
    mergeable: null,
    mergeable_state: row.draft === 1 ? 'draft' : 'unknown',
    requested_reviewers: listIn(row.reviewers_json).map((login) => userView(context, login)),
    requested_teams: [],
    comments: commentsOf(context.database, row.id).length,
    head: side(row.head_ref, row.head_sha),
    base: side(row.base_ref, row.base_sha),
    auto_merge: null,
    maintainer_can_modify: false,
  };
}

export function repositoryView(context: GithubContext, repository: string, defaultBranch: string): Loose {
  const [owner = '', name = ''] = repository.split('/');
  return {
    id: 1,
    node_id: 'R_1',
    name,
    full_name: repository,
    private: true,
    owner: userView(context, owner),
    html_url: `${context.siteUrl()}/${repository}`,
    url: `${context.apiUrl()}/repos/${repository}`,
    description: null,
    fork: false,
    archived: false,
    disabled: false,
    has_issues: true,
    default_branch: defaultBranch,
    permissions: { admin: false, maintain: false, push: true, triage: true, pull: true },
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

function commonView(context: GithubContext, row: IssueRow): Loose {
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

const pageOf = (context: GithubContext, row: IssueRow): string =>
  `${context.siteUrl()}/${row.repository}/${row.is_pull === 1 ? 'pull' : 'issues'}/${row.number}`;
