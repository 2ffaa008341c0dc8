import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Two empty folders of one parent, under random names. */
export interface Rooms {
  base: string;
  fix: string;
}

/**
 * Gives `work` two fresh folders below `parent` and removes them after it. What a killed process left there is removed
 * by the next one; the folders of a process that still runs are left alone.
 */
export async function inTwoRooms<Result>(
  parent: string,
  work: (rooms: Rooms) => Promise<Result>,
): Promise<Result> {
  await sweep(parent);
  const name = () => randomBytes(8).toString('hex');
  const own = join(parent, `${process.pid}-${name()}`);
  const rooms: Rooms = { base: join(own, name()), fix: join(own, name()) };
  try {
    await mkdir(rooms.base, { recursive: true });
    await mkdir(rooms.fix, { recursive: true });
    return await work(rooms);
  } finally {
    await remove(own);
  }
}

async function sweep(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const left = names.filter(
    (name) => /^\d+-[0-9a-f]{16}$/.test(name) && !isRunning(Number.parseInt(name, 10)),
  );
  await Promise.all(left.map((name) => remove(join(parent, name))));
}

/** A test may leave a process behind that still writes there: tried again, and then left to the next sweep. */
const remove = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }).catch(() => {});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
