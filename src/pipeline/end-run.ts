import type { Ledger, Owner, Run, RunView } from '../../ledger/ledger.ts';
import { commandId } from '../core/command-id.ts';
import { refusedError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import { raiseFence } from '../git/raise-fence.ts';
import type { Repository } from '../git/repository.ts';

/** The session that takes a run into its hands. */
export interface Holder {
  session: string;
  owner: Owner;
  ttlMs: number;
}

/** Takes over another session's run, under a new fence. Throws the ledger's refusal, as where its owner answers. */
export async function takeOverRun(ledger: Ledger, run: Run, holder: Holder, reason: string): Promise<Run> {
  const taken = await ledger.takeover({
    cmd: commandId(),
    run: run.run,
    expectFence: run.fence,
    reason,
    ...holder,
  });
  if (!taken.ok) throw refusedError(taken.reason, taken.advice);
  return taken.run;
}

/**
 * Ends another session's run: what it still tries is refused, and its issues are free. Answers the run under its last
 * fence. Throws as `takeOverRun`.
 */
export async function endRun(ledger: Ledger, run: Run, holder: Holder, note: string): Promise<Run> {
  const taken = await takeOverRun(ledger, run, holder, note);
  const closed = await ledger.close({
    cmd: commandId(),
    run: taken.run,
    fence: taken.fence,
    status: 'aborted',
    commits: [],
    note,
  });
  if (!closed.ok) throw refusedError(closed.reason, closed.advice);
  return taken;
}

/** What the remote was told of an issue; `problem` where it could not be. */
export interface Told {
  issue: string;
  problem: string | null;
}

/**
 * Tells the remote of a takeover, so that it refuses what a session that wakes up still pushes. Only where there is
 * something to push, and somebody who may: a process that is gone wakes no more. Never throws for a remote.
 */
export async function tellRemote(repository: Repository, from: RunView, taken: Run): Promise<Told[]> {
  if (from.liveness === 'dead') return [];
  return Promise.all(
    from.worktrees.map(async ({ incident, branch }) => {
      const { run, fence: number } = taken;
      // A run's id ends with the mark of its ledger.
      const fence = { incident, number, run, ledger: run.slice(run.lastIndexOf('-') + 1) };
      const problem = await raiseFence({ checkout: repository, fence, branch, base: taken.base });
      return { issue: shortName(incident), problem: problem ?? null };
    }),
  );
}

/** For people: one sentence for each issue. */
export const toldText = (told: readonly Told[]): string[] =>
  told.map(({ issue, problem }) =>
    problem === null
      ? `The remote refuses what that session still pushes for ${issue}.`
      : `The remote was not told that ${issue} changed hands (${problem}): until it is pushed from here, a push that session had begun may still land.`,
  );
