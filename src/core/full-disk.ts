import { inputError, type PitcrewError } from './errors.ts';

/** How git, SQLite, shells and Node say that a disk, or the user's share of it, has no room left. */
const FULL =
  /\b(ENOSPC|EDQUOT)\b|No space left on device|Out of diskspace|Disk quota exceeded|(?:database or )?disk is full/i;

/** True for what a full disk made somebody throw, or for a text in which a program says that the disk is full. */
export function isDiskFull(thrown: unknown): boolean {
  if (typeof thrown === 'string') return FULL.test(thrown);
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if (FULL.test(error.message) || ('code' in error && FULL.test(String(error.code)))) return true;
  }
  return false;
}

/**
 * For a file, a folder or a step (`what`, at the start of a sentence) that a full disk has stopped. The move is that of
 * whoever owns the machine: no retry and no other argument helps. `left` says what is there now.
 */
export const diskFullError = (what: string, left: string, cause?: unknown): PitcrewError =>
  inputError(`${what}: the disk is full.`, `Make room on that disk, then try again; ${left}.`, cause);
