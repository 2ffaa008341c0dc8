import { inputError } from '../core/errors.ts';
import type { SentryClient } from '../sentry/client.ts';
import type { SentryIssue } from '../sentry/issue.ts';
import { type ListQuery, listIssues } from '../sentry/issues.ts';
import { type FetchedEvent, rankByScore, type ScoredRow } from './fetch-events.ts';
import { type DroppedIssue, filterNoise, NOISE_DEFAULTS, type NoiseOptions } from './filters.ts';
import type { Score } from './score.ts';

export interface TriageOptions {
  /** Sentry's search language. Default `is:unresolved issue.category:error`. */
  query: string;
  projects: readonly string[];
  environments: readonly string[];
  statsPeriod: string;
  /** `score` is ours, over the most frequent issues; the others are Sentry's own orders. */
  sort: 'score' | 'freq' | 'date' | 'new' | 'user' | 'trends';
  /** How many issues are looked at, before the filters. */
  sample: number;
  /** How many rows are wanted; absent: all that the filters keep. */
  top?: number;
  noise: NoiseOptions;
}

export const TRIAGE_DEFAULTS: TriageOptions = {
  query: 'is:unresolved issue.category:error',
  projects: [],
  environments: [],
  statsPeriod: '14d',
  sort: 'freq',
  sample: 100,
  noise: NOISE_DEFAULTS,
};

export interface TriageRow {
  /** From 1: what a person types to choose it. */
  index: number;
  issue: SentryIssue;
  /** Present with sort `score`. */
  score?: Score;
  /** `missing`: Sentry has none. `failed`: see `problem`; the row is then scored from the listing alone. */
  event: FetchedEvent['state'] | 'not-asked';
  problem?: string;
}

export interface TriageResult {
  rows: TriageRow[];
  /** Kept by the filters, but beyond `top`. */
  below: number;
  dropped: DroppedIssue[];
  /** Issues that Sentry listed for this triage. */
  listed: number;
  /** True where Sentry has more than `sample`. */
  hasMore: boolean;
  /** Of all that match the query, where Sentry says so. */
  total?: number;
  /** Rows of Sentry that had no id. */
  unreadable: number;
  /** With sort `score`: events fetched, and those left alone because they could not change the rows. */
  events: { fetched: number; missing: number; failed: number; notNeeded: number };
  options: TriageOptions;
}

export interface TriageRequest {
  client: SentryClient;
  options?: Partial<TriageOptions>;
  signal?: AbortSignal | undefined;
  onProgress?: (message: string) => void;
}

/**
 * Lists, filters and ranks. Nothing is lost on the way: what was dropped, could not be read or could not be fetched is
 * in the result with its reason. Throws an input error for `top` or `sample` below 1, an upstream error where Sentry
 * cannot be listed, the signal's reason when cancelled.
 */
export async function buildTriage(request: TriageRequest): Promise<TriageResult> {
  const { client, signal, onProgress = () => {} } = request;
  const options = { ...TRIAGE_DEFAULTS, ...request.options };
  checkCount('top', options.top ?? 1);
  checkCount('sample', options.sample);
  const list = await listIssues(client, listQuery(options, signal, onProgress));
  const { kept, dropped } = filterNoise(list.issues, options.noise, client.clock());
  const top = Math.min(options.top ?? kept.length, kept.length);
  const ranked =
    options.sort === 'score'
      ? await rankByScore({ client, issues: kept, top, signal, onProgress })
      : asListed(kept, top);
  return {
    rows: ranked.rows.map((row, position) => ({ index: position + 1, ...row })),
    below: kept.length - ranked.rows.length,
    dropped,
    listed: list.issues.length,
    hasMore: list.hasMore,
    ...(list.total === undefined ? {} : { total: list.total }),
    unreadable: list.unreadable,
    events: ranked.events,
    options,
  };
}

function listQuery(
  options: TriageOptions,
  signal: AbortSignal | undefined,
  onProgress: (message: string) => void,
): ListQuery {
  const { query, projects, environments, statsPeriod, sample } = options;
  return {
    query,
    projects,
    environments,
    statsPeriod,
    sort: options.sort === 'score' ? 'freq' : options.sort,
    limit: sample,
    signal,
    onPage: (received) => onProgress(`${received} issues listed`),
  };
}

function asListed(issues: readonly SentryIssue[], top: number) {
  const rows: Omit<ScoredRow, 'score'>[] = issues
    .slice(0, top)
    .map((issue) => ({ issue, event: 'not-asked' }));
  return { rows, events: { fetched: 0, missing: 0, failed: 0, notNeeded: 0 } };
}

function checkCount(name: string, count: number): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw inputError(
    `${name} has to be a whole number from 1 up, not ${count}.`,
    `Leave ${name} out for the default.`,
  );
}
