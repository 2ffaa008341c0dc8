import type { Headers } from './exchange.ts';
import type { SentryFailure } from './failure.ts';

export interface RetryFacts {
  idempotent: boolean;
  failure: SentryFailure;
  headers: Headers;
  /** Attempts that this call has made, at least 1. */
  attempts: number;
  /** What this call has waited so far. */
  waitedMs: number;
  retries: number;
  now: number;
  random: () => number;
}

export interface Wait {
  ms: number;
  /** A limit concerns the caller, not the call: nothing else of this client starts before the wait is over. */
  everything: boolean;
}

/** A refused request costs little and has certainly not happened, so it gets more attempts than a failed one. */
const RATE_LIMIT_RETRIES = 10;
/** A call that waited this long is better reported: clients give up on a tool after about a minute. */
const MAX_WAITED_MS = 45_000;
const BACKOFF_BASE_MS = 250;
const BACKOFF_CAP_MS = 8000;

/**
 * How long to wait before the next attempt, or undefined to give up. A 429 is repeated for every method, the rest
 * (502, 503, 504, a broken connection, a cut-off body, and a time-out once) only where repeating changes nothing.
 */
export function waitBeforeRetry(facts: RetryFacts): Wait | undefined {
  const { failure, attempts, waitedMs } = facts;
  const limited = failure.status === 429 && failure.reason === 'status';
  const allowed = limited ? RATE_LIMIT_RETRIES : facts.idempotent ? retriesFor(failure, facts.retries) : 0;
  if (attempts > allowed) return undefined;
  const ms = Math.ceil(limited ? limitWait(facts) : failureWait(facts));
  return waitedMs + ms > MAX_WAITED_MS ? undefined : { ms, everything: limited };
}

function retriesFor(failure: SentryFailure, retries: number): number {
  switch (failure.reason) {
    case 'status':
      return failure.status === 502 || failure.status === 503 || failure.status === 504 ? retries : 0;
    case 'network':
      return BROKEN_CONNECTION.has(failure.code ?? '') ? retries : 0;
    case 'cut-off':
      return retries;
    case 'timeout':
      return Math.min(1, retries);
    default:
      return 0;
  }
}

const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'ETIMEDOUT', 'UND_ERR_SOCKET']);

/** Retry-After, else the end of Sentry's window, else back-off; with a little jitter, so that callers do not return as one. */
function limitWait(facts: RetryFacts): number {
  const told = retryAfterMs(facts.headers, facts.now) ?? resetMs(facts.headers, facts.now);
  return told === undefined ? backoff(facts) + BACKOFF_BASE_MS / 2 : told + facts.random() * 100;
}

const failureWait = (facts: RetryFacts): number =>
  facts.failure.status === 503 ? (retryAfterMs(facts.headers, facts.now) ?? backoff(facts)) : backoff(facts);

/** Full jitter: anywhere between nothing and the doubled step, which spreads out callers that failed together. */
const backoff = ({ attempts, random }: RetryFacts): number =>
  random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempts);

/** Milliseconds that `Retry-After` asks for, given in seconds or as a date. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - serverNow(headers, now));
}

/**
 * Milliseconds to the end of Sentry's rate-limit window. `Reset` is in whole seconds of the server's clock, so it is
 * compared with the answer's own `Date`; one that lies further off than a window can be is no information.
 */
export function resetMs(headers: Headers, now: number): number | undefined {
  const reset = Number(headers['x-sentry-rate-limit-reset'] || Number.NaN);
  if (!Number.isFinite(reset)) return undefined;
  const ms = reset * 1000 - serverNow(headers, now);
  return ms < 0 || ms > LONGEST_WINDOW_MS ? undefined : ms;
}

const LONGEST_WINDOW_MS = 60_000;

function serverNow(headers: Headers, now: number): number {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? now : date;
}
