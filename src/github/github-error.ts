import { type Clock, isoSeconds } from '../core/clock.ts';
import { type ErrorKind, messageOf, PitcrewError } from '../core/errors.ts';
import { redactValues } from '../core/redact.ts';
import { tlsText } from '../core/tls-text.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { TooLargeError, tlsCodeOf } from './bounded-fetch.ts';

/** A failed call to GitHub, told in our words: no header, address or token of the request is kept. */
export class GitHubError extends PitcrewError {
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined;
  /** True when GitHub may have done what was asked all the same: a time-out, a broken connection, a 5xx. */
  readonly outcomeUnknown: boolean;

  constructor(kind: ErrorKind, message: string, hint: string, status?: number, outcomeUnknown = false) {
    super(kind, message, hint);
    this.status = status;
    this.outcomeUnknown = outcomeUnknown;
  }
}

export interface ErrorContext {
  /** What was being done, to follow "could not": `list pull requests`. */
  doing: string;
  /** `owner/repository`. */
  repository: string;
  /** The API's host, for network failures. */
  host: string;
  clock: Clock;
  token: string;
}

/** True for what Octokit throws when a request failed; anything else that comes out of it is a bug of ours. */
export const isRequestFailure = (thrown: unknown): boolean =>
  thrown instanceof Error && (thrown.name === 'HttpError' || thrown.name === 'AbortError');

/** Turns what Octokit threw into a `GitHubError` with the next step. */
export function gitHubError(thrown: unknown, context: ErrorContext): GitHubError {
  const failure = readFailure(thrown);
  if (failure.status === undefined) return networkError(thrown, context);
  // GitHub's own failures (5xx) are web pages too; those say nothing of the address.
  const isPage = /html/i.test(failure.headers['content-type'] ?? '');
  if (isPage && failure.status < 500) return webPageError(failure.status, context);
  const limited = rateLimitError(failure, context);
  if (limited) return limited;
  return statusError(failure, failure.status, context);
}

/** For an answer that is no JSON of the API, such as the page of a proxy or of a wrong address. */
export function webPageError(status: number, { doing, host }: ErrorContext): GitHubError {
  return new GitHubError(
    'upstream',
    `GitHub could not ${doing}: ${host} answered with a web page (HTTP ${status}), not with API data.`,
    'Check GITHUB_API_URL: https://api.github.com, or https://HOST/api/v3 for GitHub Enterprise Server.',
    status,
    true,
  );
}

export const driftError = ({ doing, host }: ErrorContext, field: string): GitHubError =>
  new GitHubError(
    'upstream',
    `GitHub could not ${doing}: the answer of ${host} lacks what is needed (${field || 'it is empty'}).`,
    'Check GITHUB_API_URL. If it is right, GitHub changed this answer: please report it.',
  );

export const movedError = ({ doing, repository }: ErrorContext, status: number): GitHubError =>
  new GitHubError(
    'input',
    `GitHub could not ${doing}: ${repository} has moved (HTTP ${status}).`,
    "Name the repository by its new owner and name; the repository's page on GitHub shows them.",
    status,
  );

/** For a pull request whose base GitHub does not have: its branches are named here, not by what GitHub calls the field. */
export const noBaseError = (base: string, status: number | undefined): GitHubError =>
  new GitHubError(
    'input',
    `GitHub could not open a draft pull request: it has no branch ${base} to merge into.`,
    'The fix is pushed and safe. Correct github.base in pitcrew.yml; where it names none, run git remote set-head origin --auto. Then repeat this step.',
    status,
  );

/** For a branch that was pushed, but to where GitHub does not look for it: `origin` is a fork, or another place. */
export const noHeadError = (head: string, repository: string, status: number | undefined): GitHubError =>
  new GitHubError(
    'input',
    `GitHub could not open a draft pull request: ${repository} has no branch ${head}, although it was pushed to origin.`,
    'Origin seems to be another repository, such as a fork: name that one as github.repository in pitcrew.yml, or have a person open the pull request from it.',
    status,
  );

interface Failure {
  status: number | undefined;
  headers: Record<string, string | undefined>;
  data: unknown;
}

function readFailure(thrown: unknown): Failure {
  const response = recordOf(recordOf(thrown).response);
  const status = response.status;
  return {
    status: typeof status === 'number' ? status : undefined,
    headers: recordOf(response.headers) as Failure['headers'],
    data: response.data,
  };
}

function networkError(thrown: unknown, context: ErrorContext): GitHubError {
  const { doing, host, token } = context;
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  const tlsCode = tlsCodeOf(cause);
  if (tlsCode !== undefined) return tlsError(tlsCode, context);
  if (cause instanceof TooLargeError)
    return new GitHubError(
      'upstream',
      `GitHub could not ${doing}: the answer of ${host} is too large (${cause.message}) and was not read.`,
      'Ask for less, or look at it on GitHub.',
      undefined,
      true,
    );
  const reason = untrustedLine(redactValues(messageOf(thrown), [token]), 160) || 'no reason given';
  return new GitHubError(
    'upstream',
    `GitHub could not ${doing}: ${host} was not reached or gave no whole answer (${reason}).`,
    'Check the network, the proxy and GITHUB_API_URL, then try again.',
    undefined,
    true,
  );
}

/** Nothing was sent: the handshake comes before the request. */
function tlsError(code: string, { doing, host }: ErrorContext): GitHubError {
  const [sentence, hint] = tlsText(code, host, 'GITHUB_API_URL');
  const clause = sentence.charAt(0).toLowerCase() + sentence.slice(1);
  return new GitHubError('upstream', `GitHub could not ${doing}: ${clause}`, hint);
}

function rateLimitError(failure: Failure, { doing, clock }: ErrorContext): GitHubError | undefined {
  const { status, headers } = failure;
  if (status !== 403 && status !== 429) return undefined;
  const spent = headers['x-ratelimit-remaining'] === '0';
  const wait = Number(headers['retry-after']);
  if (status === 403 && !spent && !wait && !/rate limit/i.test(vendorMessage(failure.data, '')))
    return undefined;
  const reset = Number(headers['x-ratelimit-reset']) * 1000;
  // GitHub asks for a minute where it names no time.
  const until = wait > 0 ? clock() + wait * 1000 : spent && reset > 0 ? reset : clock() + 60_000;
  return new GitHubError(
    'upstream',
    `GitHub could not ${doing}: its rate limit is used up until ${isoSeconds(Math.min(until, LAST_DATE))}.`,
    'Try again after that time, or use a token with a higher limit.',
    status,
  );
}

const LAST_DATE = 8.64e15;

function statusError(failure: Failure, status: number, context: ErrorContext): GitHubError {
  const { doing, repository } = context;
  const said = vendorMessage(failure.data, context.token);
  const fail = (kind: ErrorKind, message: string, hint: string) =>
    new GitHubError(kind, `GitHub could not ${doing}: ${message}`, hint, status, status >= 500);
  if (status === 401)
    return fail(
      'input',
      'it does not accept the token.',
      'Set GITHUB_TOKEN to a token that is still valid, or run `gh auth login`.',
    );
  if (status === 403)
    return fail('input', `the token may not do this in ${repository}.`, permissionHint(failure));
  if (status === 404)
    return fail(
      'input',
      `${repository}, or what is asked of it, does not exist, or the token cannot see it.`,
      "Check the repository's owner and name, and that the token has access to it.",
    );
  if (status === 410)
    return fail('input', `it was deleted, or is turned off in ${repository}.`, 'Name another one.');
  if (status === 400 || status === 409 || status === 413 || status === 422)
    return fail(
      'input',
      `it refused the request: ${said}`,
      'Change what GitHub names, then try again. A branch has to be pushed before a pull request can use it.',
    );
  if (status >= 500)
    return fail(
      'upstream',
      `it failed (HTTP ${status}).`,
      "Try again in a minute; see GitHub's status page.",
    );
  return fail(
    'upstream',
    `it answered HTTP ${status}: ${said}`,
    'Check GITHUB_API_URL, the repository and the token.',
  );
}

/** Names what the token lacks, from the headers that GitHub sends for it. */
function permissionHint({ headers }: Failure): string {
  const sso = /^required; url=(https:\/\/[\w.-]+\/[\w./?=&%-]{1,300})/.exec(
    headers['x-github-sso'] ?? '',
  )?.[1];
  if (sso) return `The organization asks for single sign-on: authorize the token at ${sso}, then try again.`;
  const needed = headers['x-accepted-github-permissions'] ?? headers['x-accepted-oauth-scopes'];
  const names = untrustedLine(needed, 120).replace(/[^\w=,;: -]/g, '');
  return names
    ? `Give the token this permission and try again: ${names}.`
    : 'Use a token that may read issues and write pull requests of this repository.';
}

/** GitHub's own words on a failure, and those of its `errors` list, cleaned. */
function vendorMessage(data: unknown, token: string): string {
  const { message, errors } = recordOf(data);
  const details = (Array.isArray(errors) ? errors : []).slice(0, 5).map((error: unknown) => {
    const { message: text, resource, field, code } = recordOf(error);
    return typeof error === 'string' ? error : (text ?? [resource, field, code].filter(Boolean).join(' '));
  });
  const parts = [message, ...details].filter((part) => typeof part === 'string' && part !== '');
  return untrustedLine(redactValues(parts.join('; '), [token]), 300) || 'no reason given';
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
