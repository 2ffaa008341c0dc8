import { inputError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';

export interface Selectable {
  index: number;
  shortId: string;
}

/** `indexes` in the order of the table, each once; empty where the person wants none. */
export interface ParsedSelection {
  indexes: number[];
  skipped: boolean;
}

/**
 * Reads what a person answered to the table: `1,2,5`, `1-3`, `all`, `top 3`, `skip` or `none`, short ids, and mixtures
 * of numbers, ranges and short ids. Throws an input error that names the part which is not understood; nothing is
 * guessed, because what is chosen here gets changed.
 */
export function parseSelection(text: string, rows: readonly Selectable[]): ParsedSelection {
  const words = wordsOf(text);
  const chosen = new Set<number>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === 'top') {
      for (const { index } of topOf(words[++at], rows)) chosen.add(index);
    } else if (WHOLE_ANSWERS.has(word)) {
      if (words.length > 1) throw notUnderstood(word, 'it stands alone or not at all', rows);
      return { indexes: word === 'all' ? inOrder(rows) : [], skipped: word !== 'all' };
    } else {
      for (const index of indexesOf(word, rows)) chosen.add(index);
    }
  }
  if (chosen.size === 0) throw notUnderstood(text, 'nothing is chosen', rows);
  return { indexes: inOrder(rows).filter((index) => chosen.has(index)), skipped: false };
}

const WHOLE_ANSWERS = new Set(['all', 'skip', 'none']);
const MAX_CHARACTERS = 2000;

function wordsOf(text: string): string[] {
  return text
    .slice(0, MAX_CHARACTERS)
    .toLowerCase()
    .replace(/(\d)[ \t]*[-\u2013][ \t]*(?=\d+(?![a-z0-9_]))/g, '$1-')
    .split(/[\s,;]+/)
    .filter((word) => word !== '' && word !== 'and');
}

const inOrder = (rows: readonly Selectable[]): number[] =>
  rows.map(({ index }) => index).sort((one, other) => one - other);

function topOf(word: string | undefined, rows: readonly Selectable[]): Selectable[] {
  const count = word !== undefined && /^\d{1,6}$/.test(word) ? Number(word) : 0;
  if (count < 1) throw notUnderstood(`top ${word ?? ''}`.trim(), 'top needs a number from 1 up', rows);
  return [...rows].sort((one, other) => one.index - other.index).slice(0, count);
}

function indexesOf(word: string, rows: readonly Selectable[]): number[] {
  // Short ids first: nothing forbids one that looks like a range.
  const named = rows.find(({ shortId }) => shortId.toLowerCase() === word);
  if (named) return [named.index];
  const range = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(word);
  if (!range) throw notUnderstood(word, 'it is no number, range or short id of this table', rows);
  const first = Number(range[1]);
  const last = Number(range[2] ?? range[1]);
  const known = new Set(rows.map(({ index }) => index));
  if (first > last) throw notUnderstood(word, 'the range runs backwards', rows);
  if (!known.has(first) || !known.has(last)) throw notUnderstood(word, 'the table has no such row', rows);
  return [...known].filter((index) => index >= first && index <= last);
}

function notUnderstood(part: string, why: string, rows: readonly Selectable[]) {
  const last = rows.reduce((most, { index }) => Math.max(most, index), 0);
  const rowsText =
    last === 0
      ? 'The table is empty: answer `skip`'
      : `Answer with rows 1 to ${last} such as \`1,2\` or \`1-3\`, \`all\`, \`top 3\`, short ids, or \`skip\``;
  return inputError(`The selection "${untrustedLine(part, 60)}" is not understood: ${why}.`, `${rowsText}.`);
}
