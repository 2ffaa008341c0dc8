import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { automationIn, defuse, defusedBlock, defusedLine } from '../../src/core/defuse.ts';
import { actedOn, HOSTILE } from '../github/vendor-rules.ts';

const hostileText = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...HOSTILE) },
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    {
      maxLength: 30,
    },
  )
  .map((pieces) => pieces.join(''));

test.each([
  ['fixes #12', 'fixes · # 12'],
  ['Closes: acme/shop#3', 'Closes: · acme/shop# 3'],
  ['resolves https://github.com/a/b/issues/9', 'resolves · https://github.com/a/b/issues/ 9'],
  ['Fixes CART-3', 'Fixes · CART-3'],
  ['fixed the crash in\nCART-3', 'fixed · the crash in\nCART-3'],
  ['fixes GH-7', 'fixes · GH- 7'],
  ['thanks @octocat and @acme/core', 'thanks @ octocat and @ acme/core'],
  ['node_modules/@sentry/node', 'node_modules/@ sentry/node'],
  ['&#64;octocat', '& #64;octocat'.replace('#64', '# 64')],
  ['<img src=x onerror=y>', '< img src=x onerror=y>'],
  ['![p](https://evil.test/p.png)', '! [p] (https://evil.test/p.png)'],
  ['<!-- pitcrew:end -->', '< !-- pitcrew:end -->'],
])('%j is taken apart: %j', (text, expected) => {
  expect(defuse(text)).toBe(expected);
});

test.each([
  'a plain sentence, nothing in it',
  'fixed the total of an empty cart',
  'mail ops@example.com',
  'if (a < b) x[0] = `y`',
  'prefixes CART-3',
])('%j stays as it is', (text) => {
  expect(defuse(text)).toBe(text);
});

describe('whatever is put together', () => {
  test('nothing is left for GitHub or Sentry to act on', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 200 }), (text, most) => {
        for (const safe of [defusedBlock(text, most), defusedLine(text, most)]) {
          expect(actedOn(safe)).toEqual([]);
          expect(automationIn(safe)).toBeUndefined();
          expect(safe).not.toMatch(/<[a-z/!?]|!\[|\]\(|&#?\w+;/i);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('twice is the same as once', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(defuse(defuse(text))).toBe(defuse(text));
      }),
    );
  });
});

test.each([
  'fix ',
  'fix\n',
  'fixes a-',
  '@',
  'GH-',
  '&#',
  '](',
  `fix${' '.repeat(60_000)}`,
  `fix ${'a'.repeat(60_000)}`,
])('sixty thousand characters of %j take no time to speak of', (piece) => {
  const text = piece.repeat(Math.ceil(60_000 / piece.length));
  expect(automationIn(defuse(text))).toBeUndefined();
});

test('the last look finds what is armed', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      // Entities are taken apart earlier; here the text is finished.
      if (!text.includes('&') && actedOn(text).length > 0) expect(automationIn(text)).toBeDefined();
    }),
    { numRuns: 500 },
  );
});
