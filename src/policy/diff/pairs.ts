import { countOf } from './lines.ts';
import type { TestCase } from './test-cases.ts';

export interface Pairs {
  same: { before: TestCase; after: TestCase }[];
  /** Tests that are there no more, under no name. */
  gone: TestCase[];
}

/**
 * Finds each old test among the new ones: by file and name, by name in any file (it moved), then by what it asserts
 * (it was renamed, joined with another, or became a row of a table).
 */
export function pairTests(
  before: readonly TestCase[],
  after: readonly TestCase[],
  renames: ReadonlyMap<string, string>,
): Pairs {
  const free = new Set(after);
  const same: Pairs['same'] = [];
  const match = (left: readonly TestCase[], isSame: (old: TestCase, now: TestCase) => boolean): TestCase[] =>
    left.filter((old) => {
      const now = [...free].find((one) => isSame(old, one));
      if (!now) return true;
      free.delete(now);
      same.push({ before: old, after: now });
      return false;
    });
  const newPath = (old: TestCase): string => renames.get(old.path) ?? old.path;
  let left = match(
    before,
    (old, now) => old.name === now.name && newPath(old) === now.path && old.name !== '',
  );
  left = match(left, (old, now) => old.name === now.name && old.name !== '' && old.family === now.family);
  // Each with each: where there are too many to compare, what is not there by name is gone.
  if (left.length * after.length > MOST_COMPARISONS) return { same, gone: left };
  left = match(left, (old, now) => likeness(old, now) >= ENOUGH);
  return { same, gone: left.filter((old) => !after.some((now) => isWithin(old, now))) };
}

const MOST_COMPARISONS = 10_000;

/** More than half of its assertions word by word: a test beside it that only looks alike shares the set-up, not these. */
const ENOUGH = 0.6;

/** The share of the old test's assertions, or lines where it has none, that stand in the new one. */
function likeness(old: TestCase, now: TestCase): number {
  if (old.family !== now.family) return 0;
  const [was, is] =
    old.assertions.length > 0
      ? [old.assertions.map(({ text }) => text), now.assertions.map(({ text }) => text)]
      : [bodyLines(old), bodyLines(now)];
  return was.length === 0 ? 0 : shared(was, is) / was.length;
}

const bodyLines = (test: TestCase): string[] =>
  test.raw
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => /\w/.test(line));

/** How many items of one list stand in the other, each used once. */
export function shared(one: readonly string[], other: readonly string[]): number {
  const counts = countOf(other);
  return one.filter((item) => {
    const left = counts.get(item) ?? 0;
    counts.set(item, left - 1);
    return left > 0;
  }).length;
}

/** Whether a new test holds all that the old one asserted: word by word, or as a row of a table. */
function isWithin(old: TestCase, now: TestCase): boolean {
  if (old.assertions.length === 0 || old.family !== now.family) return false;
  const texts = old.assertions.map(({ text }) => text);
  if (
    shared(
      texts,
      now.assertions.map(({ text }) => text),
    ) === texts.length
  )
    return true;
  return now.rows > 0 && isRowOf(old, now);
}

/** The calls of each assertion are the new test's, and its values are among the rows. */
function isRowOf(old: TestCase, now: TestCase): boolean {
  const calls = now.assertions.flatMap(({ text }) => callsIn(text));
  const values = countOf(valuesIn(now.raw));
  return old.assertions.every(
    ({ text }) =>
      callsIn(text).every((call) => calls.includes(call)) &&
      valuesIn(text).every((value) => values.has(value)),
  );
}

const callsIn = (text: string): string[] =>
  [...text.matchAll(/(\w+)!?\s*\(/g)].map((match) => match[1] ?? '');
const valuesIn = (text: string): string[] =>
  [
    ...text.matchAll(/"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|`((?:\\.|[^`\\])*)`|(?<![\w.])(-?\d[\d_.]*)/g),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
