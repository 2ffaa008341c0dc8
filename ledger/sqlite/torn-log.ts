import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * How many commits of the write-ahead log beside `file` SQLite would pass over without a word, because something before
 * them is damaged; 0 for a log that is whole or that only ends in the middle of a write, as after a kill. What stands after
 * the last frame of the index beside it was never said to be there: a process that is killed between writing its commit and
 * saying so leaves it, and the next one covers only the first part of it.
 * The formats are https://sqlite.org/fileformat2.html#the_write_ahead_log and https://sqlite.org/walformat.html
 */
export async function lostCommits(file: string): Promise<number> {
  const first = unreadCommits(file);
  if (first === 0) return 0;
  // Another process may have been writing while this one read; what is damaged stays so.
  await delay(10);
  return Math.min(first, unreadCommits(file));
}

const HEADER = 32;
const FRAME_HEADER = 24;
const INDEX_HEADER = 48;

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

/** What the index says of the log: its salts, and how many frames are in it. Undefined for one that is not whole. */
function indexOf(file: string): { salts: Buffer; frames: number } | undefined {
  const index = contentOf(`${file}-shm`);
  const isWhole =
    index.length >= 2 * INDEX_HEADER &&
    index[12] === 1 &&
    index.subarray(0, INDEX_HEADER).equals(index.subarray(INDEX_HEADER, 2 * INDEX_HEADER));
  if (!isWhole) return undefined;
  // In the byte order of the machine that wrote it, which is this one.
  const frames = endianness() === 'LE' ? index.readUInt32LE(16) : index.readUInt32BE(16);
  return { salts: index.subarray(32, 40), frames };
}

function unreadCommits(file: string): number {
  // The index first: the frames that it knows of are in the log by then.
  const index = indexOf(file);
  const all = contentOf(`${file}-wal`);
  if (all.length <= HEADER + FRAME_HEADER) return 0;
  const isIndexed = index?.salts.equals(all.subarray(16, 24));
  const end = HEADER + (index?.frames ?? 0) * (FRAME_HEADER + all.readUInt32BE(8));
  return unreadIn(isIndexed ? all.subarray(0, end) : all);
}

function unreadIn(log: Buffer): number {
  if (log.length <= HEADER + FRAME_HEADER) return 0;
  const isBigEndian = (log.readUInt32BE(0) & 1) === 1;
  const pageSize = log.readUInt32BE(8);
  let sum = checksum(log, 0, 24, [0, 0], isBigEndian);
  let isWhole = sum[0] === log.readUInt32BE(24) && sum[1] === log.readUInt32BE(28);
  const frame = FRAME_HEADER + (isWhole ? pageSize : USUAL_PAGE);
  // Frames of an earlier use of the file carry other numbers; where the header is lost, the first frame tells them.
  const salts = isWhole ? log.subarray(16, 24) : log.subarray(HEADER + 8, HEADER + 16);
  let unread = 0;
  for (let at = HEADER; at + frame <= log.length; at += frame) {
    const isOurs = log.subarray(at + 8, at + 16).equals(salts);
    if (isWhole) {
      sum = checksum(log, at, at + 8, sum, isBigEndian);
      sum = checksum(log, at + FRAME_HEADER, at + frame, sum, isBigEndian);
      isWhole = isOurs && sum[0] === log.readUInt32BE(at + 16) && sum[1] === log.readUInt32BE(at + 20);
    }
    const isCommit = log.readUInt32BE(at + 4) !== 0;
    if (!isWhole && isOurs && isCommit) unread++;
  }
  return unread;
}

/** What SQLite takes where nobody asks for another. */
const USUAL_PAGE = 4096;

function checksum(
  bytes: Buffer,
  from: number,
  to: number,
  [first, second]: readonly [number, number],
  isBigEndian: boolean,
): [number, number] {
  let a = first;
  let b = second;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = from; at < to; at += 8) {
    a = (a + view.getUint32(at, !isBigEndian) + b) >>> 0;
    b = (b + view.getUint32(at + 4, !isBigEndian) + a) >>> 0;
  }
  return [a, b];
}
