import { isoSeconds } from '../core/clock.ts';
import { refusedError } from '../core/errors.ts';
import { incidentSlug, shortName } from '../core/incident.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { type Checkout, gitRead, gitWrite } from './git.ts';
import { OWN_IDENTITY } from './identity.ts';
import { isAncestor, line, resolveCommit } from './repository.ts';

/** Under which claim of which ledger something is pushed. */
export interface Fence {
  incident: string;
  /** Rises with every claim and takeover of one ledger. */
  number: number;
  run: string;
  /** What tells one ledger from another: the numbers of two cannot be compared. */
  ledger: string;
}

/** A fence as it stands on the remote. */
export interface FenceRecord extends Omit<Fence, 'incident'> {
  /** The commit of the branch that was pushed with it. */
  commit: string;
  branch: string;
  /** The person whose git pushed it, as their commits name them. */
  by: string;
  /** Epoch milliseconds, by that machine's clock. */
  at: number;
}

/**
 * Where an incident's fence stands on the remote: `refs/pitcrew/fence/WEB-3F`, outside branches and tags, so that no
 * clone fetches it and no workflow starts. A short id that git would not take as a name is spelled as its branch is.
 */
export function fenceRef(incident: string): string {
  const name = shortName(incident);
  return `refs/pitcrew/fence/${/^[A-Z0-9_-]+$/.test(name) ? name : incidentSlug(incident)}`;
}

/**
 * Writes the object that a fence ref points to: a commit without files, whose parent is the fence before it, so that
 * every step is a fast-forward, no two are the same, and the chain says who pushed when. Answers its id.
 */
export async function writeFence(
  checkout: Checkout,
  fence: Fence,
  pushed: { branch: string; sha: string; before: string | undefined },
): Promise<string> {
  const message = [
    `pitcrew: fence ${fence.number} of ${shortName(fence.incident)}`,
    '',
    `Fence: ${fence.number}`,
    `Run: ${fence.run}`,
    `Ledger: ${fence.ledger}`,
    `Branch: ${pushed.branch}`,
    `Commit: ${pushed.sha}`,
    '',
  ].join('\n');
  const tree = line((await gitWrite(checkout, ['mktree'], { input: '' })).stdout);
  const parent = pushed.before === undefined ? [] : ['-p', pushed.before];
  const strict = [...OWN_IDENTITY, '-c', 'i18n.commitEncoding=UTF-8'];
  const args = [...strict, 'commit-tree', tree, ...parent, '-F', '-'];
  return line((await gitWrite(checkout, args, { input: message })).stdout);
}

/** The fence that the commit `id` is; undefined where it is none of ours. The commit has to be here. */
export async function readFence(checkout: Checkout, id: string): Promise<FenceRecord | undefined> {
  const answer = await gitRead(checkout, ['log', '-1', '--format=%cn%n%ct%n%B', '--end-of-options', id], {
    accept: [0, 128],
  });
  if (answer.code !== 0) return undefined;
  const [by = '', at = '', ...message] = answer.stdout.split('\n');
  const said = (name: string): string =>
    message.find((one) => one.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
  const record = { run: said('Run'), ledger: said('Ledger'), commit: said('Commit'), branch: said('Branch') };
  const number = said('Fence');
  if (!/^\d{1,15}$/.test(number) || !/^[\w-]{1,80}$/.test(record.run)) return undefined;
  if (!/^\w{1,80}$/.test(record.ledger) || !/^[0-9a-f]{40,64}$/.test(record.commit)) return undefined;
  return { ...record, number: Number(number), by: untrustedLine(by, 80), at: Number(at) * 1000 };
}

/** What a fence on the remote says about a push under `fence`. */
export interface FenceQuestion {
  fence: Fence;
  /** The fence on the remote; undefined where something else stands there. */
  found: FenceRecord | undefined;
  remote: string;
  branch: string;
  sha: string;
  /** Whether the remote has the branch. */
  branchExists: boolean;
}

/**
 * Throws a refused error, naming who, unless `fence` may follow the one that was found: an older or the same one of its
 * own ledger; or one of another ledger, whose numbers cannot be compared, if its branch is gone from the remote (the
 * work is over) or if this push goes on from its commit (nothing is lost).
 */
export async function requireFollows(checkout: Checkout, question: FenceQuestion): Promise<void> {
  const { fence, found, remote, sha } = question;
  const name = shortName(fence.incident);
  if (!found) {
    throw refusedError(
      `${fenceRef(fence.incident)} on ${remote} is not a fence that Pitcrew wrote.`,
      'Nothing was pushed. Show it to the person with git ls-remote; somebody else uses that name.',
    );
  }
  const who = `${found.by} at ${isoSeconds(found.at)} (run ${found.run}, fence ${found.number})`;
  if (found.ledger === fence.ledger) {
    if (found.number < fence.number || found.run === fence.run) return;
    throw refusedError(
      `${name} was taken over: ${remote} has a newer fence, by ${who}, and this session has the older fence ${fence.number}.`,
      'Nothing was pushed. Tell the person; ledger_status shows who holds it.',
    );
  }
  if (!question.branchExists) return;
  const known = (await resolveCommit(checkout, found.commit)) !== undefined;
  if (known && (await isAncestor(checkout, found.commit, sha))) return;
  throw refusedError(
    `${name} is worked on under another ledger: ${question.branch} was pushed to ${remote} by ${who}.`,
    'Nothing was pushed. Ask them whether that work goes on; once it is merged or closed and its branch is gone from the remote, repeat this step.',
  );
}
