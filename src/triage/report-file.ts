import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import lockfile from 'proper-lockfile';
import { inputError, messageOf } from '../core/errors.ts';
import { diskFullError, isDiskFull } from '../core/full-disk.ts';

/**
 * Changes a text file that several processes write: read, change, write aside, rename. `change` has to be idempotent
 * (applied to its own result it changes nothing), because it is applied again when another process got in between:
 * the lock keeps that rare, the comparison before and the look after the rename make it harmless.
 * Throws an input error where the file cannot be written.
 */
export async function changeFile(file: string, change: (text: string) => string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const release = await lockOrGoOn(file);
    try {
      await changeUntilItStands(file, change);
    } finally {
      await release();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code !== 'string') throw error;
    if (isDiskFull(error))
      throw diskFullError(`${file} cannot be written`, 'the file is as it was before', error);
    throw inputError(
      `${file} cannot be written: ${messageOf(error)}.`,
      'Make the file and its folder writable, then try again.',
      error,
    );
  }
}

const MAX_ROUNDS = 100;

async function changeUntilItStands(file: string, change: (text: string) => string): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = await readOrEmpty(file);
    const after = change(before);
    if (after === before) return;
    const aside = `${file}.${randomUUID()}.tmp`;
    try {
      await writeFile(aside, after, { mode: 0o600 });
      if ((await readOrEmpty(file)) === before) await rename(aside, file);
    } finally {
      await rm(aside, { force: true });
    }
  }
  throw new Error(`${file} was changed by others ${MAX_ROUNDS} times in a row.`);
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

/** A lock that nobody gives back in time is ignored: it saves rounds, and guards nothing by itself. */
async function lockOrGoOn(file: string): Promise<() => Promise<void>> {
  try {
    const release = await lockfile.lock(file, {
      realpath: false,
      stale: 5000,
      retries: { retries: 80, factor: 1.3, minTimeout: 10, maxTimeout: 200, randomize: true },
      onCompromised: () => {},
    });
    return () => release().catch(() => {});
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') return async () => {};
    throw error;
  }
}
