import type { Recent } from '../core/recent.ts';
import type { GitHubClient } from '../github/client.ts';
import { type RelatedAnswer, searchRelated } from '../github/search-issues.ts';
import type { GatheredEvidence } from './evidence.ts';

/** Reports closed longer ago than this are seldom about today's fault. */
const CLOSED_WITHIN_DAYS = 90;

const MOST = 20;

/** Searches GitHub for reports of the same fault, with signals taken from the event; GitHub allows 30 searches a minute. */
export async function findRelated(
  client: GitHubClient,
  { issue, event, evidence }: GatheredEvidence,
  options: { now: number; cache: Recent<RelatedAnswer> },
  signal: AbortSignal,
): Promise<RelatedAnswer> {
  const held = options.cache.get(issue.shortId);
  if (held) return held;
  const { reason, declaredPaths } = evidence;
  const answer = await searchRelated(
    client,
    {
      exceptionTypes: reason.types,
      message: reason.messages[0] ?? event.message ?? '',
      functions: reason.frames.flatMap((frame) => (frame.function ? [frame.function] : [])).slice(0, 5),
      files: declaredPaths.slice(0, 5),
      title: issue.title,
      ...(event.platform ? { platform: event.platform } : {}),
      ...(event.release ? { release: event.release } : {}),
    },
    { closedWithinDays: CLOSED_WITHIN_DAYS, limit: MOST, now: options.now },
    signal,
  );
  options.cache.set(issue.shortId, answer);
  return answer;
}
