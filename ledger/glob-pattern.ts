import { expandBraces } from './glob-text.ts';

/** A run of path segments; `**` stands for any number of them, none included. */
export type Pattern = readonly Segment[];
export type Segment = typeof GLOBSTAR | string | readonly Token[];

/** One segment's part: a character's code, a set of codes as [from, to] pairs, or `*`. */
export type Token = number | readonly CodeRange[] | typeof STAR;
export type CodeRange = readonly [from: number, to: number];

export const GLOBSTAR = Symbol('**');
export const STAR = Symbol('*');

/**
 * All readings of a normalised glob. A name without wildcards and without a file's ending stands for a folder and all
 * that lies beneath it. Text in brackets is read both as a set of characters and as itself: `app/[id]/page.tsx` is a
 * real file.
 */
export function compileGlob(glob: string, foldCase: boolean): Pattern[] {
  const fold = (text: string) => (foldCase ? text.normalize('NFC').toLowerCase() : text.normalize('NFC'));
  return expandBraces(glob).flatMap((alternative) => {
    const segments = alternative.split('/').filter((segment) => segment !== '');
    const readings = [compileSegments(segments, true, foldCase, fold)];
    if (alternative.includes('[')) readings.push(compileSegments(segments, false, foldCase, fold));
    return readings;
  });
}

/** A path as a pattern that matches only itself. */
export const literalPattern = (segments: readonly string[]): Pattern =>
  segments.map((segment) => segment.normalize('NFC'));

function compileSegments(
  segments: readonly string[],
  sets: boolean,
  foldCase: boolean,
  fold: (text: string) => string,
): Pattern {
  const pattern = segments.map((segment): Segment => {
    if (segment === '**') return GLOBSTAR;
    const magic = sets ? /[*?[]/ : /[*?]/;
    return magic.test(segment) ? tokens(segment, sets, foldCase, fold) : fold(segment);
  });
  return isLiteral(pattern) && isFolderName(segments.at(-1) ?? '') ? [...pattern, GLOBSTAR] : pattern;
}

export const isLiteral = (pattern: Pattern): boolean =>
  pattern.every((segment) => typeof segment === 'string');

/** `src`, `.github`, `v1.2` and `[id]`, but neither `cart.ts` nor a set of characters within a name. */
const isFolderName = (name: string): boolean =>
  !/.\.[A-Za-z][A-Za-z0-9]*$/.test(name) && !/.\[|\]./.test(name);

function tokens(segment: string, sets: boolean, foldCase: boolean, fold: (text: string) => string): Token[] {
  const result: Token[] = [];
  for (let at = 0; at < segment.length; at++) {
    const character = segment[at] ?? '';
    if (character === '*') {
      if (result.at(-1) !== STAR) result.push(STAR);
    } else if (character === '?') result.push(ANY);
    else {
      const set = character === '[' && sets ? readSet(segment, at, foldCase) : undefined;
      if (set) {
        result.push(set.ranges);
        at = set.end;
      } else for (const unit of fold(character)) result.push(unit.charCodeAt(0));
    }
  }
  return result;
}

const ANY: readonly CodeRange[] = [[0, 0xffff]];

/** `[a-z]`, `[!x]`, `[^x]`; a named class such as `[[:alpha:]]` counts as any character, which errs on the safe side. */
function readSet(
  segment: string,
  open: number,
  foldCase: boolean,
): { ranges: readonly CodeRange[]; end: number } | undefined {
  const negated = segment[open + 1] === '!' || segment[open + 1] === '^';
  const first = open + (negated ? 2 : 1);
  if (segment.startsWith('[:', first)) {
    const end = segment.indexOf(':]]', first);
    return end === -1 ? undefined : { ranges: ANY, end: end + 2 };
  }
  // A closing bracket right after the opening one is a member of the set.
  const end = segment.indexOf(']', first + 1);
  if (end === -1) return undefined;
  const listed = listedRanges(segment.slice(first, end));
  const ranges = negated ? complement(listed) : listed;
  return { ranges: foldCase ? withBothCases(ranges) : ranges, end };
}

function listedRanges(body: string): CodeRange[] {
  const ranges: CodeRange[] = [];
  for (let at = 0; at < body.length; at++) {
    const from = body.charCodeAt(at);
    if (body[at + 1] === '-' && at + 2 < body.length) {
      ranges.push([from, body.charCodeAt(at + 2)]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return ranges.filter(([from, to]) => from <= to);
}

function complement(ranges: readonly CodeRange[]): CodeRange[] {
  const result: CodeRange[] = [];
  let next = 0;
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (from > next) result.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= 0xffff) result.push([next, 0xffff]);
  return result;
}

function withBothCases(ranges: readonly CodeRange[]): CodeRange[] {
  return ranges.flatMap(([from, to]) => {
    const lowered = shifted(from, to, 65, 90, 32);
    return lowered ? [[from, to] as const, lowered] : [[from, to] as const];
  });
}

function shifted(from: number, to: number, first: number, last: number, by: number): CodeRange | undefined {
  const start = Math.max(from, first);
  const end = Math.min(to, last);
  return start <= end ? [start + by, end + by] : undefined;
}
