import type { Ledger, Run } from '../../ledger/ledger.ts';
import { messageOf, PitcrewError } from '../core/errors.ts';
import { removeHalfMade } from '../git/half-made.ts';
import { removeFence } from '../git/left-fences.ts';
import { removeWorktree } from '../git/remove-worktree.ts';
import { atMainCheckout } from '../git/repository.ts';
import { oneAtATime } from '../git/repository-lock.ts';
import { forgetMissingWorktree } from '../git/worktrees.ts';
import { endRun } from './end-run.ts';
import type { LedgerFinding, LedgerWorld } from './ledger-finding.ts';

type Repair = NonNullable<LedgerFinding['repair']>;
/** Without a ledger nothing is found that may be mended. */
type MendedWorld = LedgerWorld & { ledger: Ledger };

/**
 * Mends one finding where that loses nothing: no file that is not in a commit, no commit that is not merged. Answers what
 * was done; a refusal of git, the remote or the ledger is answered as the reason why it was left.
 */
export async function repairLedger(
  repair: Repair,
  world: MendedWorld,
): Promise<{ done: boolean; said: string }> {
  try {
    return await mend(repair, world);
  } catch (error) {
    if (error instanceof PitcrewError) return { done: false, said: `Left as it is: ${messageOf(error)}` };
    throw error;
  }
}

async function mend(repair: Repair, world: MendedWorld): Promise<{ done: boolean; said: string }> {
  const { ledger, repository, config, holder } = world;
  switch (repair.do) {
    case 'end_run':
      // Whatever writes to the ledger ends the runs of sessions that are gone: this one may be over by now.
      if (await isActive(ledger, repair.run)) await endRun(ledger, repair.run, holder, 'its session is gone');
      return { done: true, said: 'Ended.' };
    case 'forget_folder':
      return (await forgetMissingWorktree(repository, repair.path))
        ? { done: true, said: "Taken off git's list." }
        : { done: false, said: 'Left as it is: the folder is back, or somebody else mended it.' };
    case 'remove_unfinished': {
      const main = atMainCheckout(repository);
      await oneAtATime(main, () => removeHalfMade(main, repair.path, repair.head));
      return { done: true, said: 'Removed the unfinished checkout.' };
    }
    case 'remove_fence':
      await removeFence(repository, repair);
      return { done: true, said: `Taken off; it was commit ${repair.id.slice(0, 12)}.` };
    case 'remove_finished': {
      const { path, branch } = repair;
      const { base } = config.github;
      const into = base === undefined ? [] : [`refs/remotes/origin/${base}`, base];
      const removal = await removeWorktree({ repository, path, branch, requireMerged: true, into });
      return { done: true, said: `Removed${removal.branchDeleted ? ' with its merged branch' : ''}.` };
    }
  }
}

const isActive = async (ledger: Ledger, { run }: Run): Promise<boolean> =>
  (await ledger.list()).active.some((other) => other.run === run);
