import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkout } from './git.ts';
import { gitDirectoryOf } from './repository.ts';

/**
 * Gives `work` the environment of an index of its own, in the checkout's git directory, and removes it afterwards.
 * What others have staged is neither seen nor touched. The index starts empty: seed it with `read-tree`.
 */
export async function withPrivateIndex<Result>(
  checkout: Checkout,
  work: (index: { GIT_INDEX_FILE: string }) => Promise<Result>,
): Promise<Result> {
  const folder = await gitDirectoryOf(checkout);
  await sweep(folder);
  const file = join(folder, `${PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    return await work({ GIT_INDEX_FILE: file });
  } finally {
    await Promise.all([rm(file, { force: true }), rm(`${file}.lock`, { force: true })]);
  }
}

const PREFIX = 'pitcrew-index-';

/** Removes the indexes of processes that were killed. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(PREFIX) && !isAlive(Number.parseInt(name.slice(PREFIX.length), 10))) {
      await rm(join(folder, name), { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH');
  }
}
