import { parseEvent } from '../../src/sentry/event.ts';
import { buildEvidence, type Suspect } from '../../src/sentry/evidence/evidence.ts';
import { type CrashCase, withCheckout } from './corpus.ts';

/** Where the guilty file of a case came out among the suspects. */
export interface Ranking {
  crash: CrashCase;
  suspects: Suspect[];
  /** From 1; 0 where it is not among them. */
  rank: number;
}

export interface HitRate {
  cases: number;
  /** Shares from 0 to 1. */
  top1: number;
  top3: number;
}

/** Builds the evidence of a case in its own checkout, as the server would. */
export async function rankCase(crash: CrashCase): Promise<Ranking> {
  const { suspects } = await withCheckout(crash, (checkout) =>
    buildEvidence({ event: parseEvent(crash.event), issue: { shortId: 'CORPUS-1' }, checkout }),
  );
  return { crash, suspects, rank: suspects.findIndex(({ path }) => path === crash.guilty) + 1 };
}

export function hitRate(rankings: readonly Ranking[]): HitRate {
  const share = (most: number) =>
    rankings.filter(({ rank }) => rank > 0 && rank <= most).length / Math.max(1, rankings.length);
  return { cases: rankings.length, top1: share(1), top3: share(3) };
}
