import type { Octokit } from '@octokit/rest';
import type * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { inputError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { checkedBaseUrl, isLoopback } from './base-url.ts';
import { boundedFetch } from './bounded-fetch.ts';
import {
  driftError,
  type ErrorContext,
  gitHubError,
  isRequestFailure,
  movedError,
  webPageError,
} from './github-error.ts';

export interface GitHubOptions {
  /** The REST API's root: `https://api.github.com`, or `https://HOST/api/v3`. */
  baseUrl: string;
  token: string;
  owner: string;
  repository: string;
  /** For each request, with its body; 20 s without it. */
  timeoutMs?: number;
  log: Log;
  userAgent: string;
  clock: Clock;
  /** Least time between two writes. Without it 1 s, as GitHub asks, and none to a server on this machine. */
  writeIntervalMs?: number;
}

/** What every request of the repository starts from; spread it into the parameters. */
export interface Target {
  owner: string;
  repo: string;
  headers: Record<string, string>;
  request: { signal?: AbortSignal };
}

export interface GitHubCall<Schema extends z.ZodType> {
  /** What is being done, to follow "could not": `list pull requests`. */
  doing: string;
  /** What is read of the answer's body. */
  schema: Schema;
  send: (octokit: Octokit, target: Target) => Promise<{ data: unknown; status: number }>;
  signal?: AbortSignal | undefined;
}

export interface GitHubClient {
  readonly owner: string;
  readonly repository: string;
  /**
   * One request with time-out, pacing, retries of reads and cancellation; throws `GitHubError`, or the signal's
   * own reason when it was cancelled.
   */
  call<Schema extends z.ZodType>(call: GitHubCall<Schema>): Promise<z.output<Schema>>;
  /** Requests sent so far, retries included. */
  requestCount(): number;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const DEFAULT_WRITE_INTERVAL_MS = 1000;
/** Above any page of the API; the archive of a long CI log is larger than that. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** The version that GitHub Enterprise Server has too. */
const HEADERS = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };

/** A client for one repository. Sends nothing yet; throws an input error for a token or address it cannot use. */
export async function openGitHubClient(options: GitHubOptions): Promise<GitHubClient> {
  const { owner, repository, token, clock, log, userAgent } = options;
  const baseUrl = checkedBaseUrl(options.baseUrl);
  checkNames(owner, repository);
  checkToken(token);
  let requests = 0;
  const { createOctokit } = await import('./octokit.ts');
  const octokit = createOctokit({
    baseUrl: `${baseUrl.origin}${baseUrl.pathname.replace(/\/+$/, '')}`,
    token,
    userAgent,
    log,
    writeIntervalMs: options.writeIntervalMs ?? (isLoopback(baseUrl) ? 0 : DEFAULT_WRITE_INTERVAL_MS),
    fetch: boundedFetch({
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxBytes: MAX_BODY_BYTES,
      onRequest: () => {
        requests += 1;
      },
    }),
  });
  const context = { repository: `${owner}/${repository}`, host: baseUrl.host, clock, token };
  return {
    owner,
    repository,
    requestCount: () => requests,
    call: ({ doing, schema, send, signal }) => {
      const request = signal ? { signal } : {};
      const target = { owner, repo: repository, headers: { ...HEADERS }, request };
      return answered(() => send(octokit, target), schema, { ...context, doing }, signal);
    },
  };
}

async function answered<Schema extends z.ZodType>(
  send: () => Promise<{ data: unknown; status: number }>,
  schema: Schema,
  context: ErrorContext,
  signal: AbortSignal | undefined,
): Promise<z.output<Schema>> {
  signal?.throwIfAborted();
  const { data, status } = await cancellable(send(), signal).catch((thrown: unknown) => {
    signal?.throwIfAborted();
    throw isRequestFailure(thrown) ? gitHubError(thrown, context) : thrown;
  });
  if (status >= 300) throw movedError(context, status);
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  if (typeof data === 'string' && data.trimStart().startsWith('<')) throw webPageError(status, context);
  throw driftError(context, parsed.error.issues[0]?.path.join('.') ?? '');
}

/** Octokit's pauses (pacing, rate limits, retries) know no signal: whoever cancelled does not sit through them. */
async function cancellable<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise;
  const cancelled = Promise.withResolvers<never>();
  const onAbort = () => cancelled.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, cancelled.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function checkNames(owner: string, repository: string): void {
  if (/^[\w.-]{1,100}$/.test(owner) && /^[\w.-]{1,100}$/.test(repository) && !/^\.+$/.test(repository))
    return;
  throw inputError(
    'The GitHub repository is not named as OWNER/NAME.',
    'Set it in pitcrew.yml, or give the repository a GitHub remote.',
  );
}

function checkToken(token: string): void {
  if (/^[\x21-\x7e]+$/.test(token)) return;
  throw inputError(
    'The GitHub token is empty or has white space or other characters that no token has.',
    'Set GITHUB_TOKEN again, without quotes or line ends.',
  );
}
