import { isoSeconds } from '../core/clock.ts';
import { upstreamError } from '../core/errors.ts';
import type { Recent } from '../core/recent.ts';
import { type Comparison, type ReleaseComparison, startComparison } from '../git/release.ts';
import { listFiles, type Repository } from '../git/repository.ts';
import type { SentryClient } from '../sentry/client.ts';
import { parseEvent, type SentryEvent } from '../sentry/event.ts';
import {
  buildEvidence,
  checkoutOf,
  type Evidence,
  groundAhead,
  type IssueFacts,
} from '../sentry/evidence/evidence.ts';
import type { SentryIssue } from '../sentry/issue.ts';
import { issueWithEvent, type WhichEvent } from '../sentry/issues.ts';

export interface EvidenceRequest {
  client: SentryClient;
  repository: Repository;
  /** Short id, numeric id or the address of the issue's page. */
  issue: string;
  which?: WhichEvent;
  detail?: 'small' | 'full';
  signal: AbortSignal;
}

export interface GatheredEvidence {
  issue: SentryIssue;
  event: SentryEvent;
  evidence: Evidence;
}

/** What the steps of an issue share: the evidence of its latest event, for as long as one piece of work may take. */
export type EvidenceCache = Recent<GatheredEvidence>;
export const EVIDENCE_GOOD_FOR_MS = 15 * 60 * 1000;

/** The evidence of an issue's latest event: what this session gathered lately, else gathered now. */
export async function latestEvidence(
  request: Omit<EvidenceRequest, 'which' | 'detail'>,
  cache: EvidenceCache,
): Promise<GatheredEvidence> {
  const held = cache.get(request.issue.toUpperCase());
  if (held) return held;
  const gathered = await gatherEvidence(request);
  cache.set(gathered.issue.shortId.toUpperCase(), gathered);
  return gathered;
}

/**
 * Fetches an issue with one of its events, reads the names of files and tags here meanwhile, and builds the evidence.
 * Sentry's answer takes longest, so it is asked first: starting a process holds up everything else for some milliseconds.
 */
export async function gatherEvidence(request: EvidenceRequest): Promise<GatheredEvidence> {
  const { client, repository, signal } = request;
  const fetching = handled(issueWithEvent(client, request.issue, request.which, signal));
  await requestsSent();
  const ground = handled(groundAhead(checkoutOf(repository.root, () => listFiles(repository))));
  const comparison = startComparison(repository);
  try {
    const { issue, event: fetched } = await fetching;
    if (fetched === undefined) throw eventGone(issue);
    const event = parseEvent(fetched);
    const { release } = event;
    const evidence = await buildEvidence({
      event,
      issue: factsOf(issue),
      ground,
      detail: request.detail ?? 'small',
      ...(release === undefined ? {} : { releaseNote: noteOf(comparison, release) }),
    });
    return { issue, event, evidence };
  } finally {
    comparison.abandon();
  }
}

const eventGone = (issue: SentryIssue) =>
  upstreamError(
    `Sentry keeps no event of ${issue.shortId} any more.`,
    'Work from the issue page, or wait until it happens again.',
  );

/** A promise that is awaited later: its failure is no unhandled rejection until then. */
function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}

/** By then the requests are written: the HTTP client looks at an idle connection for a turn of the event loop before. */
const requestsSent = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

const factsOf = ({ firstSeen, lastSeen, ...issue }: SentryIssue): IssueFacts => ({
  ...issue,
  ...(firstSeen === undefined ? {} : { firstSeen: isoSeconds(firstSeen) }),
  ...(lastSeen === undefined ? {} : { lastSeen: isoSeconds(lastSeen) }),
});

/** The comparison begins at once, with what does not depend on the files; the answer is for when these are known. */
function noteOf(comparison: Comparison, release: string) {
  const { promise: files, resolve: nameFiles } = Promise.withResolvers<readonly string[]>();
  const comparing = handled(comparison.with(release, files));
  return async (paths: readonly string[]): Promise<string> => {
    nameFiles(paths);
    return noteFrom(await comparing);
  };
}

/** "Fixed already?": how far the checkout is from the release that crashed, and what touched the files since. */
function noteFrom(compared: ReleaseComparison): string {
  if (!compared.known) return compared.note;
  const { ref, ahead, behind, commits, more } = compared;
  const distance =
    ahead === 0 && behind === 0
      ? 'is the checkout itself'
      : `is ${ahead} commit(s) behind the checkout${behind > 0 ? ` and has ${behind} that the checkout lacks` : ''}`;
  const touched =
    commits.length === 0
      ? 'none touched these files since'
      : `since then these files were changed by ${commits.map(({ sha, subject }) => `${sha.slice(0, 9)} "${subject}"`).join(', ')}${more ? ' and more' : ''}: perhaps fixed already`;
  return `The release (${ref}) ${distance}; ${touched}.`;
}
