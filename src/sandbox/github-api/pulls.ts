import { asList, asText, type Loose } from '../loose.ts';
import type { Call, Handler } from '../router.ts';
import {
  bodyOf,
  type GithubContext,
  githubError,
  invalid,
  notFound,
  repositoryOf,
  VIEWER,
} from './context.ts';
import { inOrder, issueOf, textOf, titleOf } from './issues.ts';
import { pageOf } from './pagination.ts';
import { pullSummary, pullView } from './pull-view.ts';
import { imaginedCommit } from './remote.ts';
import { allIssues, changeIssue, type IssueRow, insertIssue, listIn, stateChange } from './rows.ts';

/** By `state` (open unless asked), `head=owner:branch`, `base`. */
export const listPulls =
  (context: GithubContext): Handler =>
  (call) => {
    const repository = repositoryOf(context, call);
    const state = call.query.get('state') ?? 'open';
    const head = call.query.get('head');
    const base = call.query.get('base');
    const rows = allIssues(context.database, repository).filter(
      (row) =>
        row.is_pull === 1 &&
        (state === 'all' || row.state === state) &&
        (!head || isHead(repository, row, head)) &&
        (!base || row.base_ref === base),
    );
    const { items, headers } = pageOf(call, context.apiUrl(), inOrder(call, rows));
    return { status: 200, body: items.map((row) => pullSummary(context, row)), headers };
  };

/** 422 where the head branch has not been pushed, brings no commit, or has an open pull request already. */
export const createPull =
  (context: GithubContext): Handler =>
  async (call) => {
    const repository = repositoryOf(context, call);
    const body = await bodyOf(call);
    const title = titleOf(body.title, 'PullRequest');
    const text = textOf(body.body, 'PullRequest');
    const [owner = ''] = repository.split('/');
    const head = branchOf(owner, body, 'head');
    const base = branchOf(owner, body, 'base');
    const headCommit = await commitOf(context, head, 'head');
    const baseCommit = await commitOf(context, base, 'base');
    if (headCommit === baseCommit) throw refused(`No commits between ${base} and ${head}`);
    const isOpenAlready = allIssues(context.database, repository).some(
      (row) => row.is_pull === 1 && row.state === 'open' && row.head_ref === head && row.base_ref === base,
    );
    if (isOpenAlready) throw refused(`A pull request already exists for ${owner}:${head}.`);
    const row = insertIssue(context.database, {
      repository,
      isPull: true,
      title,
      body: text,
      author: VIEWER,
      labels: [],
      draft: body.draft === true,
      head_ref: head,
      head_sha: headCommit,
      base_ref: base,
      base_sha: baseCommit,
      createdAt: context.clock(),
    });
    const made = pullView(context, row);
    return { status: 201, body: made, headers: { location: String(made.url) } };
  };

/** With the head as the remote has it now: a push updates the pull request. */
export const getPull =
  (context: GithubContext): Handler =>
  async (call) => {
    const row = pullOf(context, call);
    const pushed = row.state === 'open' ? await context.remote?.branch(row.head_ref ?? '') : undefined;
    const isMoved = pushed !== undefined && pushed !== row.head_sha;
    const current = isMoved ? changeIssue(context.database, row, { head_sha: pushed }, context.clock()) : row;
    return { status: 200, body: pullView(context, current) };
  };

/** As on GitHub, this cannot turn a draft into a pull request that is ready. */
export const updatePull =
  (context: GithubContext): Handler =>
  async (call) => {
    const body = await bodyOf(call);
    const row = pullOf(context, call);
    const now = context.clock();
    const base = asText(body.base);
    if (base !== null) await commitOf(context, base, 'base');
    const changed = changeIssue(
      context.database,
      row,
      {
        ...stateChange(row, body.state, null, now),
        ...(body.title !== undefined && { title: titleOf(body.title, 'PullRequest') }),
        ...(body.body !== undefined && { body: textOf(body.body, 'PullRequest') }),
        ...(base !== null && { base_ref: base }),
      },
      now,
    );
    return { status: 200, body: pullView(context, changed) };
  };

export const requestReviewers =
  (context: GithubContext): Handler =>
  async (call) => {
    const body = await bodyOf(call);
    const row = pullOf(context, call);
    const wanted = asList(body.reviewers).flatMap((login) => asText(login) ?? []);
    if (wanted.includes(row.author))
      throw githubError(422, 'Review cannot be requested from pull request author.');
    const known = context.collaborators;
    const hasTeams = asList(body.team_reviewers).length > 0;
    if (hasTeams || (known !== null && wanted.some((login) => !known.includes(login))))
      throw githubError(
        422,
        `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${row.repository} repository.`,
      );
    const reviewers = [...new Set([...listIn(row.reviewers_json), ...wanted])];
    const changed = changeIssue(context.database, row, { reviewers }, context.clock());
    return { status: 201, body: pullSummary(context, changed) };
  };

function pullOf(context: GithubContext, call: Call): IssueRow {
  const row = issueOf(context, call);
  if (row.is_pull !== 1) throw notFound();
  return row;
}

/** `branch`, or `owner:branch` of the repository's own owner: there are no forks here. */
function branchOf(owner: string, body: Loose, field: 'head' | 'base'): string {
  const given = asText(body[field]);
  if (given === null) throw invalid({ resource: 'PullRequest', code: 'missing_field', field });
  const [, of, branch = given] = /^([^:/]+):(.+)$/.exec(given) ?? [];
  if (of !== undefined && of.toLowerCase() !== owner.toLowerCase()) throw badBranch(field);
  return branch;
}

async function commitOf(context: GithubContext, branch: string, field: 'head' | 'base'): Promise<string> {
  if (!context.remote) return imaginedCommit(branch);
  const commit = await context.remote.branch(branch);
  if (commit === undefined) throw badBranch(field);
  return commit;
}

function isHead(repository: string, row: IssueRow, head: string): boolean {
  const [owner = ''] = repository.split('/');
  // GitHub ignores a filter without an owner.
  return !head.includes(':') || head.toLowerCase() === `${owner}:${row.head_ref}`.toLowerCase();
}

const badBranch = (field: string) => invalid({ resource: 'PullRequest', field, code: 'invalid' });

const refused = (message: string) => invalid({ resource: 'PullRequest', code: 'custom', message });
