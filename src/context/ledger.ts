import { join } from 'node:path';
import { leaseKeeper } from '../../ledger/lease.ts';
import type { Ledger, Run } from '../../ledger/ledger.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { excludePatterns } from '../git/exclude.ts';
import type { Repository } from '../git/repository.ts';

export interface OpenLedger {
  ledger: Ledger;
  hold(run: Run): void;
  release(run: Run): void;
  dispose(): Promise<void>;
}

/** What Pitcrew writes into the main checkout: nobody should find it in their `git status`, or commit it unawares. */
const WRITTEN_HERE = [
  '/.pitcrew/',
  '/.claude/active-runs.md',
  '/.claude/active-runs.md.*',
  '/.claude/sentry/',
];

/** Opens the store in the directory that all worktrees share, out of reach of any commit, and renews what is held. */
export async function openLedger(options: {
  repository: Repository;
  leaseMs: number;
  clock: Clock;
  log: Log;
}): Promise<OpenLedger> {
  const { repository, clock, log, leaseMs } = options;
  const { openSqliteLedger } = await import('../../ledger/sqlite-ledger.ts');
  await excludePatterns(repository, WRITTEN_HERE);
  const ledger = await openSqliteLedger({
    file: join(repository.commonDirectory, 'pitcrew', 'ledger.db'),
    view: { file: join(repository.mainCheckout, '.claude', 'active-runs.md') },
    clock,
    log,
  });
  const leases = leaseKeeper(ledger, {
    ttlMs: leaseMs,
    clock,
    log,
    // The next step of the lost run is refused by the ledger itself; this only tells people why.
    onLost: (run, reason, advice) => log.warn(`Run ${run.run} is no longer held: ${reason} ${advice}`),
  });
  return {
    ledger,
    hold: (run) => leases.hold(run),
    release: (run) => leases.release(run.run),
    async dispose() {
      leases.stop();
      await ledger.dispose();
    },
  };
}
