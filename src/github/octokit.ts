import { retry } from '@octokit/plugin-retry';
import { type ThrottlingOptions, throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import type { Log } from '../core/log.ts';
import { redactValues } from '../core/redact.ts';
import { isLasting } from './bounded-fetch.ts';
import { pacer } from './pacer.ts';

// Heavy (a hundred kilobytes of endpoints): only `openGitHubClient` loads this file, when GitHub is first needed.

export interface OctokitSettings {
  baseUrl: string;
  token: string;
  userAgent: string;
  writeIntervalMs: number;
  fetch: typeof fetch;
  log: Log;
}

/** Octokit with our rules on waiting and repeating; see the constants below. */
export function createOctokit(settings: OctokitSettings): Octokit {
  const say = (message: string) => settings.log.debug(redactValues(message, [settings.token]));
  return new PacedOctokit({
    baseUrl: settings.baseUrl,
    auth: settings.token,
    userAgent: settings.userAgent,
    request: { fetch: settings.fetch },
    // A failed request is told by the error; here it is only a trace. `debug` gets whole request objects: left out.
    log: { debug: () => {}, info: say, warn: say, error: say },
    retry: { retries: READ_RETRIES, retryAfterBaseValue: RETRY_BASE_MS, doNotRetry: NEVER_RETRIED },
    throttle: throttle(settings.writeIntervalMs, (message, isLong) =>
      isLong ? settings.log.warn(message) : say(message),
    ),
  });
}

/** A read is repeated after 0.25 s and after 1 s (the plugin squares the attempt's number). */
const READ_RETRIES = 2;
const RETRY_BASE_MS = 250;
/** 429 is the throttling plugin's; the rest would answer the same again. */
const NEVER_RETRIED = [400, 401, 403, 404, 409, 410, 413, 422, 429, 451];
/** A longer wait than this is the caller's decision: the error says until when. Seconds. */
const LONGEST_WAIT = 60;
const MOST_WAITS = 2;
/** Whoever waits for longer than this is told why. Seconds. */
const LONG_WAIT = 5;
/** GitHub allows 30 searches a minute; a burst is as good as an even flow, and five are left for others. */
const SEARCHES_A_MINUTE = 25;

/** Comes first, so that it sits closest to the request and the other plugins see what it decided. */
function requestPolicy(octokit: { hook: Octokit['hook'] }): void {
  octokit.hook.error('request', (error, options) => {
    const isRead = options.method === 'GET' || options.method === 'HEAD';
    if ((!isRead || isLasting(error.cause)) && options.request) options.request.retries = 0;
    if ('response' in error && error.response && (error.status === 429 || error.status === 403))
      obeyRetryAfter(error);
    throw error;
  });
}

/** The throttling plugin honours `Retry-After` only next to GitHub's own words, and not a wait of 0 s. */
function obeyRetryAfter(error: {
  message: string;
  response?: { headers: Record<string, string | number | undefined> };
}): void {
  const headers = error.response?.headers ?? {};
  if (headers['retry-after'] === undefined) return;
  const seconds = Number(headers['retry-after']);
  headers['retry-after'] = String(Number.isFinite(seconds) ? Math.max(1, seconds) : LONGEST_WAIT);
  if (!/secondary rate/i.test(error.message)) error.message = `secondary rate limit: ${error.message}`;
}

const PacedOctokit = Octokit.plugin(requestPolicy, throttling, retry);

interface Limited {
  /** `longestWait`, in seconds: for what is not worth `LONGEST_WAIT`. */
  request?: { signal?: AbortSignal; longestWait?: number };
}

function throttle(
  writeIntervalMs: number,
  say: (message: string, isLong: boolean) => void,
): ThrottlingOptions {
  const onLimit = (seconds: number, { request }: Limited, _octokit: unknown, waits: number) => {
    const longest = request?.longestWait ?? LONGEST_WAIT;
    const waiting = seconds <= longest && waits < MOST_WAITS && !request?.signal?.aborted;
    say(
      `GitHub's rate limit asks for ${seconds} s: ${waiting ? 'waiting' : 'giving up'}.`,
      waiting && seconds > LONG_WAIT,
    );
    return waiting;
  };
  return {
    onRateLimit: onLimit,
    onSecondaryRateLimit: onLimit,
    // The plugin's own: one search in 2 s, one notifying write in 3 s. GitHub asks for 30 a minute and 1 s.
    write: group(pacer(1, writeIntervalMs)),
    notifications: group(pacer(1, 0)),
    search: group(pacer(SEARCHES_A_MINUTE, 60_000)),
  };
}

type Group = NonNullable<ThrottlingOptions['write']>;

/** The part of a Bottleneck group that the throttling plugin uses: it waits here, then sends. */
function group(due: () => Promise<void>): Group {
  const schedule = async (_options: unknown, job: () => Promise<void>) => {
    await due();
    return job();
  };
  return { key: () => ({ schedule }) } as unknown as Group;
}
