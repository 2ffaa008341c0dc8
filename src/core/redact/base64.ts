import type { Finder, FinderGroup, Found } from './finder.ts';
import { findIn } from './replace.ts';

/** A finder for base64 (either alphabet, on one line or folded) that has in it what one of the finders finds. */
export const wrappedIn = (groups: readonly FinderGroup[]): Finder => ({
  name: 'base64',
  find(text) {
    const found: Found[] = [];
    for (const { 0: run, index } of text.matchAll(RUNS)) {
      const whole = tokenIn(run, groups);
      if (whole !== undefined) found.push({ start: index, end: index + run.length, token: whole });
      else if (run.includes('\n')) found.push(...eachLine(run, index, groups));
    }
    return found;
  },
});

// Lines of a folded text are full but the last; the line's end parts what the runs share, so a text is read once.
const RUNS =
  /[A-Za-z0-9+/_-]{60,}(?:\r?\n[ \t]{0,16}[A-Za-z0-9+/_-]{60,})*(?:\r?\n[ \t]{0,16}[A-Za-z0-9+/_-]{1,})?={0,2}|[A-Za-z0-9+/_-]{16,}={0,2}/g;

function eachLine(run: string, index: number, groups: readonly FinderGroup[]): Found[] {
  return [...run.matchAll(/[A-Za-z0-9+/_-]{16,}={0,2}/g)].flatMap(({ 0: line, index: at }) => {
    const token = tokenIn(line, groups);
    return token === undefined ? [] : [{ start: index + at, end: index + at + line.length, token }];
  });
}

/** What stands before the base64 may be of its alphabet (a path, a name), so all four ways to align it are tried. */
function tokenIn(run: string, groups: readonly FinderGroup[]): string | undefined {
  for (let skipped = 0; skipped < 4; skipped += 1) {
    const bytes = Buffer.from(run.slice(skipped), 'base64');
    if (!isMostlyText(bytes)) continue;
    const [best] = findIn(bytes.toString('latin1'), groups).sort((one, other) => one.rank - other.rank);
    if (best) return best.token;
  }
  return undefined;
}

/** Three quarters printable ASCII: random bytes have a third. The rest is room for what was glued to the text. */
export function isMostlyText(bytes: Buffer): boolean {
  let printable = 0;
  for (const byte of bytes) if ((byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13)) printable += 1;
  return printable >= 0.75 * bytes.length;
}
