import { isMostlyText } from './base64.ts';
import { type Finder, type Found, patternFinder } from './finder.ts';

/**
 * Private keys: PEM, OpenSSH, PGP and SSH2 blocks from their first line to their last, or, where the last is missing
 * because the text was cut, for as long as lines look like those of a key; PuTTY's; JSON web keys.
 */
export const KEY_BLOCKS: readonly Finder[] = [
  { name: 'private-key', find: privateKeys },
  patternFinder(
    'private-key',
    ['Private-Lines:'],
    /(Private-Lines: \d{1,3}\s{1,4})[A-Za-z0-9+/=\s]{16,20000}(?:Private-MAC: [0-9a-f]{16,128})?/g,
  ),
  patternFinder('private-key', ['"kty"'], /("(?:d|p|q|dp|dq|qi|k)"\s{0,4}:\s{0,4}")[A-Za-z0-9_-]{16,2000}/g),
];

/** A line of such a block alone, which is what a frame's source context has of it. */
export const KEY_LINES: readonly Finder[] = [
  patternFinder('key-material', [], /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/]{60,200}(?![A-Za-z0-9+/_-])={0,2}/g, {
    accept: ([run]) => isRandom(run) && !isMostlyText(Buffer.from(run, 'base64')),
  }),
];

const BEGIN = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g;
const LONGEST_KEY = 20_000;

function privateKeys(text: string): Found[] {
  if (!text.includes('PRIVATE KEY')) return [];
  const found: Found[] = [];
  let done = 0;
  // Once there is no end mark any more, it is not looked for again: otherwise many beginnings would be quadratic.
  let nextEnd = 0;
  for (const { 0: begin, index } of text.matchAll(BEGIN)) {
    if (index < done) continue;
    const body = index + begin.length;
    if (nextEnd >= 0 && nextEnd < body) nextEnd = text.indexOf('END ', body);
    done = closedAt(text, body, nextEnd) ?? endOfKeyLines(text, body);
    // A program that looks for the first line names it, and has no key.
    if (done > body) found.push({ start: index, end: done, token: '[secret:private-key]' });
  }
  return found;
}

function closedAt(text: string, body: number, end: number): number | undefined {
  if (end < 0 || end - body > LONGEST_KEY) return undefined;
  END_LINE.lastIndex = end;
  const close = END_LINE.exec(text);
  return close ? end + close[0].length : undefined;
}

const END_LINE = /END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{2,5}/y;

/** Lines of base64, `Name: value` headers and empty lines. */
function endOfKeyLines(text: string, from: number): number {
  let at = from;
  for (;;) {
    KEY_LINE.lastIndex = at;
    const line = KEY_LINE.exec(text);
    if (!line || line[0] === '' || at - from > LONGEST_KEY) return at;
    at += line[0].length;
  }
}

const KEY_LINE =
  /\s{0,20}(?:[A-Za-z-]{3,20}: [^\n]{0,200}(?=\n)|[A-Za-z0-9+/]{8,2000}={0,2}(?![A-Za-z0-9]))/y;

/** Bits a character; random base64 of this length has over 5, words joined by slashes hardly over 4. */
const LEAST_ENTROPY = 4.7;

function isRandom(run: string): boolean {
  if (/ABCDEFGH|abcdefgh/.test(run)) return false;
  if (!/[a-z]/.test(run) || !/[A-Z]/.test(run) || (run.match(/\d/g) ?? []).length < 3) return false;
  const counts = new Map<string, number>();
  for (const character of run) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / run.length) * Math.log2(count / run.length);
  return bits >= LEAST_ENTROPY;
}
