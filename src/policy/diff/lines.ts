import type { FileChange } from './finding.ts';

export interface NumberedLine {
  /** From 1. */
  number: number;
  text: string;
}

/** Lines of `after` that `before` does not have, each counted as often as it stands there: a moved line is not new. */
export function addedLines({
  before = '',
  after = '',
}: Pick<FileChange, 'before' | 'after'>): NumberedLine[] {
  const known = countOf(linesOf(before));
  return linesOf(after).flatMap((text, index) => {
    const left = known.get(text) ?? 0;
    if (left === 0) return [{ number: index + 1, text }];
    known.set(text, left - 1);
    return [];
  });
}

/** Lines of `before` that `after` does not have; numbered in `before`. */
export const removedLines = ({
  before = '',
  after = '',
}: Pick<FileChange, 'before' | 'after'>): NumberedLine[] => addedLines({ before: after, after: before });

/** How often each item stands in the list. */
export function countOf<Item>(items: readonly Item[]): Map<Item, number> {
  const counts = new Map<Item, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** The number of the line, from 1, on which the character at `index` stands. */
export function lineAt(text: string, index: number): number {
  let number = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) number += 1;
  return number;
}

const linesOf = (text: string): string[] => text.split(/\r?\n/);
