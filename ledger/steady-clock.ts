import type { SteadyTime } from './ledger.ts';
import { bootId } from './owner.ts';

/**
 * The time of this boot: all processes of the machine read the same one, and neither a corrected clock nor (on Linux) a
 * suspend moves it. `undefined` where the boot cannot be told from another.
 */
export function steadyTime(): SteadyTime | undefined {
  const boot = bootId();
  return boot === '' ? undefined : { boot, at: Math.floor(Number(process.hrtime.bigint() / 1_000_000n)) };
}
