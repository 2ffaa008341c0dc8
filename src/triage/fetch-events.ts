import { messageOf } from '../core/errors.ts';
import type { SentryClient } from '../sentry/client.ts';
import type { SentryIssue } from '../sentry/issue.ts';
import { latestEvent } from '../sentry/issues.ts';
import { compareScored, highestScore, type Score, scoreIssue } from './score.ts';
import { type EventSignals, signalsOf } from './signals.ts';

export interface FetchedEvent {
  state: 'fetched' | 'missing' | 'failed';
  problem?: string;
  signals?: EventSignals;
}

export interface ScoredRow {
  issue: SentryIssue;
  score: Score;
  event: FetchedEvent['state'] | 'not-asked';
  problem?: string;
}

interface RankRequest {
  client: SentryClient;
  issues: readonly SentryIssue[];
  top: number;
  signal: AbortSignal | undefined;
  onProgress: (message: string) => void;
}

/** Below the client's own limit on requests under way, so that other calls are not held up by a triage. */
const WORKERS = 16;

/**
 * The `top` best issues by score. Events are fetched side by side, the issues that can score highest first, and only as
 * long as one that is left could still enter the top: the listing alone bounds the score, so the result is the same
 * as with every event, for a fraction of the requests. A failed fetch costs its event, never its row.
 */
export async function rankByScore({ client, issues, top, signal, onProgress }: RankRequest) {
  const waiting = issues
    .map((issue) => ({ issue, highest: highestScore(issue) }))
    .sort((one, other) => other.highest - one.highest);
  const scored: (ScoredRow & { points: number })[] = [];
  let next = 0;
  const work = async () => {
    for (let item = waiting[next]; item && item.highest >= leastOfTop(scored, top); item = waiting[next]) {
      next++;
      const { state, problem, signals } = await fetchEvent(client, item.issue, signal);
      const score = scoreIssue(item.issue, signals);
      scored.push({
        issue: item.issue,
        score,
        points: score.score,
        event: state,
        ...(problem ? { problem } : {}),
      });
      if (scored.length % 10 === 0)
        onProgress(`${scored.length} of at most ${issues.length} events looked at`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  const rows = scored
    .sort((one, other) => compareScored({ ...one, score: one.points }, { ...other, score: other.points }))
    .slice(0, top)
    .map(({ points: _, ...row }): ScoredRow => row);
  const count = (state: FetchedEvent['state']) => scored.filter((row) => row.event === state).length;
  const events = {
    fetched: count('fetched'),
    missing: count('missing'),
    failed: count('failed'),
    notNeeded: issues.length - scored.length,
  };
  return { rows, events };
}

/** The score that an issue has to reach to be in the top; a tie may still win by its date. */
function leastOfTop(scored: readonly { points: number }[], top: number): number {
  if (scored.length < top) return 0;
  return scored.map(({ points }) => points).sort((one, other) => other - one)[top - 1] ?? 0;
}

async function fetchEvent(
  client: SentryClient,
  issue: SentryIssue,
  signal: AbortSignal | undefined,
): Promise<FetchedEvent> {
  try {
    const event = await latestEvent(client, issue.id, 'latest', signal);
    if (event === undefined) return { state: 'missing', problem: 'Sentry has no event of this issue.' };
    return { state: 'fetched', signals: signalsOf(event) };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { state: 'failed', problem: messageOf(error) };
  }
}
