import type { Ledger, RunView } from '../../ledger/ledger.ts';
import { commandId } from '../core/command-id.ts';
import { changedFiles } from '../git/changes.ts';
import { checkoutAt, type Repository } from '../git/repository.ts';

/**
 * Ends the session's runs in whose worktrees nothing was done, so that nobody looks for work that is not there. The
 * others stay as they are: their process is about to be gone, and then whoever claims the issue goes on with the work.
 */
export async function closeUntouched(
  ledger: Ledger,
  { session, repository }: { session: string; repository: Repository },
): Promise<void> {
  const { active } = await ledger.list();
  // Each on its own: there is little time, and looking into one worktree must not keep another run from its end.
  await Promise.all(
    active
      .filter((run) => run.session === session)
      .map(async (run) => {
        if (await isTouched(run, ledger, repository)) return;
        await ledger.close({
          cmd: commandId(),
          run: run.run,
          fence: run.fence,
          status: 'aborted',
          commits: [],
          note: 'its session ended before anything was changed',
        });
      }),
  );
}

/** Committed or not; what cannot be looked at counts as work. */
async function isTouched(run: RunView, ledger: Ledger, repository: Repository): Promise<boolean> {
  const changed = run.incidents.map(async (incident) => {
    const { worktree } = (await ledger.incident(incident)).steps;
    if (!worktree) return false;
    try {
      const checkout = await checkoutAt(repository, worktree.path);
      return (await changedFiles(checkout, worktree.base)).length > 0;
    } catch {
      return true;
    }
  });
  return (await Promise.all(changed)).includes(true);
}
