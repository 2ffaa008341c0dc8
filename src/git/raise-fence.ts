import { messageOf, PitcrewError, refusedError, upstreamError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { type Fence, fenceRef, readFence, requireFollows, writeFence } from './fence.ts';
import { type Checkout, gitRead, gitWrite } from './git.ts';
import { resolveCommit } from './repository.ts';

export interface RaiseRequest {
  checkout: Checkout;
  fence: Fence;
  /** The branch that the session before may push. */
  branch: string;
  /** A commit of the repository, named where the remote does not have the branch yet. */
  base: string;
  remote?: string;
}

/** A takeover is not held up for longer by a remote that does not answer, or by a hook that tests before each push. */
const NETWORK_MS = 20_000;

/**
 * Puts the fence of a claim that was taken over onto the remote at once, alone, and not with the next push: from then on the remote
 * refuses what the session before still pushes. The branch is not touched. Answers why it is not there, in one clause, where
 * the remote cannot be reached, takes no such ref, or has a fence that this one may not follow; undefined when it is. Never
 * throws for any of that.
 */
export async function raiseFence(request: RaiseRequest): Promise<string | undefined> {
  try {
    await raise({ remote: 'origin', ...request });
    return undefined;
  } catch (error) {
    if (error instanceof PitcrewError) return untrustedLine(messageOf(error).replace(/\.$/, ''), 200);
    throw error;
  }
}

async function raise(request: RaiseRequest & { remote: string }): Promise<void> {
  const { checkout, fence, branch, base, remote } = request;
  const known = await gitRead(checkout, ['remote']);
  if (!known.stdout.split('\n').includes(remote)) throw refusedError(`there is no remote ${remote}`, '');
  const ref = fenceRef(fence.incident);
  const seen = await look(request, ref);
  if (seen.fence !== undefined) await requireOlder(request, ref, { ...seen, fence: seen.fence });
  const sha = seen.branch ?? (await resolveCommit(checkout, base)) ?? base;
  const id = await writeFence(checkout, fence, { branch, sha, before: seen.fence });
  const lease = `--force-with-lease=${ref}:${seen.fence ?? ''}`;
  const quiet = ['--porcelain', '--no-follow-tags', '--recurse-submodules=no'];
  const answer = await gitWrite(checkout, ['push', ...quiet, lease, remote, `${id}:${ref}`], {
    hooks: true,
    timeoutMs: NETWORK_MS,
    accept: [0, 1, 128],
  });
  if (answer.code === 0) return;
  const reason = /\[(?:remote )?rejected\] \((.*)\)/.exec(answer.stdout)?.[1];
  throw upstreamError(reason ?? answer.stderr.trim(), '');
}

async function look({ checkout, branch, remote }: RaiseRequest, ref: string) {
  const head = `refs/heads/${branch}`;
  const answer = await gitWrite(checkout, ['ls-remote', remote ?? 'origin', head, ref], {
    timeoutMs: NETWORK_MS,
    accept: [0, 128],
  });
  if (answer.code !== 0) throw upstreamError(answer.stderr.trim(), '');
  const rows = answer.stdout.split('\n').map((row) => row.split('\t'));
  const at = (name: string): string | undefined => rows.find((row) => row[1] === name)?.[0];
  return { branch: at(head), fence: at(ref) };
}

/** As a push asks: a fence of another ledger, or a newer one, is not replaced. */
async function requireOlder(
  { checkout, fence, branch, base, remote = 'origin' }: RaiseRequest,
  ref: string,
  seen: { branch: string | undefined; fence: string },
): Promise<void> {
  if ((await resolveCommit(checkout, seen.fence)) === undefined) {
    const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
    await gitWrite(checkout, ['fetch', ...quiet, remote, ref], { timeoutMs: NETWORK_MS });
  }
  const found = await readFence(checkout, seen.fence);
  const branchExists = seen.branch !== undefined;
  const sha = (await resolveCommit(checkout, `refs/heads/${branch}`)) ?? base;
  await requireFollows(checkout, { fence, found, remote, branch, sha, branchExists });
}
