import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Call, createRouter, Fault, type Routes } from '../router.ts';
import type { Side } from '../side.ts';
import { accessOf, credentialOf } from '../store/secrets.ts';
import { createComment, getComment, listComments, updateComment } from './comments.ts';
import { type GithubContext, githubError } from './context.ts';
import { addLabels, createIssue, getIssue, listIssues, listLabels, updateIssue } from './issues.ts';
import { createPull, getPull, listPulls, requestReviewers, updatePull } from './pulls.ts';
import { createQuota, type Quota } from './quota.ts';
import { getBranch, getContents, getRepository, getViewer, listBranchRules } from './repository.ts';
import { searchIssues } from './search.ts';

export interface GithubApiOptions {
  token: string;
  readOnlyTokens: readonly string[];
  latencyMs: number;
}

/** GitHub's REST API below a prefix that the server has taken off the path already. */
export function createGithubApi(context: GithubContext, options: GithubApiOptions): Side {
  const quota = createQuota(context.clock);
  const router = createRouter(routesOf(context, quota));
  const answer = async (call: Call): Promise<Answer> => {
    authorize(call, options);
    const answered = await router(call);
    // GitHub says 404 to a method it does not have, too.
    if (answered === 'no-path' || 'allowed' in answered) throw githubError(404, 'Not Found');
    return call.method === 'GET' ? unlessUnchanged(call, answered) : answered;
  };
  return {
    name: 'github',
    refusal: (status, headers) => ({
      ...githubError(status, REASONS[status] ?? 'Server Error').answer,
      headers,
    }),
    handle: async (call) => {
      const headers = { ...quota.spend(call.path), 'x-github-request-id': randomUUID().toUpperCase() };
      if (options.latencyMs > 0) await sleep(options.latencyMs);
      const answered = await answer(call).catch((thrown: unknown) => {
        if (thrown instanceof Fault) return thrown.answer;
        throw thrown;
      });
      return { ...answered, headers: { ...headers, ...answered.headers } };
    },
  };
}

function routesOf(context: GithubContext, quota: Quota): Routes {
  const repository = '/repos/:owner/:repo';
  const issue = `${repository}/issues/:number`;
  const comment = `${repository}/issues/comments/:comment`;
  const pull = `${repository}/pulls/:number`;
  return {
    'GET /user': getViewer(context),
    'GET /rate_limit': () => ({ status: 200, body: quota.view() }),
    'GET /search/issues': searchIssues(context),
    [`GET ${repository}`]: getRepository(context),
    [`GET ${repository}/rules/branches/*branch`]: listBranchRules(context),
    [`GET ${repository}/branches/*branch`]: getBranch(context),
    [`GET ${repository}/contents/*path`]: getContents(context),
    [`GET ${repository}/issues`]: listIssues(context),
    [`POST ${repository}/issues`]: createIssue(context),
    [`GET ${issue}`]: getIssue(context),
    [`PATCH ${issue}`]: updateIssue(context),
    [`GET ${issue}/comments`]: listComments(context),
    [`POST ${issue}/comments`]: createComment(context),
    [`GET ${issue}/labels`]: listLabels(context),
    [`POST ${issue}/labels`]: addLabels(context),
    [`GET ${comment}`]: getComment(context),
    [`PATCH ${comment}`]: updateComment(context),
    [`GET ${repository}/pulls`]: listPulls(context),
    [`POST ${repository}/pulls`]: createPull(context),
    [`GET ${pull}`]: getPull(context),
    [`PATCH ${pull}`]: updatePull(context),
    [`POST ${pull}/requested_reviewers`]: requestReviewers(context),
    // Nobody reviews here.
    [`GET ${pull}/reviews`]: () => ({ status: 200, body: [] }),
  };
}

const REASONS: Record<number, string> = {
  400: 'Problems parsing JSON',
  401: 'Bad credentials',
  403: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  404: 'Not Found',
  409: 'Git Repository is empty.',
  410: 'This issue was deleted',
  422: 'Validation Failed',
  429: 'API rate limit exceeded',
};

function authorize(call: Call, options: GithubApiOptions): void {
  const given = credentialOf(call.headers.authorization);
  if (given === null) throw githubError(401, 'Requires authentication');
  const access = accessOf(given, options.token, options.readOnlyTokens);
  if (access === 'none') throw githubError(401, 'Bad credentials');
  if (access === 'read' && call.method !== 'GET')
    throw githubError(403, 'Resource not accessible by personal access token');
}

/** An ETag on every answer to a GET, and 304 for who has it already. */
function unlessUnchanged(call: Call, answer: Answer): Answer {
  const hash = createHash('sha256').update(JSON.stringify(answer.body)).digest('hex');
  const headers = { ...answer.headers, etag: `W/"${hash}"` };
  const isKnown = call.headers['if-none-match']?.replace(/^W\//, '') === `"${hash}"`;
  return isKnown ? { status: 304, headers } : { ...answer, headers };
}
