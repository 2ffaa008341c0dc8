import type { SentryEvent } from '../event.ts';
import type { LocatedFrame } from './locate.ts';

/** A file that names what the crash missed: a key, a property, a field. */
export interface SymbolHit {
  path: string;
  line: number;
  symbol: string;
  /** True where the line gives it a value (`rate: 3`, `"rate" = `), false where it is only named. */
  assigns: boolean;
}

const MOST_SYMBOLS = 6;
/** A name that more files than this hold says nothing. */
const MOST_HOLDERS = 6;
/** Files read for it: those nearest to the stack. Keeps a call under some tens of milliseconds. */
export const MOST_READ = 60;
/** Frames, from the crash, whose folders count as near. */
const MOST_NEAR = 6;

/**
 * Names that the messages of an event quote or that look like program text (`reading 'cents'`, `KeyError: 'rate'`, `gatewayStatus`),
 * then the keys in the line that crashed.
 */
export function messageSymbols(event: SentryEvent, crash: LocatedFrame | undefined): string[] {
  const messages = [...event.exceptions.map(({ value }) => value).reverse(), event.message ?? ''];
  const quoted = messages.flatMap((text) => text.slice(0, 500).match(QUOTED) ?? []);
  const worded = messages.flatMap((text) => text.slice(0, 500).match(WORDED) ?? []);
  const line = crash?.line === undefined ? '' : (crash.lines?.[crash.line - 1] ?? '').slice(0, 500);
  const keys = line.match(KEYS) ?? [];
  const names = [...quoted, ...worded, ...keys].map((text) => /([A-Za-z_]\w*)\W*$/.exec(text)?.[1] ?? '');
  return [...new Set(names)].filter((name) => name.length >= 4 && !COMMON.test(name)).slice(0, MOST_SYMBOLS);
}

const QUOTED = /(?<=["'`])[A-Za-z_][\w.]{2,60}(?=["'`])/g;
const WORDED =
  /\b(?:[a-z]+[A-Z]\w{2,40}|[a-z]+_[a-z_]{2,40}|(?:[A-Z][a-z]{1,20}){2,6}(?<!Error|Exception))\b/g;
const KEYS = /(?<=\[\s*["'])\w{4,40}(?=["'])|(?<=[.>?]\s*|->\{)[A-Za-z_]\w{3,40}(?![\w(]|\s*\()/g;
const COMMON =
  /^(undefined|null|None|object|string|number|length|value|data|name|type|this|self|error|message|index|items|true|false|body|result|default|exports|prototype)$/;

/** Which of `sources` (the application's own), of those nearest to `near`, hold the symbols, the first line of each that gives a value to one, else that names one. */
export async function searchSymbols(
  symbols: readonly string[],
  sources: readonly string[],
  near: readonly string[],
  read: (path: string) => Promise<readonly string[] | undefined>,
): Promise<SymbolHit[]> {
  if (symbols.length === 0) return [];
  const folders = [...new Set(near.slice(0, MOST_NEAR).map(folderOf))].map((folder) => folder.split('/'));
  const distances = new Map<string, number>();
  const distanceTo = (folder: string): number => {
    const known = distances.get(folder);
    if (known !== undefined) return known;
    const parts = folder.split('/');
    const distance = Math.min(...folders.map((other) => stepsBetween(parts, other)), 99);
    distances.set(folder, distance);
    return distance;
  };
  const nearest = sources
    .map((path) => ({ path, distance: distanceTo(folderOf(path)) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST_READ);
  const texts = await Promise.all(
    nearest.map(async ({ path }) => ({ path, lines: (await read(path)) ?? [] })),
  );
  return symbols.flatMap((symbol) => {
    const word = new RegExp(`\\b${symbol}\\b`);
    const holders = texts.flatMap(({ path, lines }) => hitOf(path, lines, symbol, word) ?? []);
    return holders.length > MOST_HOLDERS ? [] : holders;
  });
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function stepsBetween(one: readonly string[], other: readonly string[]): number {
  let shared = 0;
  while (shared < one.length && one[shared] === other[shared]) shared += 1;
  return one.length + other.length - 2 * shared;
}

function hitOf(path: string, lines: readonly string[], symbol: string, word: RegExp): SymbolHit | undefined {
  const named = lines.findIndex((line) => line.length < 2000 && word.test(line));
  if (named < 0) return undefined;
  const given = new RegExp(`\\b${symbol}["']?\\s*(?::(?!:)|=>?(?![=>]))`);
  const assigned = lines.findIndex((line) => line.length < 2000 && given.test(line));
  return { path, line: (assigned < 0 ? named : assigned) + 1, symbol, assigns: assigned >= 0 };
}
