import { lstat, mkdtemp, opendir, rmdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DiskBounds {
  /** What a check may write into its folder in all. */
  mostBytes: number;
  /** What has to stay free on the disk. */
  leaveBytes: number;
}

/** Builds write hundreds of megabytes; two gigabytes are a program that does not stop. */
export const DISK_BOUNDS: DiskBounds = { mostBytes: 2e9, leaveBytes: 500e6 };

export interface DiskWatch {
  /** Aborted when a bound is passed. */
  signal: AbortSignal;
  /** Why, as a sentence; absent while all is well. */
  reason(): string | undefined;
  end(): void;
}

const LOOK_EVERY_MS = 1000;

/**
 * Watches what a command does to the disk: free space, which is one cheap question, and only when much of it is gone
 * what was written in `folder` since, because others fill the disk too. A disk that was too full before is not the
 * command's doing, until a tenth of what has to stay free is gone as well.
 */
export async function watchDisk(folder: string, bounds: DiskBounds): Promise<DiskWatch> {
  const started = await timeOfFiles().catch(() => Number.NaN);
  // Not a number where that cannot be told: then nothing below is ever true.
  const before = await freeBytes(folder).catch(() => Number.NaN);
  const least = before > bounds.leaveBytes ? bounds.leaveBytes : before - bounds.leaveBytes / 10;
  const cut = new AbortController();
  let reason: string | undefined;
  let isLooking = false;

  const look = async () => {
    const free = await freeBytes(folder);
    if (free < least) {
      reason = `it was ended, because it left less than ${megabytes(bounds.leaveBytes)} free on the disk`;
    } else {
      if (!(before - free > bounds.mostBytes / 2)) return;
      if ((await writtenSince(folder, started, bounds.mostBytes)) <= bounds.mostBytes) return;
      reason = `it was ended, because it wrote more than ${megabytes(bounds.mostBytes)}`;
    }
    cut.abort(new Error(reason));
  };
  const timer = setInterval(() => {
    if (isLooking || cut.signal.aborted) return;
    isLooking = true;
    // A folder that goes away while it is looked at is the command's own affair.
    look()
      .catch(() => {})
      .finally(() => {
        isLooking = false;
      });
  }, LOOK_EVERY_MS);
  timer.unref();
  return { signal: cut.signal, reason: () => reason, end: () => clearInterval(timer) };
}

/** Now, by the clock that dates files. */
async function timeOfFiles(): Promise<number> {
  const mark = await mkdtemp(join(tmpdir(), 'pitcrew-time-'));
  const { ctimeMs } = await lstat(mark);
  await rmdir(mark);
  return ctimeMs;
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Room that files changed since then take up, counted until it is more than `enough`; links are not followed. */
async function writtenSince(folder: string, since: number, enough: number): Promise<number> {
  let sum = 0;
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined && sum <= enough; next = waiting.pop()) {
    const entries = await opendir(next).catch(() => undefined);
    if (!entries) continue;
    for await (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) {
        const file = await lstat(path).catch(() => undefined);
        if (file && file.ctimeMs >= since) sum += file.blocks * BLOCK;
      }
      if (sum > enough) break;
    }
  }
  return sum;
}

/** stat(2) counts in these, whatever the file system does. */
const BLOCK = 512;

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
