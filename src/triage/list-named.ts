import type { SentryClient } from '../sentry/client.ts';
import { getIssue } from '../sentry/issues.ts';
import type { TriageOptions, TriageResult } from './rank.ts';

/**
 * The issues that a person named, in their order, as a triage of their own: no filter and no rank, because a person
 * asked for exactly these. Throws where one of them does not exist.
 */
export async function listNamed(request: {
  client: SentryClient;
  /** Short ids, numeric ids or addresses. */
  issues: readonly string[];
  options: TriageOptions;
  signal: AbortSignal;
}): Promise<TriageResult> {
  const { client, options, signal } = request;
  const found = await Promise.all(request.issues.map((issue) => getIssue(client, issue, signal)));
  const unique = [...new Map(found.map((issue) => [issue.id, issue])).values()];
  return {
    rows: unique.map((issue, position) => ({ index: position + 1, issue, event: 'not-asked' })),
    below: 0,
    dropped: [],
    listed: unique.length,
    hasMore: false,
    unreadable: 0,
    events: { fetched: 0, missing: 0, failed: 0, notNeeded: 0 },
    options: { ...options, query: unique.map((issue) => issue.shortId).join(' '), sort: 'date' },
  };
}
