import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aroundQuotes, containsInOrder, normalise } from '../../src/checks/normalise.ts';

const unicode = fc.string({ unit: 'binary', maxLength: 300 });

describe('normalise', () => {
  test('masks what differs from run to run', () => {
    expect(normalise('User “bob” has  42 items, id 3f2a9c1b-77aa-4c1d-9e00-0123456789ab')).toBe(
      'user "bob" has # items, id #',
    );
    expect(normalise('at 0xDEADBEEF: took 1.5s, 12:30:01')).toBe('at #: took #s, #');
    expect(normalise('the facade was defaced')).toBe('the facade was defaced');
  });

  test('a second pass changes nothing', () => {
    fc.assert(fc.property(unicode, (text) => normalise(normalise(text)) === normalise(text)));
  });

  test('numbers and ids make no difference', () => {
    const message = (count: number, id: string) => `Order ${id} has ${count} lines, limit ${count * 3}`;
    fc.assert(
      fc.property(fc.nat(), fc.uuid(), fc.nat(), fc.uuid(), (count, id, otherCount, otherId) => {
        expect(normalise(message(count, id))).toBe(normalise(message(otherCount, otherId)));
      }),
    );
  });

  test.each(['\\', '"', 'a', '0', '-', 'f', '1.', '#,', ' ', "a'b", 'e-1'])(
    'a megabyte of %j is no trouble',
    (unit) => {
      const text = unit.repeat(1_000_000 / unit.length);
      // Quadratic work on a million characters would run into the test's time limit by orders of magnitude.
      expect(normalise(text).length).toBeLessThanOrEqual(text.length);
      aroundQuotes(normalise(text));
    },
  );
});

describe('quoted values', () => {
  test('what is around them is compared in order', () => {
    const parts = aroundQuotes(normalise("No such column 'price' in table 'carts'"));
    expect(parts).toEqual(['no such column ', ' in table ']);
    expect(containsInOrder('error: no such column "x" in table "y"', parts)).toBe(true);
    expect(containsInOrder('in table "y" no such column', parts)).toBe(false);
    expect(containsInOrder('anything', [])).toBe(false);
  });
});
