import type { Owner } from './ledger.ts';
import { ownerKey, type Sight } from './liveness.ts';
import { type OwnerLiveness, ownerLiveness } from './owner.ts';

/**
 * What this machine can see of the processes behind runs and tickets, by `ownerKey`. A process that is gone stays gone,
 * so this may be asked ahead of a transaction; one that was there a moment ago may have gone since, which the next
 * operation sees.
 */
export function sightOf(
  holders: Iterable<{ owner: Owner }>,
  judge: (owner: Owner) => OwnerLiveness = ownerLiveness,
): Required<Pick<Sight, 'gone' | 'alive'>> {
  const gone = new Set<string>();
  const alive = new Set<string>();
  for (const { owner } of holders) {
    const key = ownerKey(owner);
    if (gone.has(key) || alive.has(key)) continue;
    const liveness = judge(owner);
    if (liveness === 'gone') gone.add(key);
    if (liveness === 'alive') alive.add(key);
  }
  return { gone, alive };
}
