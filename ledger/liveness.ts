import type { Liveness, Owner, Run, SteadyTime } from './ledger.ts';
import { STALE_AFTER_MS } from './limits.ts';

/** What is known of owners at one moment; times in epoch milliseconds. */
export interface Sight {
  now: number;
  /** Keys of owners whose process is known to be gone, and of those whose process is certainly there. */
  gone: ReadonlySet<string>;
  alive?: ReadonlySet<string>;
  steady?: SteadyTime;
}

/** The identity of a process; equal for two runs of one process, different after its pid is used again. */
export function ownerKey(owner: Owner): string {
  const known = keys.get(owner);
  if (known !== undefined) return known;
  const { host, boot, pidNamespace, pid, start } = owner;
  const key = `${host}\0${boot}\0${pidNamespace}\0${pid}\0${start}`;
  keys.set(owner, key);
  return key;
}

/** Asked several times for each active run in every operation. */
const keys = new WeakMap<Owner, string>();

/**
 * A run's state. A process that is gone decides at once. Otherwise the lease does, and after it two hours pass before
 * the run counts as abandoned; not while its process is there: a clock that jumps must not free what a session holds.
 */
export function livenessAt(
  run: Pick<Run, 'owner' | 'expiresAt' | 'renewedAt' | 'renewedSteady'>,
  sight: Sight,
): Liveness {
  const key = ownerKey(run.owner);
  if (sight.gone.has(key)) return 'dead';
  const age = ageOf(run, sight);
  if (age < run.expiresAt - run.renewedAt) return 'live';
  return age >= STALE_AFTER_MS && !sight.alive?.has(key) ? 'dead' : 'suspect';
}

/** Since the last renewal: by the steady clock where both times are of one boot, else by the wall's. */
function ageOf(run: Pick<Run, 'renewedAt' | 'renewedSteady'>, { now, steady }: Sight): number {
  const renewed = run.renewedSteady;
  const isComparable = steady && renewed?.boot === steady.boot && renewed.at <= steady.at;
  return isComparable ? steady.at - renewed.at : now - run.renewedAt;
}
