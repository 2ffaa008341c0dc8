import { setTimeout as sleepFor } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Clock } from '../core/clock.ts';
import { inputError, upstreamError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { explain, type SentryFailure, type Subject } from './failure.ts';
import { learnFrom } from './learn-limits.ts';
import { openLimits, type Sleep } from './limits.ts';
import { outcomeOf, type SentryAnswer } from './outcome.ts';
import { apiPath, baseUrlOf, type Query, queryString } from './path.ts';
import { redirectTarget } from './redirect.ts';
import { regionLookup } from './region.ts';
import { type Wait, waitBeforeRetry } from './retry.ts';

export interface SentryClientOptions {
  /** The server's root: `https://sentry.io`, a region, or a self-hosted address. */
  baseUrl: string;
  /** Slug of the organization that all issue calls are about. */
  organization?: string;
  token: string;
  /** For one request and its whole answer. Default 15 000. */
  timeoutMs?: number;
  /** Default 20; Sentry refuses from about 25 under way. */
  maxConcurrent?: number;
  /** Default 39; Sentry refuses from 40. */
  requestsPerSecond?: number;
  /** Longer answers are refused. Default 20 000 000. */
  maxResponseBytes?: number;
  /** Repetitions after a failure that may pass by itself; a 429 has its own, higher number. Default 4. */
  retries?: number;
  /** Hosts besides sentry.io whose organizations may name another region's address. */
  allowHosts?: readonly string[];
  userAgent: string;
  clock: Clock;
  log: Log;
  random?: () => number;
  sleep?: Sleep;
}

export interface SentryRequest {
  method?: 'GET' | 'PUT' | 'POST';
  /** From `apiPath`. */
  path: string;
  query?: Query;
  body?: JsonValue;
  subject: Subject;
  signal?: AbortSignal | undefined;
  /** False for what every region answers; such a request does not wait to learn the region. */
  regional?: boolean;
}

export interface SentryClient {
  /** Throws an input error when the client was opened without an organization. */
  organization(): string;
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Numeric ids of short ids that were met in answers: saves the look-up. */
  readonly knownIds: Map<string, string>;
  /** One call with its retries. Throws an upstream error that names the next step, or the signal's reason. */
  request(request: SentryRequest): Promise<SentryAnswer>;
  /** HTTP requests sent so far, retries and redirects included. */
  requestCount(): number;
  /** Ends connections and timers; calls that wait are refused. */
  close(): Promise<void>;
}

const DEFAULTS = {
  timeoutMs: 15_000,
  maxConcurrent: 20,
  requestsPerSecond: 39,
  maxResponseBytes: 20_000_000,
  retries: 4,
  random: Math.random,
  sleep: (ms: number, signal?: AbortSignal) => sleepFor(ms, undefined, { signal }),
};

/**
 * Opens a client for Sentry's API; sends nothing yet. All calls share one limit on rate and concurrency, and a pause
 * when Sentry limits any of them. Throws an input error for a URL or token that can never work.
 */
export function openSentryClient(given: SentryClientOptions): SentryClient {
  const options = { ...DEFAULTS, ...definedOf(given) };
  const baseUrl = baseUrlOf(options.baseUrl);
  checkToken(options.token);
  warnOfPlainHttp(baseUrl, options.log);
  const agent = new Agent({ connections: options.maxConcurrent, connectTimeout: options.timeoutMs });
  const limits = openLimits(options);
  let sent = 0;

  const exchangeOnce = (url: string, request: SentryRequest): Promise<Exchanged> => {
    sent++;
    return exchange(agent, url, {
      method: request.method ?? 'GET',
      headers: headersOf(options.token, options.userAgent, request.body !== undefined),
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
      timeoutMs: options.timeoutMs,
      maxResponseBytes: options.maxResponseBytes,
      signal: request.signal,
    });
  };

  /** One request through the gate. A pause begins before the turn is given back, so that nobody slips in between. */
  const attempt = async (url: string, request: SentryRequest, history: History): Promise<Attempt> => {
    const method = request.method ?? 'GET';
    const idempotent = method === 'GET';
    const release = await limits.enter(request.signal);
    try {
      const outcome = await outcomeOf(exchangeOnce(url, request), {
        mustBeJson: idempotent,
        token: options.token,
        redirect: (answer) => redirectTarget(url, { method, followed: history.redirected }, answer),
      });
      const now = options.clock();
      if (outcome.answer) learnFrom(limits, outcome.answer, now);
      if (!outcome.failure) return outcome;
      const { failure, answer } = outcome;
      const facts = { ...history, idempotent, failure, headers: answer?.headers ?? {}, now };
      const wait = waitBeforeRetry({ ...facts, retries: options.retries, random: options.random });
      if (wait?.everything) limits.pause(wait.ms);
      return { failure, wait };
    } finally {
      release();
    }
  };

  const attemptAll = async (base: string, request: SentryRequest): Promise<SentryAnswer> => {
    let url = base + request.path + queryString(request.query);
    let history: History = { attempts: 1, waitedMs: 0, redirected: false };
    for (;;) {
      const { answer, target, failure, wait } = await attempt(url, request, history);
      if (answer) return answer;
      if (target !== undefined) {
        url = target;
        history = { ...history, redirected: true };
        continue;
      }
      if (!wait) throw explain(failure, new URL(base).host, request.subject);
      const said = `${failure.reason} ${failure.status ?? ''}`.trim();
      options.log.debug(`Sentry: ${said} on ${request.path}, again in ${wait.ms} ms`);
      history = { ...history, attempts: history.attempts + 1, waitedMs: history.waitedMs + wait.ms };
      if (!wait.everything) await options.sleep(wait.ms, request.signal);
    }
  };

  const organization = () => {
    if (options.organization) return options.organization;
    throw inputError(
      'No Sentry organization is known.',
      'Set SENTRY_ORG, or sentry.organization in pitcrew.yml, to the slug in the address of your Sentry.',
    );
  };

  const regionOf = regionLookup({
    baseUrl,
    allowHosts: options.allowHosts ?? [],
    log: options.log,
    fetchOrganization: (signal) =>
      attemptAll(baseUrl, {
        path: apiPath`/organizations/${organization()}/`,
        query: { detailed: '0' },
        subject: { what: `organization ${organization()}`, scope: 'org:read' },
        signal,
      }),
  });

  return {
    organization,
    baseUrl,
    clock: options.clock,
    log: options.log,
    knownIds: new Map(),
    request: async (request) =>
      attemptAll(request.regional === false ? baseUrl : await regionOf(request.signal), request),
    requestCount: () => sent,
    async close() {
      limits.close(
        upstreamError('The Sentry client is closed.', 'The session is ending; call again in the next.'),
      );
      await agent.destroy();
    },
  };
}

interface History {
  attempts: number;
  waitedMs: number;
  redirected: boolean;
}

type Attempt =
  | { answer: SentryAnswer; target?: undefined; failure?: undefined; wait?: undefined }
  | { target: string; answer?: undefined; failure?: undefined; wait?: undefined }
  | { failure: SentryFailure; wait: Wait | undefined; answer?: undefined; target?: undefined };

const headersOf = (token: string, userAgent: string, withBody: boolean): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  accept: 'application/json',
  'accept-encoding': 'gzip',
  'user-agent': userAgent,
  ...(withBody ? { 'content-type': 'application/json' } : {}),
});

function checkToken(token: string): void {
  if (/^[\u0021-\u007e]+$/.test(token)) return;
  throw inputError(
    token === ''
      ? 'The Sentry token is empty.'
      : 'The Sentry token holds a blank, a line break or another character that no token has.',
    'Copy the token again from Sentry (Settings > Auth Tokens) and put it into SENTRY_AUTH_TOKEN.',
  );
}

function warnOfPlainHttp(baseUrl: string, log: Log): void {
  const { protocol, hostname } = new URL(baseUrl);
  const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (protocol === 'http:' && !local) log.warn(`The Sentry token travels unencrypted to ${hostname}.`);
}

/** Drops keys whose value is undefined, so that a default is not overwritten by nothing. */
const definedOf = (given: SentryClientOptions): SentryClientOptions => ({
  ...given,
  ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
});
