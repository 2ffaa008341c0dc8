import { inputError, refusedError, upstreamError } from '../core/errors.ts';
import { untrustedBlock } from '../core/untrusted.ts';
import { type Checkout, gitRead, gitWrite } from './git.ts';
import { defaultBase, line, resolveCommit } from './repository.ts';

/**
 * Pushes one branch as it is here to the same name on the remote, and reads back that it arrived. Never forces: where
 * the remote has something else, git refuses. With `expectedRemote`, the commit that an earlier push of ours left
 * there, the branch may be replaced while it still is at that commit (`--force-with-lease`). Hooks run, as in a
 * person's push (Git LFS uploads from one); git's own credential helpers and the ssh agent authenticate.
 *
 * Refuses the remote's default branch, and a remote that has moved on; upstream errors for the rest.
 */
export async function pushBranch(options: {
  worktree: Checkout;
  branch: string;
  /** The commit that is meant to arrive; refused where the branch is at another. */
  sha: string;
  remote?: string;
  expectedRemote?: string;
}): Promise<{ remote: string; sha: string }> {
  const { worktree, branch, sha, remote = 'origin', expectedRemote } = options;
  const ref = `refs/heads/${branch}`;
  const tip = await resolveCommit(worktree, ref);
  if (tip === undefined) throw inputError(`There is no branch ${branch} here.`, 'Commit the fix first.');
  if (tip !== sha) {
    throw refusedError(
      `${branch} is at ${tip.slice(0, 12)}, not at ${sha.slice(0, 12)}, the commit that was proven.`,
      'Ask the person to look at the commits after it; nothing was pushed.',
    );
  }
  await checkRemote(worktree, remote, branch);
  const lease = expectedRemote === undefined ? [] : [`--force-with-lease=${ref}:${expectedRemote}`];
  const quiet = ['--porcelain', '--no-follow-tags', '--recurse-submodules=no'];
  const pushed = await gitWrite(worktree, ['push', ...quiet, ...lease, remote, `${sha}:${ref}`], {
    hooks: true,
    timeoutMs: NETWORK_MS,
    accept: [0, 1, 128],
  });
  if (pushed.code !== 0) throw notPushed(branch, remote, `${pushed.stdout}\n${pushed.stderr}`);
  const there = await gitWrite(worktree, ['ls-remote', remote, ref], { timeoutMs: NETWORK_MS });
  if (!there.stdout.startsWith(`${sha}\t`)) {
    throw upstreamError(
      `${remote} does not have ${sha.slice(0, 12)} on ${branch}.`,
      'Fetch, look, push again.',
    );
  }
  return { remote, sha };
}

const NETWORK_MS = 120_000;

async function checkRemote(worktree: Checkout, remote: string, branch: string): Promise<void> {
  const known = await gitRead(worktree, ['remote']);
  if (!known.stdout.split('\n').includes(remote)) {
    throw inputError(
      `The repository has no remote ${remote}.`,
      'Add one, or hand the fix over as a patch file.',
    );
  }
  if (line((await defaultBase(worktree)).ref) === `${remote}/${branch}`) {
    throw refusedError(`${branch} is the default branch of ${remote}.`, 'Push a branch of the fix instead.');
  }
}

function notPushed(branch: string, remote: string, output: string): Error {
  const said = untrustedBlock(output, 600).trim();
  if (/\[rejected\]|stale info|fetch first|non-fast-forward/.test(said)) {
    return refusedError(
      `${remote} has commits on ${branch} that are not here.`,
      'Fetch and look at them; nothing was overwritten.',
    );
  }
  if (/authentication|permission denied|could not read username|access denied|\b403\b/i.test(said)) {
    return upstreamError(
      `${remote} did not let us push: ${said}`,
      'Check that git push works here by hand without GITHUB_TOKEN or GH_TOKEN, which git is not given (a stored login or an ssh key does it); the commit is safe on its branch.',
    );
  }
  return upstreamError(
    `The push of ${branch} failed: ${said}`,
    'Try again; the commit is safe on its branch.',
  );
}
