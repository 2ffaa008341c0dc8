import { describe, expect, test } from 'vitest';
import type { Finder } from '../../src/core/redact/finder.ts';
import { SECRET_FINDERS } from '../../src/core/redact/finders.ts';
import { PERSON_FINDERS } from '../../src/core/redact/persons.ts';
import { redact } from '../../src/core/redact.ts';
import { untrustedBlock } from '../../src/core/untrusted.ts';
import { SECRETS } from './secrets.ts';

const FINDERS = [...SECRET_FINDERS, ...PERSON_FINDERS].flatMap(({ finders }) => finders);
const PATTERNS = FINDERS.flatMap((finder) =>
  'pattern' in finder && finder.pattern instanceof RegExp ? [finder.pattern] : [],
);

/** Unbounded repetition is where a pattern that fails late becomes quadratic, and with nesting exponential. */
describe('every pattern bounds its work', () => {
  test('there are as many as there are kinds', () => expect(PATTERNS.length).toBeGreaterThan(120));

  test.each(PATTERNS.map((pattern) => [pattern.source, pattern] as const))('%s', (source) => {
    const plain = source.replace(/\\./g, '.').replace(/\[(?:[^\]])*\]/g, '.');
    expect(plain).not.toMatch(/[*+]|\{\d+,\}/);
    // A repeated group may repeat only a little inside: no `(a{1,99}){1,99}` of the same characters.
    const most = [...plain.matchAll(/\{(?:\d+,)?(\d+)\}/g)].reduce(
      (all, [, n]) => Math.max(all, Number(n)),
      1,
    );
    expect(most).toBeLessThanOrEqual(20_000);
  });
});

const MEGABYTE = 1_000_000;
const GENERAL = ['a', 'aB3-', 'a.b:', '= "', 'https://a:', 'token: ', '-----BEGIN ', '1.2', '/+9a'];

describe('four times the text takes about four times as long', () => {
  test.each(FINDERS.map((finder, at) => [`${finder.name} ${at}`, finder] as const))('%s', (_name, finder) => {
    for (const piece of new Set([...ownPieces(finder), ...GENERAL])) expectLinear(finder.find, piece);
  });

  const WHOLE = [
    ...GENERAL,
    '%41',
    '%25',
    '\\u0041',
    '\\\\n',
    '&#65;',
    '[secret:x]',
    '[email]',
    'a@b.',
    '\u001b[',
    '`',
    '\u0300',
    'YQ',
  ];
  test.each(WHOLE)('the whole on %j', (piece) => {
    expectLinear(redact, piece, MEGABYTE / 8);
    expectLinear((text) => untrustedBlock(text, text.length), piece, MEGABYTE / 2);
  });
});

/** What the finder finds in the corpus, whole and cut short: the near misses are what costs. */
function ownPieces(finder: Finder): string[] {
  const found = SECRETS.find(({ text }) => finder.find(text).length > 0)?.text;
  if (found === undefined) return [];
  return [found, found.slice(0, Math.ceil(found.length / 2))];
}

/** Sixteen times as long would be quadratic. A bad measurement is repeated: what is quadratic stays so. */
function expectLinear(work: (text: string) => unknown, piece: string, length = MEGABYTE): void {
  const text = piece.repeat(Math.ceil(length / piece.length));
  const quarter = text.slice(0, length / 4);
  let ratio = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 8 && ratio > 9; attempt += 1) {
    ratio = Math.min(ratio, (timeOf(work, text) + 2) / (timeOf(work, quarter) + 2));
  }
  expect(ratio, piece.slice(0, 60)).toBeLessThan(9);
}

/** Milliseconds of this process's own work: what else the machine does is not in them. */
function timeOf(work: (text: string) => unknown, text: string): number {
  const before = process.cpuUsage();
  work(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
