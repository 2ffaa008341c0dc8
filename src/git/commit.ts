import { setTimeout as sleep } from 'node:timers/promises';
import { inputError, refusedError, upstreamError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { type ChangedFile, parseRaw, treeWith } from './changes.ts';
import { declaredFiles } from './declared-files.ts';
import { type Checkout, gitRead, gitWrite, nulSeparated } from './git.ts';
import { OWN_IDENTITY, requireIdentity } from './identity.ts';
import { withPrivateIndex } from './private-index.ts';
import { checkoutAt, headOf, line, resolveCommit } from './repository.ts';

export interface CommitRequest {
  worktree: Checkout;
  branch: string;
  /** The commit that the caller believes to be checked out; anything else is refused. */
  expectedHead: string;
  /** Exactly the files that change, relative to the root: no folders, no patterns. A missing file is deleted. */
  files: readonly string[];
  message: string;
  /** Default: the person git is configured for. */
  author?: { name: string; email: string };
  /** The tree that was proven (`snapshotTree`); a commit of any other is refused. */
  expectedTree?: string;
  /** Asked right before the branch moves and right after it: throws when the caller may no longer commit. */
  guard?: () => Promise<void>;
}

export interface Commit {
  sha: string;
  tree: string;
  files: { path: string; status: ChangedFile['status'] }[];
  /** False when the worktree's own index was busy: the commit stands, only `git status` shows it as staged back. */
  indexRefreshed: boolean;
}

/**
 * Commits exactly the declared files on top of `expectedHead`: through a private index, so that nothing staged by
 * others gets in, and by compare-and-swap on the branch, so that a sibling's commit is never overwritten. The commit is
 * read back, and taken off the branch again if it is not what was declared. Until the branch moves nothing is changed;
 * killed before that, only loose objects are left; killed after it, the commit is whole. A caller that was frozen
 * between its guard and the move, and lost its claim meanwhile, meets its successor's commit at the swap, or, if there
 * is none yet, is found out by the guard that follows: its commit is taken off again.
 *
 * No hooks run (what they check belongs in the configured checks). With `commit.gpgSign` the commit is signed, as the
 * person's own would be: a rule that asks for signatures would refuse it otherwise.
 */
export async function commitFiles(request: CommitRequest): Promise<Commit> {
  const { branch, expectedHead, message } = request;
  if (message.trim() === '' || message.includes('\0'))
    throw inputError('The commit has no message.', 'Give one.');
  const checkout = await checkoutAt(request.worktree, request.worktree.root);
  await checkState(checkout, branch, expectedHead);
  const files = await declaredFiles(checkout, request.files);
  const tree = await withPrivateIndex(checkout, (index) => treeWith(checkout, index, expectedHead, files));
  const changes = await changesBetween(checkout, expectedHead, tree);
  compareWithDeclared(files, changes);
  if (request.expectedTree !== undefined && request.expectedTree !== tree) {
    throw refusedError(
      'These files are not what was proven: something changed since, or other changes were there too.',
      'Prove the fix again with exactly these files changed, then commit.',
    );
  }
  const sha = await writeCommit(checkout, request, tree);
  await request.guard?.();
  await moveBranch(checkout, branch, sha, expectedHead, message);
  await guardAfter(checkout, request, sha);
  await readBack(checkout, { branch, sha, tree, expectedHead, changes });
  const indexRefreshed = await refreshIndex(checkout, sha, files);
  return { sha, tree, files: changes.map(({ path, status }) => ({ path, status })), indexRefreshed };
}

async function checkState(checkout: Checkout, branch: string, expectedHead: string): Promise<void> {
  const [head, merging] = await Promise.all([headOf(checkout), resolveCommit(checkout, 'MERGE_HEAD')]);
  if (head.branch !== branch) {
    throw refusedError(
      `The worktree is on ${head.branch ?? 'no branch (HEAD is detached)'}, not on ${branch}.`,
      `Check out ${branch} in ${checkout.root}, then commit again.`,
    );
  }
  if (head.sha !== expectedHead) throw moved(branch);
  if (merging !== undefined) {
    throw refusedError(
      'A merge is in progress in the worktree.',
      'Finish the merge first, then commit the fix.',
    );
  }
}

const moved = (branch: string): Error =>
  refusedError(
    `${branch} has moved: somebody else committed to it.`,
    'Look at the new commit with git log, then prove and commit again.',
  );

async function changesBetween(checkout: Checkout, from: string, to: string): Promise<ChangedFile[]> {
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', from, to];
  return parseRaw((await gitRead(checkout, args)).stdout);
}

function compareWithDeclared(files: readonly string[], changes: readonly ChangedFile[]): void {
  if (changes.length === 0) {
    throw refusedError('None of the named files differs from the last commit.', 'Make the change first.');
  }
  const changed = new Set(changes.map((change) => change.path));
  const unchanged = files.filter((path) => !changed.has(path));
  const undeclared = [...changed].filter((path) => !files.includes(path));
  if (unchanged.length > 0) {
    throw refusedError(
      `Declared, but not changed: ${untrustedLine(unchanged.join(', '), 300)}.`,
      'Name only the files that the fix changes.',
    );
  }
  if (undeclared.length > 0) {
    throw refusedError(
      `The commit would also change ${untrustedLine(undeclared.join(', '), 300)}.`,
      'Declare these files too, or take those changes back.',
    );
  }
}

async function writeCommit(checkout: Checkout, request: CommitRequest, tree: string): Promise<string> {
  const { author, expectedHead, message } = request;
  const env = author && { GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email };
  const strict = [...OWN_IDENTITY, '-c', 'i18n.commitEncoding=UTF-8'];
  const [signing] = await Promise.all([
    gitRead(checkout, ['config', '--bool', '--default', 'false', '--get', 'commit.gpgSign']),
    requireIdentity(checkout),
  ]);
  const sign = line(signing.stdout) === 'true' ? ['-S'] : [];
  const args = [...strict, 'commit-tree', ...sign, tree, '-p', expectedHead, '-F', '-'];
  const input = `${message.replace(/\s+$/, '')}\n`;
  const made = await gitWrite(checkout, args, {
    input,
    timeoutMs: SIGNING_MS,
    accept: [0, 128],
    ...(env ? { env } : {}),
  });
  if (made.code !== 0) {
    throw upstreamError(
      `git could not write the commit: ${untrustedLine(made.stderr, 300)}`,
      sign.length > 0 ? 'commit.gpgSign is set: unlock the signing key, then try again.' : 'Try again.',
    );
  }
  return line(made.stdout);
}

/** A key agent may ask a person; nobody waits longer than this. */
const SIGNING_MS = 60_000;

async function moveBranch(
  checkout: Checkout,
  branch: string,
  to: string,
  from: string,
  message: string,
): Promise<void> {
  const subject = untrustedLine(message.split('\n')[0], 100);
  const args = ['update-ref', '-m', `pitcrew: ${subject}`, `refs/heads/${branch}`, to, from];
  const answer = await gitWrite(checkout, args, { accept: [0, 1, 128] });
  if (answer.code === 0) return;
  if ((await resolveCommit(checkout, `refs/heads/${branch}`)) !== from) throw moved(branch);
  throw upstreamError(`git could not move ${branch}: ${untrustedLine(answer.stderr, 300)}`, 'Try again.');
}

/** Whoever cannot say any more that it may commit does not leave a commit. */
async function guardAfter(checkout: Checkout, request: CommitRequest, sha: string): Promise<void> {
  try {
    await request.guard?.();
  } catch (error) {
    await takeOff(checkout, request.branch, sha, request.expectedHead);
    throw error;
  }
}

/** Only while the branch is at our commit: what others have put on top of it stays. */
async function takeOff(checkout: Checkout, branch: string, sha: string, back: string): Promise<void> {
  const args = ['update-ref', '-m', 'pitcrew: undo', `refs/heads/${branch}`, back, sha];
  await gitWrite(checkout, args, { accept: [0, 1, 128] });
}

/** Compares what is on the branch with what was meant, and takes the commit off again if they differ. */
async function readBack(
  checkout: Checkout,
  meant: { branch: string; sha: string; tree: string; expectedHead: string; changes: ChangedFile[] },
): Promise<void> {
  const { branch, sha, tree, expectedHead } = meant;
  const [log, changes] = await Promise.all([
    gitRead(checkout, ['log', '-1', '--format=%T %P', sha]),
    changesBetween(checkout, expectedHead, sha),
  ]);
  const same = JSON.stringify(changes) === JSON.stringify(meant.changes);
  if (line(log.stdout) === `${tree} ${expectedHead}` && same) return;
  await takeOff(checkout, branch, sha, expectedHead);
  throw refusedError(
    'The commit that git made is not the one that was declared; it was taken off the branch again.',
    `Compare ${sha.slice(0, 12)} with the declared files, then commit again.`,
  );
}

/** Tells the checkout's own index about the committed files, exactly these, so that `git status` is clean. */
async function refreshIndex(checkout: Checkout, sha: string, files: readonly string[]): Promise<boolean> {
  const listed = await gitRead(checkout, ['ls-tree', '-r', '-z', '--full-tree', sha, '--', ...files]);
  const entries = nulSeparated(listed.stdout);
  const present = new Set(entries.map((entry) => entry.slice(entry.indexOf('\t') + 1)));
  const removed = files.filter((path) => !present.has(path)).map((path) => `0 ${'0'.repeat(40)}\t${path}`);
  for (let attempt = 0; attempt < INDEX_ATTEMPTS; attempt++) {
    if (attempt > 0) await sleep(200);
    const input = [...removed, ...entries].join('\0');
    const done = await gitWrite(checkout, ['update-index', '-z', '--index-info'], {
      input,
      accept: [0, 128],
    });
    if (done.code !== 0) continue;
    // Only the remembered times and sizes: spares the next reader from comparing contents.
    await gitWrite(checkout, ['update-index', '-q', '--refresh'], { accept: [0, 1, 128] });
    return true;
  }
  return false;
}

/** Another git command holds the index's lock for some milliseconds, an editor's plug-in for longer. */
const INDEX_ATTEMPTS = 6;
