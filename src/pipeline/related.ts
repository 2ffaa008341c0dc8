import type { Recent } from '../core/recent.ts';
import { untrustedLine } from '../core/untrusted.ts';
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
      // Clean already: what is searched for leaves for GitHub, with no secret and nobody's address in it.
      message: reason.messages[0] ?? '',
      functions: reason.frames.flatMap((frame) => (frame.function ? [frame.function] : [])).slice(0, 5),
      files: declaredPaths.slice(0, 5),
      title: untrustedLine(issue.title, 500),
      ...(event.platform ? { platform: event.platform } : {}),
      ...(event.release ? { release: untrustedLine(event.release, 200) } : {}),
    },
    { closedWithinDays: CLOSED_WITHIN_DAYS, limit: MOST, now: options.now },
    signal,
  );
  options.cache.set(issue.shortId, answer);
  return answer;
}
