import { inputError, refusedError, upstreamError } from '../core/errors.ts';
import { untrustedBlock, untrustedLine } from '../core/untrusted.ts';
import { type Fence, fenceRef, readFence, requireFollows, writeFence } from './fence.ts';
import { type Checkout, type GitAnswer, gitWrite } from './git.ts';
import { fromMainCheckout, remoteUrl } from './remote.ts';
import { defaultBase, isAncestor, line, resolveCommit } from './repository.ts';

export interface PushRequest {
  worktree: Checkout;
  branch: string;
  /** The commit that is meant to arrive; refused where the branch is at another. */
  sha: string;
  remote?: string;
  /** The commit that an earlier push of ours left there, which may be replaced. */
  expectedRemote?: string;
  fence: Fence;
  /** Asked after the remote was looked at and before anything is sent; throws when the claim is no longer in force. */
  guard: () => Promise<void>;
}

export interface Pushed {
  remote: string;
  sha: string;
  /** Why only the branch was pushed, in the remote's words, where it takes no fence. */
  unfenced?: string;
}

/**
 * Pushes one branch as it is here to the same name on the remote, together with the fence of its claim, in one atomic
 * push that the remote refuses if either is not as it was when the guard was asked: a session that was frozen in
 * between cannot overwrite the one that took over. Reads back that it arrived. The branch is never replaced unless it
 * is at `expectedRemote`. A remote that takes no such ref gets the branch alone, on the same condition. Hooks run, as
 * in a person's push (Git LFS uploads from one); git's own credential helpers and the ssh agent authenticate.
 *
 * Refuses the remote's default branch, a remote that has moved on, and a newer fence or another ledger's; upstream
 * errors for the rest.
 */
export async function pushBranch(request: PushRequest): Promise<Pushed> {
  const { worktree, branch, sha, remote = 'origin', fence } = request;
  const ref = `refs/heads/${branch}`;
  const tip = await resolveCommit(worktree, ref);
  if (tip === undefined) throw inputError(`There is no branch ${branch} here.`, 'Commit the fix first.');
  if (tip !== sha) {
    throw refusedError(
      `${branch} is at ${tip.slice(0, 12)}, not at ${sha.slice(0, 12)}, the commit that was proven.`,
      'Ask the person to look at the commits after it; nothing was pushed.',
    );
  }
  const url = await checkRemote(worktree, remote, branch);
  const found = await fromMainCheckout(worktree, url);
  const place: Place = { worktree, found, remote, branch, ref, fenceRef: fenceRef(fence.incident) };
  const seen = await look(place);
  await checkFence(place, seen, request);
  await checkBranch(place, seen, request);
  const id = await writeFence(worktree, fence, { branch, sha, before: seen.fence });
  await request.guard();
  const lease = { from: sha, to: ref, old: seen.branch };
  const answer = await push(place, [lease, { from: id, to: place.fenceRef, old: seen.fence }]);
  const unfenced = answer.code === 0 ? undefined : await whyNoFence(place, seen, request, { id, answer });
  if (unfenced !== undefined) {
    await request.guard();
    const plain = await push(place, [lease]);
    if (plain.code !== 0) throw notPushed(branch, remote, output(plain));
  }
  if ((await look(place)).branch !== sha) {
    throw upstreamError(
      `${remote} does not have ${sha.slice(0, 12)} on ${branch}.`,
      'Fetch, look, push again.',
    );
  }
  return { remote, sha, ...(unfenced === undefined ? {} : { unfenced }) };
}

const NETWORK_MS = 120_000;

interface Place {
  worktree: Checkout;
  /** Options before each command that talks to the remote. */
  found: string[];
  remote: string;
  branch: string;
  ref: string;
  fenceRef: string;
}
/** What the remote has; undefined for what it does not have, or hides. */
interface Seen {
  branch: string | undefined;
  fence: string | undefined;
}

async function checkRemote(worktree: Checkout, remote: string, branch: string): Promise<string> {
  const url = await remoteUrl(worktree, remote);
  if (url === undefined) {
    throw inputError(
      `The repository has no remote ${remote}.`,
      'Add one, or hand the fix over as a patch file.',
    );
  }
  if (line((await defaultBase(worktree)).ref) === `${remote}/${branch}`) {
    throw refusedError(`${branch} is the default branch of ${remote}.`, 'Push a branch of the fix instead.');
  }
  return url;
}

async function look({ worktree, found, remote, branch, ref, fenceRef: fence }: Place): Promise<Seen> {
  const answer = await gitWrite(worktree, [...found, 'ls-remote', remote, ref, fence], {
    timeoutMs: NETWORK_MS,
    accept: [0, 128],
  });
  if (answer.code !== 0) throw notPushed(branch, remote, output(answer));
  const rows = answer.stdout.split('\n').map((row) => row.split('\t'));
  const at = (name: string): string | undefined => rows.find((row) => row[1] === name)?.[0];
  return { branch: at(ref), fence: at(fence) };
}

async function checkFence(place: Place, seen: Seen, { fence, sha }: PushRequest): Promise<void> {
  if (seen.fence === undefined) return;
  const { worktree, remote, branch } = place;
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
  if ((await resolveCommit(worktree, seen.fence)) === undefined) {
    await gitWrite(worktree, [...place.found, 'fetch', ...quiet, remote, place.fenceRef], {
      timeoutMs: NETWORK_MS,
    });
  }
  await requireFollows(worktree, {
    fence,
    found: await readFence(worktree, seen.fence),
    remote,
    branch,
    sha,
    branchExists: seen.branch !== undefined,
  });
}

/** The leases below would let a push replace whatever was seen, so what was seen has to be ours, or part of this. */
async function checkBranch(place: Place, seen: Seen, request: PushRequest): Promise<void> {
  const { worktree, branch, remote } = place;
  const there = seen.branch;
  if (there === undefined || there === request.sha || there === request.expectedRemote) return;
  const known = (await resolveCommit(worktree, there)) !== undefined;
  if (!known || !(await isAncestor(worktree, there, request.sha))) throw movedOn(branch, remote);
}

interface Update {
  from: string;
  to: string;
  /** What has to be there; undefined: nothing. */
  old: string | undefined;
}

function push({ worktree, found, remote }: Place, updates: Update[]): Promise<GitAnswer> {
  const quiet = ['--porcelain', '--no-follow-tags', '--recurse-submodules=no'];
  const atomic = updates.length > 1 ? ['--atomic'] : [];
  const leases = updates.map(({ to, old }) => `--force-with-lease=${to}:${old ?? ''}`);
  const refspecs = updates.map(({ from, to }) => `${from}:${to}`);
  return gitWrite(worktree, [...found, 'push', ...quiet, ...atomic, ...leases, remote, ...refspecs], {
    hooks: true,
    timeoutMs: NETWORK_MS,
    accept: [0, 1, 128],
  });
}

const output = (answer: GitAnswer): string => `${answer.stdout}\n${answer.stderr}`;

/**
 * The reason why the remote takes no fence. Whether somebody was faster is asked of the remote, not of its words, which
 * differ between servers; throws then, and where the push failed for another reason.
 */
async function whyNoFence(
  place: Place,
  before: Seen,
  request: PushRequest,
  { id, answer }: { id: string; answer: GitAnswer },
): Promise<string | undefined> {
  const { branch, remote } = place;
  const now = await look(place);
  // It arrived, only the answer did not.
  if (now.fence === id) return undefined;
  const row = answer.stdout.split('\n').find((one) => one.includes(`:${place.fenceRef}\t`)) ?? '';
  if (now.fence !== before.fence || row.includes('(stale info)')) {
    await checkFence(place, now, request);
    // An older fence that came through at the same moment, or a second call of this very session.
    throw refusedError(
      `Another push of this issue reached ${remote} at the same moment.`,
      'Nothing was pushed; repeat this step.',
    );
  }
  // git's own server lets the branch through where it only hides the fence's name, atomic or not.
  if (now.branch !== before.branch && now.branch !== request.sha) throw movedOn(branch, remote);
  if (/does not support --atomic/.test(answer.stderr)) return 'it does not support atomic pushes';
  const reason = /\[remote rejected\] \((.*)\)/.exec(row)?.[1];
  // Not the fence's fault: another push holds the ref's lock, or the branch was refused and took the fence along.
  if (reason === undefined || /lock|transaction|atomic|failed to update/.test(reason))
    throw notPushed(branch, remote, output(answer));
  return untrustedLine(reason, 100);
}

const movedOn = (branch: string, remote: string): Error =>
  refusedError(
    `${remote} has commits on ${branch} that are not here.`,
    'Fetch and look at them; nothing was overwritten.',
  );

function notPushed(branch: string, remote: string, text: string): Error {
  const said = untrustedBlock(text, 600).trim();
  if (/\[rejected\]|stale info|fetch first|non-fast-forward/.test(said)) return movedOn(branch, remote);
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
