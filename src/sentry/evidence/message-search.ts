import type { SentryEvent } from '../event.ts';
import { dislike, isSourcePath } from './path-kind.ts';

/** A source line that holds a part of the incident's message: most likely where it was raised. */
export interface MessageHit {
  path: string;
  line: number;
  literal: string;
  /** True for a whole part of the message, false for half of one. */
  whole: boolean;
}

/** Shorter texts are found everywhere. */
const SHORTEST_LITERAL = 12;
const SHORTEST_HALF = 16;
const MOST_LITERALS = 4;
/** Bounds of one search, which keep it under about a second on a cold disk. */
const MOST_FILES = 3000;
const MOST_CHARACTERS = 32 * 1024 * 1024;
const MOST_HITS = 8;

/** What to look for: whole parts of a message, and their halves, for parts into which a word was filled. */
export interface Literals {
  whole: string[];
  halves: string[];
}

/**
 * The parts of the incident's messages that program text is likely to hold as they are: between the numbers, names, addresses
 * and quoted values that were filled in. Longest first; outermost exception before its causes.
 */
export function messageLiterals(event: SentryEvent): Literals {
  const messages = event.exceptions.map((exception) => exception.value).reverse();
  messages.push(event.messageTemplate ?? '', event.message ?? '');
  const literals = messages.flatMap((message) => literalsOf(message.slice(0, 2000)));
  const whole = [...new Set(literals)].slice(0, MOST_LITERALS);
  return { whole, halves: [...new Set(whole.flatMap(halvesOf))] };
}

/** Some word in the middle may have been filled in: its beginning or its end still stands in the source. */
function halvesOf(literal: string): string[] {
  const words = literal.split(' ');
  if (words.length < 5) return [];
  const middle = Math.ceil(words.length / 2);
  return [words.slice(0, middle - 1), words.slice(0, middle), words.slice(middle), words.slice(middle + 1)]
    .map((half) => half.join(' '))
    .filter((half) => half.length >= SHORTEST_HALF)
    .sort((a, b) => b.length - a.length);
}

function literalsOf(message: string): string[] {
  const quoted = message.match(/(?<=["'`])[^"'`\n]{12,160}(?=["'`])/g) ?? [];
  return [...message.split(FILLED_IN), ...quoted]
    .map((part) => part.trim().replace(/^[\s:,;.()[\]-]+|[\s:,;(['"]+$/g, ''))
    .filter((part) => part.length >= SHORTEST_LITERAL && /\p{L}{3}/u.test(part))
    .sort((a, b) => b.length - a.length);
}

const FILLED_IN =
  /\n|["'`“”‘’][^"'`“”‘’\n]{0,160}["'`“”‘’]|\b[a-z]{2,10}:\/\/\S{1,300}|\b0x[0-9a-f]{1,16}\b|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|(?<![\w.])-?\d[\d.,]{0,30}\b|%[sdirjo@]|\{[^{}\n]{0,60}\}|<[^<>\n]{1,60}>|(?:\/[\w.-]{1,80}){2,12}/gi;

/** Looks for `literals` in the source files, the application's own first, within bounds of files and characters. */
export async function searchMessages(
  literals: Literals,
  files: readonly string[],
  read: (path: string) => Promise<readonly string[] | undefined>,
): Promise<MessageHit[]> {
  if (literals.whole.length === 0) return [];
  const order = files
    .filter(isSourcePath)
    .map((path) => ({ path, rank: dislike(path) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_FILES);
  const hits: MessageHit[] = [];
  let characters = 0;
  for (
    let start = 0;
    start < order.length &&
    hits.filter((hit) => hit.whole).length < MOST_HITS &&
    characters < MOST_CHARACTERS;
    start += 16
  ) {
    const batch = order.slice(start, start + 16);
    const texts = await Promise.all(batch.map(({ path }) => read(path)));
    for (const [offset, lines] of texts.entries()) {
      const path = batch[offset]?.path;
      if (!lines || path === undefined) continue;
      characters += lines.reduce((sum, line) => sum + line.length, 0);
      const whole = findLiteral(lines, literals.whole);
      const hit = whole ?? findLiteral(lines, literals.halves);
      if (hit) hits.push({ path, ...hit, whole: whole !== undefined });
    }
  }
  return hits.sort((a, b) => Number(b.whole) - Number(a.whole)).slice(0, MOST_HITS);
}

/** The first line that holds the most telling of `literals`. */
export function findLiteral(
  lines: readonly string[],
  literals: readonly string[],
): { line: number; literal: string } | undefined {
  for (const literal of literals) {
    const index = lines.findIndex((line) => line.includes(literal));
    if (index >= 0) return { line: index + 1, literal };
  }
  return undefined;
}
