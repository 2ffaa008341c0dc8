import { messageOf, PitcrewError, upstreamError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { type FenceRecord, readFence } from './fence.ts';
import { type Checkout, gitRead, gitWrite } from './git.ts';
import { resolveCommit } from './repository.ts';

/** A fence on the remote whose branch is no longer there: the work was merged or given up. */
export interface LeftFence extends FenceRecord {
  ref: string;
  /** What the ref points to. */
  id: string;
}

const NETWORK_MS = 20_000;
/** In one fetch; what is beyond is found the next time. */
const MOST = 200;

/**
 * The fences on the remote whose branch is gone. What stands there and is not ours is left out. A `problem` in one clause
 * where the remote cannot be asked; nothing at all without a remote. Only reads, and fetches the fences' small commits.
 */
export async function leftFences(
  checkout: Checkout,
  remote = 'origin',
): Promise<{ fences: LeftFence[]; problem?: string }> {
  try {
    const known = await gitRead(checkout, ['remote']);
    if (!known.stdout.split('\n').includes(remote)) return { fences: [] };
    return { fences: await left(checkout, remote) };
  } catch (error) {
    if (!(error instanceof PitcrewError)) throw error;
    return { fences: [], problem: untrustedLine(messageOf(error).replace(/\.$/, ''), 200) };
  }
}

/** Takes a fence off the remote if it is still what was read. Throws `upstream` where the remote does not. */
export async function removeFence(checkout: Checkout, fence: Pick<LeftFence, 'ref' | 'id'>): Promise<void> {
  const { ref, id } = fence;
  const flags = ['--porcelain', '--no-follow-tags', '--recurse-submodules=no'];
  const answer = await gitWrite(
    checkout,
    ['push', ...flags, `--force-with-lease=${ref}:${id}`, 'origin', `:${ref}`],
    {
      hooks: true,
      timeoutMs: NETWORK_MS,
      accept: [0, 1, 128],
    },
  );
  if (answer.code === 0) return;
  const reason = /\[(?:remote )?rejected\] \((.*)\)/.exec(answer.stdout)?.[1] ?? answer.stderr.trim();
  throw upstreamError(`the remote keeps ${ref}: ${untrustedLine(reason, 200)}.`, 'It may stay.');
}

async function left(checkout: Checkout, remote: string): Promise<LeftFence[]> {
  const refs = (await listed(checkout, remote, ['refs/pitcrew/fence/*'])).slice(0, MOST);
  const missing: string[] = [];
  for (const { id, ref } of refs) if ((await resolveCommit(checkout, id)) === undefined) missing.push(ref);
  if (missing.length > 0) {
    const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules'];
    await gitWrite(checkout, ['fetch', ...quiet, remote, ...missing], { timeoutMs: NETWORK_MS });
  }
  const fences: LeftFence[] = [];
  for (const { id, ref } of refs) {
    const found = await readFence(checkout, id);
    if (found && /^[\w./-]{1,200}$/.test(found.branch)) fences.push({ ...found, ref, id });
  }
  if (fences.length === 0) return [];
  const heads = fences.map(({ branch }) => `refs/heads/${branch}`);
  const present = new Set((await listed(checkout, remote, heads)).map(({ ref }) => ref));
  return fences.filter(({ branch }) => !present.has(`refs/heads/${branch}`));
}

async function listed(checkout: Checkout, remote: string, patterns: string[]) {
  const answer = await gitWrite(checkout, ['ls-remote', '--refs', remote, ...patterns], {
    timeoutMs: NETWORK_MS,
    accept: [0, 128],
  });
  if (answer.code !== 0) throw upstreamError(answer.stderr.trim().split('\n')[0] ?? '', '');
  return answer.stdout.split('\n').flatMap((row) => {
    const [id, ref] = row.split('\t');
    return id && ref ? [{ id, ref }] : [];
  });
}
