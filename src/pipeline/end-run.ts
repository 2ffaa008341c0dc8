import { randomUUID } from 'node:crypto';
import type { Ledger, Owner, Run } from '../../ledger/ledger.ts';
import { refusedError } from '../core/errors.ts';

/** The session that takes a run into its hands. */
export interface Holder {
  session: string;
  owner: Owner;
  ttlMs: number;
}

/** Takes over another session's run, under a new fence. Throws the ledger's refusal, as where its owner answers. */
export async function takeOverRun(ledger: Ledger, run: Run, holder: Holder, reason: string): Promise<Run> {
  const taken = await ledger.takeover({
    cmd: randomUUID(),
    run: run.run,
    expectFence: run.fence,
    reason,
    ...holder,
  });
  if (!taken.ok) throw refusedError(taken.reason, taken.advice);
  return taken.run;
}

/** Ends another session's run: what it still tries is refused, and its issues are free. Throws as `takeOverRun`. */
export async function endRun(ledger: Ledger, run: Run, holder: Holder, note: string): Promise<void> {
  const taken = await takeOverRun(ledger, run, holder, note);
  const closed = await ledger.close({
    cmd: randomUUID(),
    run: taken.run,
    fence: taken.fence,
    status: 'aborted',
    commits: [],
    note,
  });
  if (!closed.ok) throw refusedError(closed.reason, closed.advice);
}
