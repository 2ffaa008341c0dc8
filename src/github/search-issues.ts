import * as z from 'zod';
import { untrustedLine } from '../core/untrusted.ts';
import type { GitHubClient } from './client.ts';
import { type IssueScore, scoreIssue } from './issue-score.ts';
import { issueNumber, listOf, webUrl } from './schemas.ts';
import { type RelatedSignals, relatedQueries } from './search-queries.ts';

/** An issue that GitHub answered with, cleaned; advice for a reviewer, never a ground to close anything. */
export interface RelatedIssue extends IssueScore {
  number: number;
  /** Untrusted, one line, at most 200 characters. */
  title: string;
  state: 'open' | 'closed';
  url: string;
  /** ISO 8601, or empty where GitHub named none. */
  updatedAt: string;
}

export interface RelatedAnswer {
  related: RelatedIssue[];
  /** The queries that were answered. */
  searched: string[];
  /** True when something may be missing: nothing to search by, a query failed, was cut off by GitHub, or had more hits than were read. */
  incomplete: boolean;
}

export interface RelatedOptions {
  /** Closed issues count when they were closed within this many days. */
  closedWithinDays: number;
  /** Most issues in the answer. */
  limit: number;
  /** Epoch milliseconds. */
  now: number;
}

/** Related reports are advice, which nobody waits a minute for. Seconds. */
const LONGEST_WAIT = 5;
const HITS_PER_QUERY = 50;
const DAY_MS = 86_400_000;

/**
 * Issues of the client's repository that may be about the same fault, best first: open ones and recently closed
 * ones, each fetched from GitHub and scored by `scoreIssue`. Throws when every query failed.
 */
export async function searchRelated(
  client: GitHubClient,
  signals: RelatedSignals,
  options: RelatedOptions,
  signal?: AbortSignal,
): Promise<RelatedAnswer> {
  const queries = relatedQueries(`${client.owner}/${client.repository}`, signals);
  const answers = await Promise.allSettled(queries.map((query) => search(client, query, signal)));
  signal?.throwIfAborted();
  const answered = answers.filter((answer) => answer.status === 'fulfilled').map((answer) => answer.value);
  const failure = answers.find((answer) => answer.status === 'rejected');
  if (failure && answered.length === 0) throw failure.reason;

  const found = new Map(answered.flatMap(({ items }) => items).map((issue) => [issue.number, issue]));
  const since = options.now - options.closedWithinDays * DAY_MS;
  const related = [...found.values()]
    .filter((issue) => isOurs(issue, client) && isCurrent(issue, since))
    .flatMap((issue) => withScore(issue, signals))
    .toSorted((a, b) => b.score - a.score || b.updatedAt.localeCompare(a.updatedAt) || b.number - a.number);
  return {
    related: related.slice(0, options.limit),
    searched: answered.map(({ query }) => query),
    incomplete: queries.length === 0 || failure !== undefined || answered.some((answer) => answer.incomplete),
  };
}

const issueSchema = z.object({
  number: issueNumber,
  title: z.string(),
  state: z.enum(['open', 'closed']),
  html_url: webUrl,
  body: z.string().nullish().catch(undefined),
  updated_at: z.iso.datetime({ offset: true }).nullish().catch(undefined),
  closed_at: z.iso.datetime({ offset: true }).nullish().catch(undefined),
  repository_url: z.string().optional().catch(undefined),
  pull_request: z.unknown().optional(),
});
type FoundIssue = z.output<typeof issueSchema>;

const searchSchema = z.object({
  total_count: z.number().catch(0),
  incomplete_results: z.boolean().catch(false),
  items: listOf(issueSchema),
});

async function search(
  client: GitHubClient,
  query: string,
  signal: AbortSignal | undefined,
): Promise<{ query: string; items: FoundIssue[]; incomplete: boolean }> {
  const { items, total_count, incomplete_results } = await client.call({
    doing: 'search issues',
    schema: searchSchema,
    signal,
    // The repository stands in the query. No `search_type`: lexical search is exact, the semantic ones are not.
    send: (octokit, { headers, request }) =>
      octokit.request('GET /search/issues', {
        q: query,
        per_page: HITS_PER_QUERY,
        headers,
        request: { ...request, longestWait: LONGEST_WAIT },
      }),
  });
  const unread = Math.max(total_count, items.received) - items.items.length;
  return { query, items: items.items, incomplete: incomplete_results || unread > 0 };
}

/** Search may answer with pull requests, and with issues that have moved elsewhere. */
function isOurs(issue: FoundIssue, { owner, repository }: GitHubClient): boolean {
  const home = `/repos/${owner}/${repository}`.toLowerCase();
  return !issue.pull_request && (issue.repository_url ?? home).toLowerCase().endsWith(home);
}

const isCurrent = (issue: FoundIssue, since: number): boolean =>
  issue.state === 'open' || Date.parse(issue.closed_at ?? issue.updated_at ?? '') >= since;

function withScore(issue: FoundIssue, signals: RelatedSignals): RelatedIssue[] {
  const body = (issue.body ?? '').slice(0, 65_536);
  const rated = scoreIssue({ title: issue.title, body }, signals);
  if (!rated) return [];
  return [
    {
      ...rated,
      reasons: rated.reasons.map((reason) => untrustedLine(reason, 120)),
      number: issue.number,
      title: untrustedLine(issue.title, 200),
      state: issue.state,
      url: issue.html_url,
      updatedAt: issue.updated_at ?? '',
    },
  ];
}
