import type { Liveness, Owner, Run } from './ledger.ts';
import { STALE_AFTER_MS } from './limits.ts';

/** The identity of a process; equal for two runs of one process, different after its pid is used again. */
export const ownerKey = (owner: Owner): string =>
  [owner.host, owner.boot, owner.pidNamespace, owner.pid, owner.start].join('\u0000');

/**
 * A run's state at `now` (epoch milliseconds). `gone` holds the keys of owners whose process is known to be gone:
 * that decides at once. Otherwise the lease does, and after it two hours pass before the run counts as abandoned.
 */
export function livenessAt(
  run: Pick<Run, 'owner' | 'expiresAt' | 'renewedAt'>,
  now: number,
  gone: ReadonlySet<string>,
): Liveness {
  if (gone.has(ownerKey(run.owner))) return 'dead';
  if (now < run.expiresAt) return 'live';
  return now - run.renewedAt >= STALE_AFTER_MS ? 'dead' : 'suspect';
}
