import { randomBytes } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { mergeLate } from './view-merge.ts';

/** A program that opened the list before it was replaced may write into the old file for this long; then it is let go. */
const KEPT_MS = 10_000;
/** More than these are not looked at each time; the oldest go first. */
const MOST_KEPT = 32;

/** What was written into a file after it had been replaced. */
export interface Late {
  file: string;
  base: Buffer;
  late: Buffer;
}

/**
 * Keeps a second name of `file` in `folder`, and what it has in it now: whoever opened it before it is replaced goes on
 * writing into this old file, where nobody would find it. `undefined` where the file system has no second names.
 */
export function keepOld(
  folder: string,
  file: string,
  bytes: Buffer,
): { kept: Stats; drop(): void } | undefined {
  const path = join(folder, randomBytes(6).toString('hex'));
  const drop = () => forget(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}${BASE}`, bytes, { mode: 0o600 });
    linkSync(file, `${path}${OLD}`);
    return { kept: statSync(`${path}${OLD}`), drop };
  } catch {
    drop();
    return undefined;
  }
}

/** What came late, oldest first; old files that are over are forgotten. */
export function lateIn(folder: string): Late[] {
  const all = keptIn(folder);
  const newest = all.at(-1)?.at ?? 0;
  return all.flatMap(({ path, at }, place) => {
    const [base, late] = [read(`${path}${BASE}`), read(`${path}${OLD}`)];
    // Empty is what a program leaves that empties the file first and writes then.
    if (base && late && late.length > 0 && !late.equals(base)) return [{ file: path, base, late }];
    const isOver = newest - at > KEPT_MS || place < all.length - MOST_KEPT;
    if (!base || !late || isOver) forget(path);
    return [];
  });
}

/** `now` with all of it. */
export const withLate = (now: Buffer, late: readonly Late[]): Buffer =>
  late.reduce((bytes, one) => mergeLate(one.base, one.late, bytes), now);

/** It stands in the list now; only what comes after that is late. */
export function tookBack(late: readonly Late[]): void {
  for (const { file, late: bytes } of late) {
    writeFileSync(`${file}${NEW}`, bytes, { mode: 0o600 });
    renameSync(`${file}${NEW}`, `${file}${BASE}`);
  }
}

const BASE = '.base';
const OLD = '.old';
const NEW = '.new';

/** The base last: by it the others are found, if this is cut short. */
function forget(path: string): void {
  for (const end of [NEW, OLD, BASE]) rmSync(`${path}${end}`, { force: true });
}

function keptIn(folder: string): { path: string; at: number }[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(BASE))
    .map((name) => ({ path: join(folder, name.slice(0, -BASE.length)), at: timeOf(join(folder, name)) }))
    .sort((a, b) => a.at - b.at);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const timeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
