import type { Loose } from '../loose.ts';
import type { GithubContext } from './context.ts';
import { repositoryView } from './repository-view.ts';
import { commentsOf, type IssueRow, listIn } from './rows.ts';
import { userView } from './user-view.ts';
import { commonView, pageOf } from './views.ts';

/** A pull request as lists and requests for review show it. */
export function pullSummary(context: GithubContext, row: IssueRow): Loose {
  const api = `${context.apiUrl()}/repos/${row.repository}`;
  const url = `${api}/pulls/${row.number}`;
  const page = pageOf(context, row);
  const links = {
    self: url,
    html: page,
    issue: `${api}/issues/${row.number}`,
    comments: `${api}/issues/${row.number}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${row.head_sha}`,
  };
  const repository = repositoryView(context, row.repository, row.base_ref ?? 'main');
  const [owner = ''] = row.repository.split('/');
  const side = (ref: string | null, sha: string | null): Loose => ({
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: userView(context, owner),
    repo: repository,
  });
  return {
    ...commonView(context, row),
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: links.issue,
    comments_url: links.comments,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    statuses_url: links.statuses,
    draft: row.draft === 1,
    merged_at: null,
    merge_commit_sha: null,
    requested_reviewers: listIn(row.reviewers_json).map((login) => userView(context, login)),
    requested_teams: [],
    head: side(row.head_ref, row.head_sha),
    base: side(row.base_ref, row.base_sha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    auto_merge: null,
  };
}

/** A pull request on its own. Nobody merges here, and how large it is is not counted: one commit, no lines. */
export const pullView = (context: GithubContext, row: IssueRow): Loose => ({
  ...pullSummary(context, row),
  merged: false,
  merged_by: null,
  mergeable: null,
  mergeable_state: row.draft === 1 ? 'draft' : 'unknown',
  comments: commentsOf(context.database, row.id).length,
  review_comments: 0,
  maintainer_can_modify: false,
  commits: 1,
  additions: 0,
  deletions: 0,
  changed_files: 0,
});
