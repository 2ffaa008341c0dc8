import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, upstreamError } from '../src/core/errors.ts';
import { findBlocks, withBlock } from './view-blocks.ts';
import { keepOld, lateIn, tookBack, withLate } from './view-late.ts';

/** `busy`: somebody is saving it at this moment, or again and again; to be tried a little later. */
export type WriteOutcome = 'written' | 'unchanged' | 'newer' | 'busy';

export interface WriteOptions {
  /** Where replaced lists are kept for a while, on the list's own file system: what is written into them late is taken back. */
  keep?: string;
  /** A list without a byte is one, and not the first half of somebody's saving. */
  mayBeEmpty?: boolean;
}

/**
 * Puts our block into the list of active runs: a new file in the place of the old one, never a half-written one.
 * What stands outside the block stays byte for byte; a block of a newer revision of the same store stays too. What others
 * write into the old file while it is replaced is found there by the next call with the same `keep`, and joins the list.
 * Throws `upstream` when the file cannot be read or written. Callers see to it that one process writes at a time.
 */
export function writeView(
  file: string,
  view: { rev: number; store: string; body: string },
  options: WriteOptions = {},
): WriteOutcome {
  const body = `<!-- store ${view.store} -->\n${view.body}`;
  return change(file, options, (bytes) => {
    const blocks = findBlocks(bytes ?? Buffer.alloc(0));
    if (blocks.some((block) => block.store === view.store && block.rev > view.rev)) return 'newer';
    if (blocks.length === 1 && blocks[0]?.body === body) return 'unchanged';
    if (!bytes && view.rev === 0) return 'unchanged';
    return withBlock(bytes ?? Buffer.from(NEW_FILE), { rev: view.rev, body });
  });
}

/** Brings what was written late into the list, and nothing else: see `writeView`. */
export const takeBackLate = (file: string, options: WriteOptions & { keep: string }): WriteOutcome =>
  change(file, options, () => 'unchanged');

/** Under load a program that saves may be kept from its second half for longer than one try. */
const TRIES = 5;

function change(
  file: string,
  { keep, mayBeEmpty }: WriteOptions,
  next: (bytes: Buffer | undefined) => Buffer | Exclude<WriteOutcome, 'written' | 'busy'>,
): WriteOutcome {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const target = realPath(file);
    const before = readWithStats(target);
    if (before && isUtf16(before.bytes)) {
      throw upstreamError(`${file} is not UTF-8 text.`, 'Save it as UTF-8 to see the ledger in it.');
    }
    if (before?.bytes.length === 0 && !mayBeEmpty) return 'busy';
    const late = keep === undefined ? [] : lateIn(keep);
    const merged = before && withLate(before.bytes, late);
    const wanted = next(merged);
    const bytes = typeof wanted === 'string' ? merged : wanted;
    if (!bytes || (before && bytes.equals(before.bytes))) {
      tookBack(late);
      return typeof wanted === 'string' ? wanted : 'unchanged';
    }
    if (!replaceFile(target, bytes, before, keep)) continue;
    tookBack(late);
    return 'written';
  }
  return 'busy';
}

/** Files that start with the byte order mark of UTF-16, as some editors and shells write them. */
export const isUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

/** The bytes of the list of active runs; `undefined` where there is none. Throws `upstream` where it cannot be read. */
export function readViewFile(file: string): Buffer | undefined {
  return readWithStats(realPath(file))?.bytes;
}

const NEW_FILE = '# Active runs\n\n## Active\n\n<!-- Entries by hand go here. -->\n';

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

interface Content {
  bytes: Buffer;
  stats: Stats;
}

function readWithStats(file: string): Content | undefined {
  try {
    const stats = statSync(file);
    return { bytes: readFileSync(file), stats };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw upstreamError(
      `${file} cannot be read, so nobody can say what is claimed in it: ${messageOf(error)}.`,
      'Make the file readable for this user, then try again.',
      error,
    );
  }
}

/** False when somebody changed the file since it was read. */
function replaceFile(file: string, bytes: Buffer, before: Content | undefined, keep?: string): boolean {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  let old: ReturnType<typeof keepOld>;
  let isReplaced = false;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, bytes);
    if (before) chmodSync(draft, before.stats.mode & 0o777);
    if (before && keep !== undefined) old = keepOld(keep, file, before.bytes);
    if (old && !isSameFile(before?.stats, old.kept)) return false;
    // From here to the rename nothing may come: a program that renames its own file into place would not be seen.
    if (!isSameFile(before?.stats, statSync(file, { throwIfNoEntry: false }))) return false;
    renameSync(draft, file);
    isReplaced = true;
    return true;
  } catch (error) {
    throw upstreamError(
      `${file} cannot be written: ${messageOf(error)}.`,
      'The ledger itself is not affected; make the folder writable to see its view there.',
      error,
    );
  } finally {
    if (!isReplaced) {
      rmSync(draft, { force: true });
      old?.drop();
    }
  }
}

const isSameFile = (before: Stats | undefined, now: Stats | undefined): boolean =>
  before?.ino === now?.ino && before?.mtimeMs === now?.mtimeMs && before?.size === now?.size;
