import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { upstreamError } from '../core/errors.ts';
import { diskFullError, isDiskFull } from '../core/full-disk.ts';
import { breakLockOfTheDead, forgetHolder, noteHolder } from './lock-holder.ts';
import type { Repository } from './repository.ts';

/**
 * Runs `work` while no other Pitcrew process adds or removes a worktree of this repository: in parallel, half of
 * git's own attempts fail (measured: 49 of 80 at 16 at a time). Waits up to two minutes for its turn; a holder that
 * was killed is passed over as soon as that is certain, else after one.
 *
 * Two processes can, rarely, hold this lock at once (proper-lockfile removes a stale lock by its path), so `work`
 * must be right without it and only faster with it. `stillHeld` says whether the lock was lost meanwhile.
 */
export async function oneAtATime<Result>(
  repository: Repository,
  work: (stillHeld: () => boolean) => Promise<Result>,
): Promise<Result> {
  const folder = join(repository.commonDirectory, 'pitcrew');
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'worktrees');
  let held = true;
  const release = await acquire(repository, path, () => {
    held = false;
  });
  try {
    await noteHolder(path);
    return await work(() => held);
  } finally {
    if (held) await forgetHolder(path).catch(() => {});
    // Lost or already removed: nothing of ours is left to release.
    await release().catch(() => {});
  }
}

const STALE_MS = 60_000;
const UPDATE_MS = 5_000;
const PATIENCE_MS = 120_000;
const [SHORTEST_WAIT_MS, LONGEST_WAIT_MS] = [30, 250];

async function acquire(
  repository: Repository,
  path: string,
  onCompromised: () => void,
): Promise<() => Promise<void>> {
  const deadline = performance.now() + PATIENCE_MS;
  const options = { realpath: false, stale: STALE_MS, update: UPDATE_MS, retries: 0, onCompromised };
  for (let wait = SHORTEST_WAIT_MS; ; wait = Math.min(wait * 1.3, LONGEST_WAIT_MS)) {
    repository.signal?.throwIfAborted();
    try {
      return await lockfile.lock(path, options);
    } catch (thrown) {
      const busy = thrown instanceof Error && 'code' in thrown && thrown.code === 'ELOCKED';
      if (isDiskFull(thrown))
        throw diskFullError(
          'The lock for changing worktrees cannot be taken',
          'no worktree was changed',
          thrown,
        );
      if (busy && (await breakLockOfTheDead(path, repository.root))) continue;
      if (!busy || performance.now() > deadline) {
        throw upstreamError(
          busy
            ? 'Another process has been changing the worktrees of this repository for two minutes.'
            : 'The lock for changing worktrees could not be taken.',
          `Try again in a minute; the lock is ${path}.lock.`,
          thrown,
        );
      }
    }
    await sleep(wait * (0.5 + Math.random()), undefined, { signal: repository.signal });
  }
}
