import { randomBytes } from 'node:crypto';
import { upstreamError } from '../core/errors.ts';
import { type Checkout, gitList, gitRead, nulSeparated } from './git.ts';

/** One file that differs between two trees, with both contents. */
export interface TreeChange {
  path: string;
  /** Where it lay before, when it was renamed. */
  oldPath?: string;
  status: 'added' | 'modified' | 'deleted' | 'renamed' | 'type';
  /** Six octal digits. */
  oldMode?: string;
  mode?: string;
  /** Bytes of the new content. */
  size: number;
  linesAdded: number;
  linesRemoved: number;
  /** Decoded as UTF-8, U+FFFD for what is not; absent where there is none, or it is larger than `MAX_READ_BYTES`. */
  before?: string;
  after?: string;
  /** Another path of the new tree that differs only in case or Unicode form. */
  namesake?: string;
}

/** Larger files are not read: nobody would judge them. */
export const MAX_READ_BYTES = 1024 * 1024;
/** Nor more than this in sum. */
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;

/**
 * What differs between two trees of the repository, as their objects say: no attribute, driver, replacement or
 * setting decides what counts as text or is left out.
 */
export async function diffTrees(checkout: Checkout, from: string, to: string): Promise<TreeChange[]> {
  const plain = [
    '-r',
    '-z',
    '-M',
    '--no-abbrev',
    '--no-ext-diff',
    '--no-textconv',
    '--ignore-submodules=none',
  ];
  const said = await gitList(
    checkout,
    ['diff-tree', ...plain, '--raw', '--numstat', '--text', from, to],
    REAL_OBJECTS,
  );
  const parts = nulSeparated(said.stdout);
  const { entries, end } = parseEntries(parts);
  if (entries.length === 0) return [];
  const counts = parseCounts(parts.slice(end));
  const ids = entries.flatMap(({ oldMode, mode, oldId, id }) => [
    ...(isBlob(oldMode) ? [oldId] : []),
    ...(isBlob(mode) ? [id] : []),
  ]);
  const [blobs, namesakes] = await Promise.all([
    readBlobs(checkout, ids),
    namesakesOf(checkout, to, entries),
  ]);
  return entries.map((entry) => {
    const { path, oldPath, status, oldMode, mode } = entry;
    const before = isBlob(oldMode) ? blobs.get(entry.oldId)?.text : undefined;
    const now = isBlob(mode) ? blobs.get(entry.id) : undefined;
    const namesake = namesakes.get(path);
    return {
      path,
      ...(oldPath === undefined ? {} : { oldPath }),
      status,
      ...(oldMode === NONE ? {} : { oldMode }),
      ...(mode === NONE ? {} : { mode }),
      size: now?.size ?? 0,
      ...(counts.get(path) ?? { linesAdded: 0, linesRemoved: 0 }),
      ...(before === undefined ? {} : { before }),
      ...(now?.text === undefined ? {} : { after: now.text }),
      ...(namesake === undefined ? {} : { namesake }),
    };
  });
}

const REAL_OBJECTS = { env: { GIT_NO_REPLACE_OBJECTS: '1' } };
const NONE = '000000';
const SUBMODULE = '160000';
const isBlob = (mode: string): boolean => mode !== NONE && mode !== SUBMODULE;

interface Entry {
  path: string;
  oldPath?: string;
  status: TreeChange['status'];
  oldMode: string;
  mode: string;
  oldId: string;
  id: string;
}

/**
 * `:OLDMODE NEWMODE OLDID NEWID STATUS NUL PATH NUL`, and for a rename `OLDPATH NUL PATH NUL`. The counts follow when all
 * entries are said: they begin with a number or a dash.
 */
function parseEntries(parts: readonly string[]): { entries: Entry[]; end: number } {
  const entries: Entry[] = [];
  let at = 0;
  for (; parts[at]?.startsWith(':'); at += 2) {
    const [oldMode = '', mode = '', oldId = '', id = '', letter = ''] = parts[at]?.slice(1).split(' ') ?? [];
    const status = STATUS[letter.charAt(0)] ?? 'modified';
    const first = parts[at + 1] ?? '';
    const common = { status, oldMode, mode, oldId, id };
    if (status === 'renamed') {
      at += 1;
      entries.push({ ...common, oldPath: first, path: parts[at + 1] ?? '' });
    } else entries.push({ ...common, path: first });
  }
  return { entries, end: at };
}

const STATUS: Record<string, TreeChange['status']> = { A: 'added', D: 'deleted', T: 'type', R: 'renamed' };

/** `ADDED TAB REMOVED TAB PATH NUL`, and for a rename `ADDED TAB REMOVED TAB NUL OLDPATH NUL PATH NUL`. */
function parseCounts(parts: readonly string[]): Map<string, { linesAdded: number; linesRemoved: number }> {
  const counts = new Map<string, { linesAdded: number; linesRemoved: number }>();
  for (let at = 0; at < parts.length; at += 1) {
    const [added = '', removed = '', ...name] = parts[at]?.split('\t') ?? [];
    let path = name.join('\t');
    if (path === '') {
      path = parts[at + 2] ?? '';
      at += 2;
    }
    counts.set(path, { linesAdded: Number(added) || 0, linesRemoved: Number(removed) || 0 });
  }
  return counts;
}

async function readBlobs(
  checkout: Checkout,
  ids: readonly string[],
): Promise<Map<string, { size: number; text?: string }>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const sizes = await gitRead(checkout, ['cat-file', '--batch-check=%(objectname) %(objectsize)'], {
    ...REAL_OBJECTS,
    input: `${wanted.join('\n')}\n`,
  });
  const blobs = new Map<string, { size: number; text?: string }>();
  let total = 0;
  const readable: string[] = [];
  for (const row of sizes.stdout.split('\n')) {
    const [id = '', size = ''] = row.split(' ');
    if (!/^\d+$/.test(size)) continue;
    blobs.set(id, { size: Number(size) });
    if (Number(size) > MAX_READ_BYTES || total + Number(size) > MAX_TOTAL_BYTES) continue;
    total += Number(size);
    readable.push(id);
  }
  if (blobs.size < wanted.length) {
    throw upstreamError('git no longer has a file of this change.', 'Run fix_verify again.');
  }
  for (const [id, text] of await readTexts(checkout, readable))
    blobs.set(id, { size: blobs.get(id)?.size ?? 0, text });
  return blobs;
}

/** The contents, parted by a word that no content can know: byte counts are of no use once a text is decoded. */
async function readTexts(checkout: Checkout, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const word = randomBytes(16).toString('hex');
  const answer = await gitRead(checkout, ['cat-file', `--batch=${word} %(objectname)`], {
    ...REAL_OBJECTS,
    input: `${ids.join('\n')}\n`,
  });
  return new Map(
    answer.stdout
      .split(`${word} `)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('\n');
        return [part.slice(0, end), part.slice(end + 1, -1)];
      }),
  );
}

/** For each path that is new: another of the tree, or a folder on the way, that differs only in case or Unicode form. */
async function namesakesOf(
  checkout: Checkout,
  tree: string,
  entries: readonly Entry[],
): Promise<Map<string, string>> {
  const fresh = entries.filter(({ status }) => status === 'added' || status === 'renamed');
  if (fresh.length === 0) return new Map();
  const listed = await gitRead(
    checkout,
    ['ls-tree', '-r', '-z', '--full-tree', '--name-only', tree],
    REAL_OBJECTS,
  );
  const spellings = new Map<string, string[]>();
  for (const path of new Set(nulSeparated(listed.stdout).flatMap(withFolders))) {
    const key = folded(path);
    spellings.set(key, [...(spellings.get(key) ?? []), path]);
  }
  const namesakes = new Map<string, string>();
  for (const { path } of fresh) {
    for (const part of withFolders(path)) {
      const other = spellings.get(folded(part))?.find((spelling) => spelling !== part);
      if (other !== undefined) namesakes.set(path, other);
    }
  }
  return namesakes;
}

const folded = (path: string): string => path.normalize('NFC').toLowerCase();

function withFolders(path: string): string[] {
  const segments = path.split('/');
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}
