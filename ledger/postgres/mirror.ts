import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../src/core/errors.ts';
import type { Reading } from '../reader.ts';
import { listingOf, type Picture } from './picture.ts';

/**
 * The last known rows of the repository's ledger, beside the clone. Hooks read it, as they have no time for a
 * connection, and lists when the database is out of reach. It never decides a claim.
 */
export interface Mirror {
  format: 1;
  repository: string;
  /** Epoch milliseconds by this machine's clock, and how far the server's was ahead of it. */
  at: number;
  aheadMs: number;
  picture: Picture;
}

/** In the folder `pitcrew` of the git common directory. */
export const mirrorFile = (folder: string): string => join(folder, 'active-runs.json');

/** `undefined` where there is none. Throws what cannot be read: that is not "nobody holds anything". */
export function readMirror(file: string): Mirror | undefined {
  if (!existsSync(file)) return undefined;
  const mirror: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof mirror !== 'object' || mirror === null || !('format' in mirror) || mirror.format !== 1) {
    throw new Error('it belongs to another version of Pitcrew');
  }
  // The form of what this program wrote is bound to the format's number.
  return mirror as Mirror;
}

/** Whole or not at all: a reader never meets half of it. An older picture never replaces a newer one of the same store. */
export function writeMirror(file: string, mirror: Mirror): void {
  const there = readOrNothing(file);
  if (there && isNewer(there, mirror)) return;
  const draft = `${file}.${process.pid}.new`;
  writeFileSync(draft, JSON.stringify(mirror), { mode: 0o600 });
  renameSync(draft, file);
}

/**
 * The active runs as the mirror has them, for hooks; `now` is epoch milliseconds. Processes of this machine are looked
 * at anew; a run elsewhere that was not renewed since the last news is `suspect`, and still in the way.
 */
export function readMirroredRuns(file: string, now: number): Reading | undefined {
  try {
    const mirror = readMirror(file);
    if (!mirror) return undefined;
    const { rev, active } = listingOf(mirror.picture, now + mirror.aheadMs);
    return { ok: true, rev, runs: active };
  } catch (error) {
    return { ok: false, reason: `${file}: ${messageOf(error)}` };
  }
}

/** Whether `there` shows a later moment of the same store than `mirror`. */
export const isNewer = (there: Mirror, mirror: Mirror): boolean =>
  there.repository === mirror.repository &&
  there.picture.store === mirror.picture.store &&
  (there.picture.rev > mirror.picture.rev ||
    (there.picture.rev === mirror.picture.rev && there.picture.now > mirror.picture.now));

function readOrNothing(file: string): Mirror | undefined {
  try {
    return readMirror(file);
  } catch {
    return undefined;
  }
}
