/** `repo:o/r`, `-label:"a b"`, `closed:>2026-01-01`. */
export interface Qualifier {
  name: string;
  value: string;
  negated: boolean;
}

/** A word or quoted phrase of the search, reduced to lower-case words. */
export interface Phrase {
  words: string;
  negated: boolean;
}

export interface SearchQuery {
  qualifiers: Qualifier[];
  /** All of these must match; within one, any. */
  groups: Phrase[][];
}

const QUALIFIERS = new Set([
  'repo',
  'is',
  'type',
  'state',
  'in',
  'label',
  'author',
  'head',
  'base',
  'draft',
  'no',
  'created',
  'updated',
  'closed',
  'sort',
  'org',
  'user',
]);

/** Reads GitHub's issue search syntax: qualifiers, words, "phrases", `-` and NOT, OR between words. */
export function parseSearch(text: string): SearchQuery {
  const qualifiers: Qualifier[] = [];
  const groups: Phrase[][] = [];
  let isNegated = false;
  let joins = false;
  for (const token of text.match(/-?(?:[\w]+:)?"[^"]*"|\S+/g) ?? []) {
    if (token === 'AND') continue;
    if (token === 'OR') {
      joins = true;
      continue;
    }
    if (token === 'NOT') {
      isNegated = true;
      continue;
    }
    const negated = isNegated || token.startsWith('-');
    isNegated = false;
    const plain = token.replace(/^-/, '');
    const match = /^(\w+):(.+)$/s.exec(plain);
    const name = match?.[1]?.toLowerCase() ?? '';
    if (match && QUALIFIERS.has(name)) {
      qualifiers.push({ name, value: (match[2] ?? '').replace(/^"(.*)"$/s, '$1'), negated });
    } else {
      const words = wordsOf(plain);
      const last = groups.at(-1);
      if (words === '') continue;
      if (joins && last) last.push({ words, negated });
      else groups.push([{ words, negated }]);
    }
    joins = false;
  }
  return { qualifiers, groups };
}

/** Text as the index knows it: lower-case words with single spaces between, punctuation gone. */
export const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_]+/gu, ' ')
    .trim();
