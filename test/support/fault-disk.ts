import { appendFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/core/run.ts';

export interface SmallDisk {
  folder: string;
  /** Until not one more byte fits, or only so many. */
  fill(room?: number): void;
  makeRoom(): void;
  close(): Promise<void>;
}

/** A file system of so many MB in memory; undefined where this user or system cannot mount one. */
export async function smallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-disk-'));
  const options = { cwd: '/', env: { PATH: process.env.PATH }, timeoutMs: 10_000 };
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], options);
  if (mounted.code !== 0) {
    await rm(folder, { recursive: true });
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill(room = 0) {
      for (let bytes = 64 * 1024; bytes >= 1; ) {
        try {
          appendFileSync(ballast, Buffer.alloc(bytes));
        } catch {
          bytes = Math.floor(bytes / 2);
        }
      }
      truncateSync(ballast, Math.max(0, statSync(ballast).size - room));
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    async close() {
      const left = await run('umount', [folder], options);
      // Something of the test still has a file open there; it goes with its last user.
      if (left.code !== 0) await run('umount', ['-l', folder], options);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
