import type { Clock } from '../src/core/clock.ts';
import { commandId } from '../src/core/command-id.ts';
import { messageOf } from '../src/core/errors.ts';
import type { Log } from '../src/core/log.ts';
import type { Ledger, Run } from './ledger.ts';

export interface LeaseOptions {
  ttlMs: number;
  clock: Clock;
  log: Log;
  /** The run is no longer this session's: its reason, and what to do. Called once a run. */
  onLost: (run: HeldRun, reason: string, advice: string) => void;
}

export type HeldRun = Pick<Run, 'run' | 'fence'>;

export interface LeaseKeeper {
  /** Keeps this run too, or goes on under its newer fence. */
  hold(run: HeldRun): void;
  release(run: string): void;
  held(): HeldRun[];
  /** Renews nothing any more; the runs stay as they are, and their lease decides. */
  stop(): void;
}

/** How often it is looked whether a renewal is due: after a laptop's sleep the leases are renewed within this time. */
const LOOK_EVERY_MS = 5000;

/**
 * The heartbeat: renews `run`, and every further one that it is given, after a third of their lease, for as long as
 * this process lives. Does not keep the process alive. A renewal that cannot be made is logged and tried again.
 */
export function holdLease(ledger: Pick<Ledger, 'renew'>, run: HeldRun, options: LeaseOptions): LeaseKeeper {
  const keeper = leaseKeeper(ledger, options);
  keeper.hold(run);
  return keeper;
}

/** `holdLease` for a session that has no run yet. */
export function leaseKeeper(ledger: Pick<Ledger, 'renew'>, options: LeaseOptions): LeaseKeeper {
  const { ttlMs, clock, log, onLost } = options;
  const runs = new Map<string, HeldRun & { renewedAt: number; isRenewing: boolean }>();

  const renew = async (held: HeldRun & { renewedAt: number; isRenewing: boolean }) => {
    held.isRenewing = true;
    const at = clock();
    try {
      const answer = await ledger.renew({ cmd: commandId(), run: held.run, fence: held.fence, ttlMs });
      if (answer.ok) held.renewedAt = at;
      // Released, or held under a newer fence, while the answer was on its way.
      else if (runs.get(held.run) === held) {
        runs.delete(held.run);
        onLost({ run: held.run, fence: held.fence }, answer.reason, answer.advice);
      }
    } catch (error) {
      log.warn(`The lease of run ${held.run} was not renewed: ${messageOf(error)}`);
    } finally {
      held.isRenewing = false;
    }
  };

  const look = () => {
    const now = clock();
    for (const held of runs.values()) {
      // A clock that was set back must not delay the renewal.
      const isDue = now < held.renewedAt || now - held.renewedAt >= ttlMs / 3;
      if (isDue && !held.isRenewing) void renew(held);
    }
  };

  const timer = setInterval(look, Math.max(1, Math.min(ttlMs / 3, LOOK_EVERY_MS)));
  timer.unref();
  return {
    hold: ({ run, fence }) => {
      if (runs.get(run)?.fence === fence) return;
      runs.set(run, { run, fence, renewedAt: clock(), isRenewing: false });
    },
    release: (run) => {
      runs.delete(run);
    },
    held: () => [...runs.values()].map(({ run, fence }) => ({ run, fence })),
    stop: () => {
      clearInterval(timer);
      runs.clear();
    },
  };
}
