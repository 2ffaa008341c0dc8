import type { Candidate } from '../query/match.ts';
import { Fault } from '../router.ts';
import type { SentryContext } from './context.ts';
import type { Span } from './issue-list.ts';

type Key = (candidate: Candidate) => number;

const DAY_MS = 86_400_000;

/** The order of a list, highest first and the newer issue first among equals. Faults: 400 for an unknown sort. */
export function sorterOf(context: SentryContext, sort: string, span: Span | null) {
  const key = keyOf(context, sort, span);
  if (!key) throw new Fault(400, { detail: `Invalid sort parameter: '${sort}'` });
  return (one: Candidate, other: Candidate): number => key(other) - key(one) || other.issue.id - one.issue.id;
}

function keyOf(context: SentryContext, sort: string, span: Span | null): Key | undefined {
  const keys: Record<string, Key> = {
    date: ({ issue }) => issue.last_seen,
    new: ({ issue }) => issue.first_seen,
    inbox: ({ issue }) => issue.first_seen,
    freq: ({ count }) => count,
    user: ({ users }) => users,
  };
  if (sort === 'trends') return trend(context, span);
  if (sort === 'recommended') return recommended(context.clock());
  return keys[sort];
}

const PRIORITY: Record<string, number> = { high: 3, medium: 2, low: 1 };

/** Sentry keeps its formula to itself; here: priority, then people, weighed by how long ago it last happened. */
const recommended =
  (now: number): Key =>
  ({ issue, users, count }) => {
    const days = Math.max(0, now - issue.last_seen) / DAY_MS;
    return ((PRIORITY[issue.priority] ?? 0) * 10 + Math.log2(1 + count + 10 * users)) / (1 + days / 7);
  };

/** Events in the later half of the span for each one in the earlier half. */
function trend(context: SentryContext, span: Span | null): Key {
  const to = span?.to ?? context.clock();
  const from = span?.from ?? to - 14 * DAY_MS;
  const middle = (from + to) / 2;
  const rows = context.database.all<{ issue_id: number; late: number; early: number }>(
    `SELECT issue_id, SUM(timestamp >= ?) AS late, SUM(timestamp < ?) AS early FROM events
     WHERE timestamp BETWEEN ? AND ? GROUP BY issue_id`,
    middle,
    middle,
    from,
    to,
  );
  const ratios = new Map(rows.map((row) => [row.issue_id, row.late / Math.max(1, row.early)]));
  return ({ issue }) => ratios.get(issue.id) ?? 0;
}
