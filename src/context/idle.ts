import type { Run } from '../../ledger/ledger.ts';
import { type Clock, spanOf } from '../core/clock.ts';
import { shortName } from '../core/incident.ts';
import type { Log } from '../core/log.ts';
import type { OpenLedger } from './ledger.ts';

/** A client that was left open overnight must not hold files for a week: a working day without a call is enough. */
export const IDLE_AFTER_MS = 8 * 3_600_000;

const LOOK_EVERY_MS = 5000;

/**
 * The same ledger, whose leases are not renewed any more once nothing was asked for so long; then they run out as those
 * of a session that is gone do. The next step of an issue holds its run again, if nobody took it. `lastUsed` is in epoch
 * milliseconds.
 */
export function untilIdle(
  opened: OpenLedger,
  { clock, log, lastUsed }: { clock: Clock; log: Log; lastUsed: () => number },
): OpenLedger {
  const held = new Map<string, Run>();
  const timer = setInterval(() => {
    const idle = clock() - lastUsed();
    if (held.size === 0 || idle < IDLE_AFTER_MS) return;
    const issues = [...held.values()].flatMap((run) => run.incidents.map(shortName));
    log.warn(
      `Nothing was asked of Pitcrew for ${spanOf(idle)}, so the claim of ${issues.join(', ')} is not renewed any more, and a person may let others take it over. The next step of the issue renews it.`,
    );
    for (const run of held.values()) opened.release(run);
    held.clear();
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    ledger: opened.ledger,
    hold(run) {
      held.set(run.run, run);
      opened.hold(run);
    },
    release(run) {
      held.delete(run.run);
      opened.release(run);
    },
    async dispose() {
      clearInterval(timer);
      await opened.dispose();
    },
  };
}
