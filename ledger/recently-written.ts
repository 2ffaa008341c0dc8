import { statSync } from 'node:fs';
import { STALE_AFTER_MS } from './limits.ts';

/**
 * False where the ledger's `file` was not written for so long (`now` in epoch milliseconds) that no run in it can be
 * alive, or where there is none: told without opening it, since a hook asks before every edit.
 */
export function mayHaveLiveRuns(file: string, now: number): boolean {
  const written = [file, `${file}-wal`].map(
    (name) => statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return now - Math.max(...written) < STALE_AFTER_MS + CLOCK_SLACK_MS;
}

/** File systems and clocks differ by less than this. */
const CLOCK_SLACK_MS = 10 * 60_000;
