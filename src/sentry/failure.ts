import { inputError, type PitcrewError, upstreamError } from '../core/errors.ts';
import { tryParseJson } from '../core/json.ts';
import { isTlsCode } from '../core/tls-text.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { networkText } from './network-text.ts';

export type FailureReason =
  | 'status'
  | 'timeout'
  | 'network'
  | 'cut-off'
  | 'not-json'
  | 'too-large'
  | 'redirect';

interface FailureFacts {
  reason: FailureReason;
  detail: string;
  /** Of the answer, where one began. */
  status?: number;
  /** Of the system or the library: `ECONNREFUSED`. */
  code?: string;
}

/** What went wrong between us and Sentry; the `cause` of the error that people are shown. */
export class SentryFailure extends Error {
  readonly reason: FailureReason;
  readonly detail: string;
  readonly status: number | undefined;
  readonly code: string | undefined;

  constructor(facts: FailureFacts) {
    super(`${facts.reason}: ${facts.detail}`);
    this.name = 'SentryFailure';
    this.reason = facts.reason;
    this.detail = facts.detail;
    this.status = facts.status;
    this.code = facts.code;
  }

  /** True where a write may or may not have happened. */
  get ambiguous(): boolean {
    if (this.reason === 'status') return (this.status ?? 0) >= 500;
    const code = this.code ?? '';
    return this.reason !== 'redirect' && !NEVER_SENT.has(code) && !isTlsCode(code);
  }
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** The failure behind an error that the client threw. */
export const failureOf = (error: unknown): SentryFailure | undefined =>
  error instanceof SentryFailure
    ? error
    : error instanceof Error && error.cause instanceof SentryFailure
      ? error.cause
      : undefined;

/** True for an answer with this HTTP status. */
export const hasStatus = (error: unknown, status: number): boolean => {
  const failure = failureOf(error);
  return failure?.reason === 'status' && failure.status === status;
};

/** What a request was about, for the sentence that people read. */
export interface Subject {
  /** `issue NODE-1 of organization acme`: goes behind "Sentry has no". */
  what: string;
  /** The token scope that this request needs. */
  scope: string;
}

/**
 * The sentence and the next step for a failure. Holds neither token nor raw pages. Its kind is `input` where Sentry
 * answered that the request, the token or a name in it is at fault, and `upstream` for all else.
 */
export function explain(failure: SentryFailure, host: string, subject: Subject): PitcrewError {
  const [sentence, hint] =
    failure.reason === 'status' ? statusText(failure, host, subject) : transportText(failure, host, subject);
  const isOurs = failure.reason === 'status' && CALLERS_MOVE.has(failure.status ?? 0);
  return (isOurs ? inputError : upstreamError)(sentence, hint, failure);
}

/** The same request would be answered the same way until somebody corrects it: repeating or waiting does not help. */
const CALLERS_MOVE = new Set([400, 401, 403, 404, 410, 413, 422]);

/** Sentry's own `detail` where the body has one; a page or anything else is only named. */
export function detailOf(text: string): string {
  const json = tryParseJson(text);
  if (typeof json === 'object' && json !== null && 'detail' in json) {
    const { detail } = json;
    if (typeof detail === 'string') return untrustedLine(detail, 200);
    if (typeof detail === 'object' && detail !== null && 'message' in detail)
      return untrustedLine(detail.message, 200);
  }
  if (json !== undefined) return untrustedLine(fieldsOf(json).join('; ') || JSON.stringify(json), 200);
  return looksLikeHtml(text) ? 'an HTML page' : untrustedLine(text, 100);
}

/** `{"statusDetails":{"inRelease":["No such release."]}}` is `statusDetails.inRelease: No such release.` */
function fieldsOf(json: unknown, path = ''): string[] {
  if (typeof json === 'string') return [path === '' ? json : `${path}: ${json}`];
  if (Array.isArray(json)) return json.slice(0, MOST_FIELDS).flatMap((value) => fieldsOf(value, path));
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json)
    .slice(0, MOST_FIELDS)
    .flatMap(([name, value]) => fieldsOf(value, path === '' ? name : `${path}.${name}`));
}

const MOST_FIELDS = 5;

export const looksLikeHtml = (text: string): boolean => /^\s*</.test(text.slice(0, 1000));

type Sentence = readonly [sentence: string, hint: string];

function statusText({ status = 0, detail }: SentryFailure, host: string, subject: Subject): Sentence {
  const said = detail ? ` It said: ${detail.replace(/[.!]+$/, '')}.` : '';
  const known = STATUS_TEXTS[status];
  if (known) return known(host, subject, said);
  if (status >= 500)
    return [
      `${host} failed with ${status} on ${subject.what}.${said}`,
      'The fault is on the side of Sentry; look at its status page and try again in a few minutes.',
    ];
  return [
    `${host} answered ${status} to ${subject.what}.${said}`,
    'Check the arguments of this call; `pitcrew doctor` checks the connection.',
  ];
}

const STATUS_TEXTS: Record<number, (host: string, subject: Subject, said: string) => Sentence> = {
  400: (host, subject, said) => [
    `${host} found a mistake in the request for ${subject.what} (400).${said}`,
    'Correct the argument that it names.',
  ],
  401: (host, _subject, said) => [
    `${host} does not accept the token: it is wrong, expired or of another server (401).${said}`,
    'Make a new token in Sentry (Settings > Auth Tokens; scopes org:read, project:read, event:read, and event:write to resolve) and put it into SENTRY_AUTH_TOKEN, .env or ~/.sentryclirc; for a self-hosted server also set SENTRY_URL.',
  ],
  403: (host, { what, scope }, said) =>
    scope.endsWith(':write')
      ? [
          `The token may not change ${what} on ${host} (403).${said}`,
          `Give the token the scope ${scope}, or ask for access to the project; then repeat this step.`,
        ]
      : [
          `The token may not reach ${what} on ${host} (403).${said}`,
          `Check the spelling of the project; else give the token the scope ${scope}, or ask for access to the project.`,
        ],
  404: (host, subject, said) => [
    `${host} has no ${subject.what} (404), or the token may not see it.${said}`,
    'Check the spelling and SENTRY_ORG. Ids belong to one region: for an organization in the EU set SENTRY_URL=https://de.sentry.io.',
  ],
  410: (host, subject, said) => [
    `${host} no longer offers this way to ${subject.what} (410).${said}`,
    'The issue was removed or the address retired: list the issues again, or update Pitcrew.',
  ],
  413: (host, subject, said) => [
    `${host} finds the request for ${subject.what} too large (413).${said}`,
    'Ask for less: fewer projects, a shorter query or note.',
  ],
  429: (host, subject, said) => [
    `${host} keeps limiting requests (429); gave up on ${subject.what}.${said}`,
    'Wait a minute, ask for fewer issues, or see whether other programs use the same token.',
  ],
};

function transportText(
  { reason, detail, code, status }: SentryFailure,
  host: string,
  subject: Subject,
): Sentence {
  switch (reason) {
    case 'timeout':
      return [
        `${host} did not answer about ${subject.what} in time (${detail}).`,
        'Check the network and proxy, then try again.',
      ];
    case 'too-large':
      return [
        `The answer of ${host} about ${subject.what} is too large (${detail}) and was not read.`,
        'Ask for less, or look at this issue in Sentry.',
      ];
    case 'redirect':
      return [
        `${host} redirects ${subject.what} ${detail}; the token is not sent there.`,
        'Set SENTRY_URL to the address that Sentry really has; a login page in between means a proxy or single sign-on.',
      ];
    case 'not-json':
      return [
        `${host} answered ${status ?? ''} with ${detail} instead of JSON about ${subject.what}.`.replace(
          '  ',
          ' ',
        ),
        'A proxy or login page may stand in between, or SENTRY_URL is not the root of a Sentry server.',
      ];
    case 'cut-off':
      return [
        `The answer of ${host} about ${subject.what} broke off.`,
        'Try again; if it stays so, a proxy in between cuts long answers.',
      ];
    default:
      return networkText(code, detail, host);
  }
}
