import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import type { OpenStore } from './store.ts';

interface Entry {
  issue: string;
  path: string;
  owner: number;
  at: number;
  open: boolean;
}

const fileIn = (folder: string): string => join(folder, 'ledger.json');

/** Tuned: with the package's own `retries: 5` (1 to 16 s apart) it is slower by a factor of 15. */
const RETRIES = { retries: 10_000, minTimeout: 2, maxTimeout: 40, factor: 1.5, randomize: true };

/** One JSON file behind proper-lockfile, replaced by a rename. */
export const openLockfileJson: OpenStore = async ({ folder, worker }) => {
  const file = fileIn(folder);
  const edit = async <Result>(work: (entries: Entry[]) => Result): Promise<Result> => {
    const release = await lockfile.lock(file, { realpath: false, stale: 10_000, retries: RETRIES });
    try {
      const entries: Entry[] = JSON.parse(await readFile(file, 'utf8'));
      const result = work(entries);
      const draft = `${file}.${randomUUID()}`;
      await writeFile(draft, JSON.stringify(entries));
      await rename(draft, file);
      return result;
    } finally {
      await release();
    }
  };
  return {
    register: ({ issue, path }) =>
      edit((entries) => {
        if (entries.some((entry) => entry.open && (entry.issue === issue || entry.path === path)))
          return false;
        entries.push({ issue, path, owner: worker, at: Date.now(), open: true });
        return true;
      }),
    close: ({ issue }) =>
      edit((entries) => {
        for (const entry of entries) if (entry.issue === issue) entry.open = false;
      }),
    end: async () => {},
  };
};

export const makeLockfileJson = (folder: string): void => writeFileSync(fileIn(folder), '[]');

export function keptInLockfileJson(folder: string): Set<string> {
  const entries: Entry[] = JSON.parse(readFileSync(fileIn(folder), 'utf8'));
  return new Set(entries.map(({ issue }) => issue));
}
