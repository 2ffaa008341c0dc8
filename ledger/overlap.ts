import {
  type CodeRange,
  compileGlob,
  GLOBSTAR,
  literalPattern,
  type Pattern,
  type Segment,
  STAR,
  type Token,
} from './glob-pattern.ts';
import { fileSegments, normalizeGlob } from './glob-text.ts';

export { normalizeGlob } from './glob-text.ts';

/**
 * True when some path can match both globs: the intersection of the two languages, not a comparison of texts.
 * Case is ignored, since on some disks `Src/A.ts` and `src/a.ts` are one file. Takes at most the product of the two lengths.
 */
export function overlaps(a: string, b: string): boolean {
  const ours = compiled(a, folded);
  const theirs = compiled(b, folded);
  return ours.some((pattern) => theirs.some((other) => meet(pattern, other)));
}

// Whatever is named as a folder by the other side is one: `a.b` and `a.b/c` cannot both be files.
const meet = (a: Pattern, b: Pattern): boolean => patternsMeet(a, b) || isFolderOf(a, b) || isFolderOf(b, a);

const isFolderOf = (folder: Pattern, other: Pattern): boolean =>
  other.length > folder.length &&
  folder.every((segment, at) => typeof segment === 'string' && segment === other[at]);

/** True when the claim `glob` includes `path`, which is taken literally. Case matters: a claim is not widened by chance. */
export function covers(glob: string, path: string): boolean {
  const target = literalPattern(fileSegments(path));
  return compiled(glob, exact).some(
    (pattern) => patternsMeet(pattern, target) || isFolderOf(pattern, target),
  );
}

/** One with its case ignored, and one with it: what was claimed is compared again with every request. */
interface Compiled {
  foldCase: boolean;
  patterns: Map<string, Pattern[]>;
}
const folded: Compiled = { foldCase: true, patterns: new Map() };
const exact: Compiled = { foldCase: false, patterns: new Map() };

function compiled(glob: string, { foldCase, patterns }: Compiled): Pattern[] {
  const known = patterns.get(glob);
  if (known) return known;
  const compiledNow = compileGlob(normalizeGlob(glob), foldCase);
  if (patterns.size >= 2000) patterns.clear();
  patterns.set(glob, compiledNow);
  return compiledNow;
}

/** As far as both name their segments, these decide: most claims part at once and need no search. */
function patternsMeet(a: Pattern, b: Pattern): boolean {
  for (let at = 0; ; at++) {
    const ours = a[at];
    const theirs = b[at];
    if (typeof ours !== 'string' || typeof theirs !== 'string') return meetFrom(at, a, b);
    if (ours !== theirs) return false;
  }
}

/** Walks the pairs of positions that can be reached from (`start`, `start`), each once. */
function meetFrom(start: number, a: Pattern, b: Pattern): boolean {
  const width = b.length + 1;
  const seen = new Uint8Array((a.length + 1) * width);
  const open: number[] = [start * width + start];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (seen[state]) continue;
    seen[state] = 1;
    const i = Math.floor(state / width);
    const j = state % width;
    const ours = a[i];
    const theirs = b[j];
    if (ours === undefined && theirs === undefined) return true;
    if (ours === GLOBSTAR) {
      open.push(state + width);
      if (theirs !== undefined) open.push(state + 1);
    } else if (theirs === GLOBSTAR) {
      open.push(state + 1);
      if (ours !== undefined) open.push(state + width);
    } else if (ours !== undefined && theirs !== undefined && segmentsMeet(ours, theirs)) {
      open.push(state + width + 1);
    }
  }
  return false;
}

type PlainSegment = Exclude<Segment, typeof GLOBSTAR>;

function segmentsMeet(a: PlainSegment, b: PlainSegment): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  return tokensMeet(asTokens(a), asTokens(b));
}

const asTokens = (segment: PlainSegment): readonly Token[] =>
  typeof segment === 'string'
    ? Array.from({ length: segment.length }, (_, at) => segment.charCodeAt(at))
    : segment;

/** Row `i` holds, for each `j`, whether `a` from `i` on and `b` from `j` on have a text in common. */
function tokensMeet(a: readonly Token[], b: readonly Token[]): boolean {
  let below = new Uint8Array(b.length + 1);
  for (let i = a.length; i >= 0; i--) {
    const row = new Uint8Array(b.length + 1);
    const ours = a[i];
    for (let j = b.length; j >= 0; j--) {
      const theirs = b[j];
      if (ours === undefined && theirs === undefined) row[j] = 1;
      else if (ours === STAR) row[j] = (below[j] ?? 0) | (theirs === undefined ? 0 : (row[j + 1] ?? 0));
      else if (theirs === STAR) row[j] = (row[j + 1] ?? 0) | (ours === undefined ? 0 : (below[j] ?? 0));
      else if (ours !== undefined && theirs !== undefined)
        row[j] = below[j + 1] && charactersMeet(ours, theirs) ? 1 : 0;
    }
    below = row;
  }
  return below[0] === 1;
}

type OneCharacter = Exclude<Token, typeof STAR>;

function charactersMeet(a: OneCharacter, b: OneCharacter): boolean {
  if (typeof a === 'number') return typeof b === 'number' ? a === b : inRanges(a, b);
  if (typeof b === 'number') return inRanges(b, a);
  return a.some(([from, to]) => b.some(([otherFrom, otherTo]) => from <= otherTo && otherFrom <= to));
}

const inRanges = (code: number, ranges: readonly CodeRange[]): boolean =>
  ranges.some(([from, to]) => from <= code && code <= to);
