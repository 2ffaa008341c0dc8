import { statSync } from 'node:fs';
import { messageOf } from '../src/core/errors.ts';
import { judgeEntry, readEntries, type WrittenEntry } from './import.ts';
import type { HandwrittenEntry } from './ledger.ts';
import { outsideOf } from './view-blocks.ts';
import { isUtf16, readViewFile } from './view-file.ts';

/**
 * A reader of the hand-written entries of one list of active runs, which reads again only when the file has changed.
 * It throws `upstream` when there is a file that cannot be read: no data is not "no conflict".
 */
export function handwrittenReader(file: string | undefined): (now: number) => HandwrittenEntry[] {
  if (file === undefined) return () => [];
  let known = '';
  let entries: WrittenEntry[] = [];
  return (now) => {
    const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
    const mark = stats ? `${stats.ino} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.size}` : 'none';
    if (mark !== known) {
      entries = readEntries(textOf(savedBytes(file)));
      known = mark;
    }
    // The age of an entry decides, so it is judged anew each time.
    return entries.map((entry) => judgeEntry(entry, now));
  };
}

/**
 * The list, also while somebody saves it: a program that writes in place empties it first, and no data is not "no
 * conflict". One that stays empty is.
 */
function savedBytes(file: string): Buffer | undefined {
  const endsAt = performance.now() + SAVING_MS;
  for (;;) {
    const bytes = readViewFile(file);
    if (bytes?.length !== 0 || performance.now() > endsAt) return bytes;
    Atomics.wait(STILL, 0, 0, 2);
  }
}

/** Once for each time that the file is found empty; the caller stands still for it. */
const SAVING_MS = 500;
const STILL = new Int32Array(new SharedArrayBuffer(4));

/** The entries of one list, from its bytes; our own block in it is left out. */
export const readWrittenList = (bytes: Buffer, now: number): HandwrittenEntry[] =>
  readEntries(textOf(bytes)).map((entry) => judgeEntry(entry, now));

/** A list for people goes on without the hand-written part, and says so in its place. */
export function readOrSay(read: () => HandwrittenEntry[]): HandwrittenEntry[] {
  try {
    return read();
  } catch (error) {
    return [
      {
        title: 'The hand-written entries cannot be read',
        paths: [],
        text: messageOf(error),
        status: 'unclear',
        isNotice: true,
      },
    ];
  }
}

function textOf(bytes: Buffer | undefined): string {
  if (bytes === undefined) return '';
  if (isUtf16(bytes)) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  return outsideOf(bytes).toString('utf8');
}
