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

export type WriteOutcome = 'written' | 'unchanged' | 'newer';

/**
 * Puts our block into the list of active runs: a new file in the place of the old one, never a half-written one.
 * What stands outside the block stays byte for byte; a block of a newer revision of the same store stays too.
 * Throws `upstream` when the file cannot be read or written. Callers see to it that one process writes at a time;
 * a second one is harmless unless both are within the few microseconds between the last look and the rename.
 */
export function writeView(file: string, view: { rev: number; store: string; body: string }): WriteOutcome {
  const body = `<!-- store ${view.store} -->\n${view.body}`;
  for (let attempt = 0; attempt < 5; attempt++) {
    const target = realPath(file);
    const before = readWithStats(target);
    if (before && isUtf16(before.bytes)) {
      throw upstreamError(`${file} is not UTF-8 text.`, 'Save it as UTF-8 to see the ledger in it.');
    }
    const blocks = findBlocks(before?.bytes ?? Buffer.alloc(0));
    if (blocks.some((block) => block.store === view.store && block.rev > view.rev)) return 'newer';
    if (blocks.length === 1 && blocks[0]?.body === body) return 'unchanged';
    if (!before && view.rev === 0) return 'unchanged';
    const next = withBlock(before?.bytes ?? Buffer.from(NEW_FILE), { rev: view.rev, body });
    if (replaceFile(target, next, before?.stats)) return 'written';
  }
  throw upstreamError(
    `${file} is being changed by another program again and again.`,
    'It is written anew with the next change of the ledger.',
  );
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

function readWithStats(file: string): { bytes: Buffer; stats: Stats } | undefined {
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
function replaceFile(file: string, bytes: Buffer, before: Stats | undefined): boolean {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, bytes);
    if (before) chmodSync(draft, before.mode & 0o777);
    if (!isSameFile(before, statSync(file, { throwIfNoEntry: false }))) return false;
    renameSync(draft, file);
    return true;
  } catch (error) {
    throw upstreamError(
      `${file} cannot be written: ${messageOf(error)}.`,
      'The ledger itself is not affected; make the folder writable to see its view there.',
      error,
    );
  } finally {
    rmSync(draft, { force: true });
  }
}

const isSameFile = (before: Stats | undefined, now: Stats | undefined): boolean =>
  before?.ino === now?.ino && before?.mtimeMs === now?.mtimeMs && before?.size === now?.size;
