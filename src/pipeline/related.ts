import type { GitHubClient } from '../github/client.ts';
import { type RelatedAnswer, searchRelated } from '../github/search-issues.ts';
import type { GatheredEvidence } from './evidence.ts';

/** Reports closed longer ago than this are seldom about today's fault. */
const CLOSED_WITHIN_DAYS = 90;

/** Searches GitHub for reports of the same fault, with signals taken from the event. */
export function findRelated(
  client: GitHubClient,
  { issue, event, evidence }: GatheredEvidence,
  options: { now: number; limit: number },
  signal: AbortSignal,
): Promise<RelatedAnswer> {
  const { reason, declaredPaths } = evidence;
  return searchRelated(
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
    { closedWithinDays: CLOSED_WITHIN_DAYS, limit: options.limit, now: options.now },
    signal,
  );
}
