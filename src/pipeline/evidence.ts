import { isoSeconds } from '../core/clock.ts';
import { upstreamError } from '../core/errors.ts';
import type { Recent } from '../core/recent.ts';
import { compareWithRelease, knownRefs, type ReleaseComparison } from '../git/release.ts';
import { listFiles, type Repository } from '../git/repository.ts';
import type { SentryClient } from '../sentry/client.ts';
import { parseEvent, type SentryEvent } from '../sentry/event.ts';
import { checkoutOf } from '../sentry/evidence/checkout.ts';
import { buildEvidence, type Evidence, type IssueFacts } from '../sentry/evidence/evidence.ts';
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

/** Fetches an issue with one of its events, side by side with the list of files here, and builds the evidence. */
export async function gatherEvidence(request: EvidenceRequest): Promise<GatheredEvidence> {
  const { client, repository, signal } = request;
  // Asked side by side with Sentry; awaited below, and a failure must not become an unhandled rejection until then.
  const files = listFiles(repository);
  const refs = knownRefs(repository);
  files.catch(() => {});
  refs.catch(() => {});
  const fetched = await issueWithEvent(client, request.issue, request.which, signal);
  if (fetched.event === undefined) {
    throw upstreamError(
      `Sentry keeps no event of ${fetched.issue.shortId} any more.`,
      'Work from the issue page, or wait until it happens again.',
    );
  }
  const event = parseEvent(fetched.event);
  const options = {
    event,
    issue: factsOf(fetched.issue),
    checkout: checkoutOf(repository.root, () => files),
    detail: request.detail ?? 'small',
  };
  const first = await buildEvidence(options);
  if (event.release === undefined) return { issue: fetched.issue, event, evidence: first };
  const compared = await compareWithRelease({
    repository,
    release: event.release,
    files: first.declaredPaths,
    refs: await refs,
  });
  const evidence = await buildEvidence({ ...options, releaseNote: releaseNote(compared) });
  return { issue: fetched.issue, event, evidence };
}

const factsOf = ({ firstSeen, lastSeen, ...issue }: SentryIssue): IssueFacts => ({
  ...issue,
  ...(firstSeen === undefined ? {} : { firstSeen: isoSeconds(firstSeen) }),
  ...(lastSeen === undefined ? {} : { lastSeen: isoSeconds(lastSeen) }),
});

/** "Fixed already?": how far the checkout is from the release that crashed, and what touched the files since. */
function releaseNote(compared: ReleaseComparison): string {
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
