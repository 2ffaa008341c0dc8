import type { Finder, FinderGroup, Found } from './finder.ts';
import { REPLACED, type View, viewsOf } from './views.ts';

/**
 * `text` with everything that the finders find replaced by its token. Where finds overlap, the finder that comes first
 * names the token. Run again until nothing is found, because what is left beside a token may be a secret of its own
 * kind; each pass replaces something that is no token yet, so it ends, and four passes are more than texts need.
 */
export function replaceFound(text: string, groups: readonly FinderGroup[]): string {
  // The shortest that any finder takes for something is an address like `a@b.co`.
  if (text.length < SHORTEST) return text;
  let clean = text;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const found = findIn(clean, groups);
    if (found.length === 0) return clean;
    clean = substitute(clean, found);
  }
  return clean;
}

export interface Ranked extends Found {
  /** Place of its finder among all: the lower, the surer. */
  rank: number;
}

/** What the finders find in the text as it is and in its decoded forms, in places of the text as it is. */
export function findIn(text: string, groups: readonly FinderGroup[]): Ranked[] {
  const all: Ranked[] = [];
  for (const view of viewsOf(text)) {
    let rank = 0;
    for (const { gate, finders } of groups) {
      if (gate === undefined || gate.test(view.text)) collect(view, finders, rank, all);
      rank += finders.length;
    }
  }
  return all;
}

function collect(view: View, finders: readonly Finder[], firstRank: number, all: Ranked[]): void {
  let rank = firstRank;
  for (const finder of finders) {
    for (const found of finder.find(view.text)) {
      if (hasMoreThanTokens(view, found)) all.push({ ...placed(view, found), rank });
    }
    rank += 1;
  }
}

const SHORTEST = 6;
const MOST_PASSES = 4;

function hasMoreThanTokens({ text }: View, { start, end }: Found): boolean {
  for (let at = start; at < end; at += 1) if (text[at] !== REPLACED) return true;
  return false;
}

const placed = ({ origin }: View, found: Found): Found =>
  origin === undefined
    ? found
    : { start: origin[found.start] ?? 0, end: origin[found.end] ?? 0, token: found.token };

function substitute(text: string, found: Ranked[]): string {
  found.sort((one, other) => one.start - other.start || one.rank - other.rank);
  const parts: string[] = [];
  let kept = 0;
  for (const { start, end, token } of withoutOverlap(found)) {
    parts.push(text.slice(kept, start), token);
    kept = end;
  }
  parts.push(text.slice(kept));
  return parts.join('');
}

/** Overlapping secrets become one. An address beside a secret gives way: `user:PASSWORD@host.example` keeps its host. */
function withoutOverlap(sorted: readonly Ranked[]): Found[] {
  const apart: Ranked[] = [];
  for (const next of sorted) {
    const last = apart.at(-1);
    if (last === undefined || next.start >= last.end) apart.push({ ...next });
    else if (isPersonal(next) && !isPersonal(last)) continue;
    else if (isPersonal(last) && !isPersonal(next)) apart.splice(-1, 1, { ...next });
    else {
      last.end = Math.max(last.end, next.end);
      if (next.rank < last.rank) Object.assign(last, { rank: next.rank, token: next.token });
    }
  }
  return apart;
}

const isPersonal = ({ token }: Found): boolean => !token.startsWith('[secret:');
