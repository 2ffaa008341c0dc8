import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * How many commits of the write-ahead log beside `file` SQLite would pass over without a word, because something before
 * them is damaged; 0 for a log that is whole or that only ends in the middle of a write, as after a kill.
 * The format is https://sqlite.org/fileformat2.html#the_write_ahead_log
 */
export async function lostCommits(file: string): Promise<number> {
  const first = unreadCommits(logOf(file));
  if (first === 0) return 0;
  // Another process may have been writing while this one read; what is damaged stays so.
  await delay(10);
  return Math.min(first, unreadCommits(logOf(file)));
}

const HEADER = 32;
const FRAME_HEADER = 24;

function logOf(file: string): Buffer {
  try {
    return readFileSync(`${file}-wal`);
  } catch {
    return Buffer.alloc(0);
  }
}

function unreadCommits(log: Buffer): number {
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
