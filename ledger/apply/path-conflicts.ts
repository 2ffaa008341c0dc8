import type { Conflict, PathClaim } from '../ledger.ts';
import { overlaps } from '../overlap.ts';

/** Where two claims meet: overlapping paths, unless both share them or every session writes the file. */
export function pathConflicts(wanted: readonly PathClaim[], held: readonly PathClaim[]): Conflict['paths'] {
  const met: Conflict['paths'] = [];
  for (const want of wanted) {
    for (const have of held) {
      const isShared = have.mode === 'shared';
      if (want.mode === 'shared' && isShared) continue;
      if (!overlaps(want.glob, have.glob) || isOwnFile(want.glob) || isOwnFile(have.glob)) continue;
      met.push({ wanted: want.glob, held: have.glob, ...(isShared ? { shared: true } : {}) });
    }
  }
  return met;
}

/** The files that every session writes: the view of the ledger and the triage reports. */
export const isOwnFile = (glob: string): boolean => /^\.claude\/(active-runs\.md|sentry(\/.*)?)$/i.test(glob);
