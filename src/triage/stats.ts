import type { SentryClient } from '../sentry/client.ts';
import type { SentryIssue } from '../sentry/issue.ts';
import { getIssue, type IssueList, listIssues } from '../sentry/issues.ts';
import { TRIAGE_DEFAULTS, type TriageOptions } from './rank.ts';

export interface IssueStats {
  /** Unresolved issues looked at; with `hasMore` Sentry has more. */
  issues: number;
  hasMore: boolean;
  total?: number;
  events: number;
  byLevel: Record<string, number>;
  /** Issues by their number of events: `1`, `2-9`, `10-99`, `100-999`, `1000+`. */
  byFrequency: Record<FrequencyBucket, number>;
  newIn24Hours: number;
  regressed: number;
  escalating: number;
  /** Releases in which the most frequent issues were last seen, most issues first. */
  releases: { release: string; issues: number }[];
  /** How many issues `releases` was counted over: a listing has no release, each costs a request. */
  releasesLookedAt: number;
}

export const FREQUENCY_BUCKETS = ['1', '2-9', '10-99', '100-999', '1000+'] as const;
export type FrequencyBucket = (typeof FREQUENCY_BUCKETS)[number];

export interface StatsRequest {
  client: SentryClient;
  options?: Partial<Pick<TriageOptions, 'query' | 'projects' | 'environments' | 'statsPeriod'>>;
  /** How many issues are counted at most. Default 1000. */
  limit?: number;
  signal?: AbortSignal | undefined;
  onProgress?: (message: string) => void;
}

/** Counts the unresolved issues. Throws an upstream error where Sentry cannot be listed. */
export async function issueStats(request: StatsRequest): Promise<IssueStats> {
  const { client, signal, onProgress = () => {} } = request;
  const { query, projects, environments, statsPeriod } = { ...TRIAGE_DEFAULTS, ...request.options };
  const list = await listIssues(client, {
    query,
    projects,
    environments,
    statsPeriod,
    sort: 'freq',
    limit: request.limit ?? 1000,
    signal,
    onPage: (received) => onProgress(`${received} issues listed`),
  });
  const releases = await lastReleases(client, list.issues.slice(0, RELEASE_SAMPLE), signal);
  return { ...countIssues(list, client.clock()), ...countReleases(releases) };
}

const RELEASE_SAMPLE = 10;
const DAY_MS = 86_400_000;

function countIssues({ issues, hasMore, total }: IssueList, now: number) {
  const byFrequency: Record<FrequencyBucket, number> = {
    '1': 0,
    '2-9': 0,
    '10-99': 0,
    '100-999': 0,
    '1000+': 0,
  };
  const byLevel = new Map<string, number>();
  for (const issue of issues) {
    byFrequency[bucketOf(issue.count)]++;
    byLevel.set(issue.level, (byLevel.get(issue.level) ?? 0) + 1);
  }
  const having = (test: (issue: SentryIssue) => boolean) => issues.filter(test).length;
  return {
    issues: issues.length,
    hasMore,
    ...(total === undefined ? {} : { total }),
    events: issues.reduce((sum, { count }) => sum + count, 0),
    byLevel: Object.fromEntries(byLevel),
    byFrequency,
    newIn24Hours: having(({ firstSeen }) => firstSeen !== undefined && now - firstSeen <= DAY_MS),
    regressed: having(({ substatus }) => substatus === 'regressed'),
    escalating: having(({ substatus }) => substatus === 'escalating'),
  };
}

function bucketOf(count: number): FrequencyBucket {
  if (count < 2) return '1';
  if (count < 10) return '2-9';
  if (count < 100) return '10-99';
  return count < 1000 ? '100-999' : '1000+';
}

/** The last release of each issue; one that cannot be fetched is not counted, the other figures matter more. */
async function lastReleases(
  client: SentryClient,
  issues: readonly SentryIssue[],
  signal: AbortSignal | undefined,
) {
  const looked = issues.map(async (issue): Promise<string | undefined> => {
    if (issue.lastRelease !== undefined) return issue.lastRelease;
    try {
      const whole = await getIssue(client, issue.id, signal);
      return whole.lastRelease ?? whole.firstRelease ?? 'without a release';
    } catch (error) {
      if (signal?.aborted) throw error;
      return undefined;
    }
  });
  return (await Promise.all(looked)).filter((release) => release !== undefined);
}

function countReleases(releases: readonly string[]): Pick<IssueStats, 'releases' | 'releasesLookedAt'> {
  const counts = new Map<string, number>();
  for (const release of releases) counts.set(release, (counts.get(release) ?? 0) + 1);
  const sorted = [...counts].map(([release, issues]) => ({ release, issues }));
  return {
    releases: sorted.sort(mostFirst),
    releasesLookedAt: releases.length,
  };
}

const mostFirst = (one: IssueStats['releases'][number], other: IssueStats['releases'][number]) =>
  other.issues - one.issues || (one.release < other.release ? -1 : 1);
