import { type Checkout, gitRead, gitWrite } from './git.ts';
import { isAncestor, line } from './repository.ts';

/**
 * How `into` contains the work of `commit`: as an ancestor; commit by commit with the same patches (a rebase or
 * cherry-pick); or as one commit with the same combined patch (a squash merge). Undefined when it does not, also when
 * a squash was changed on its way in: then a person has to judge.
 */
export async function howMerged(
  checkout: Checkout,
  commit: string,
  into: string,
): Promise<'ancestor' | 'same patch' | undefined> {
  if (await isAncestor(checkout, commit, into)) return 'ancestor';
  const fork = await gitRead(checkout, ['merge-base', into, commit], { accept: [0, 1] });
  if (fork.code !== 0) return undefined;
  if (await allPatchesIn(checkout, into, commit)) return 'same patch';
  const squashed = await squash(checkout, line(fork.stdout), commit);
  return (await allPatchesIn(checkout, into, squashed)) ? 'same patch' : undefined;
}

/** Whether the commit is on any branch of a remote, as far as this repository has last seen them. */
export async function isPushed(checkout: Checkout, commit: string): Promise<boolean> {
  const refs = ['for-each-ref', '--count=1', '--format=%(refname)', '--contains', commit, 'refs/remotes/'];
  return (await gitRead(checkout, refs)).stdout !== '';
}

/** `git cherry` marks with `+` the commits whose patch-id the upstream lacks. Merges are not compared by it. */
async function allPatchesIn(checkout: Checkout, upstream: string, commit: string): Promise<boolean> {
  const [cherry, merges] = await Promise.all([
    gitRead(checkout, ['cherry', upstream, commit]),
    gitRead(checkout, ['rev-list', '--merges', '--count', `${upstream}..${commit}`]),
  ]);
  return line(merges.stdout) === '0' && cherry.stdout !== '' && !/^\+/m.test(cherry.stdout);
}

/** A commit object, on no branch, with everything since `fork` in one patch. */
async function squash(checkout: Checkout, fork: string, commit: string): Promise<string> {
  const who = { NAME: 'pitcrew', EMAIL: 'pitcrew@localhost' };
  const env = {
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
  };
  const made = await gitWrite(checkout, ['commit-tree', `${commit}^{tree}`, '-p', fork, '-m', 'combined'], {
    env,
  });
  return line(made.stdout);
}
