import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aroundQuotes, containsInOrder, normalise } from '../../src/checks/normalise.ts';
import { untrustedLine } from '../../src/core/untrusted.ts';

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
    const pieces = fc.constantFrom(...'@:.[]-\'"\\ a7', '[email]', '[ip]', '::1', 'o@p.q', '0x', 'cafe');
    const addresses = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(unicode, addresses), (text) => {
        expect(normalise(normalise(text))).toBe(normalise(text));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['connect ECONNREFUSED 203.0.113.9:5432', 'connect ECONNREFUSED 127.0.0.1:40123'],
    ['connect ECONNREFUSED 2001:db8::9:5432', 'connect ECONNREFUSED ::1:5432'],
    ['bind to [2001:db8::9]:80 failed', 'bind to [::1]:8080 failed'],
    ['No account for "carol@acme.example", sorry.', "No account for 'test@localhost', sorry."],
    ['No account for <carol@acme.example>', 'No account for <a.b+c@d.test>'],
  ])(
    'whose address it is makes no difference, masked as evidence is or not: %s',
    (incident, reproduction) => {
      expect(normalise(untrustedLine(incident, 500))).toBe(normalise(reproduction));
      expect(normalise(incident)).toBe(normalise(untrustedLine(reproduction, 500)));
    },
  );

  test('paths, symbols and decorators are no addresses', () => {
    for (const text of ['std::vec::push', '<t>::add', '@app.route failed', 'a::b: c::d']) {
      expect(normalise(text)).toBe(text);
    }
  });

  test('numbers and ids make no difference', () => {
    const message = (count: number, id: string) => `Order ${id} has ${count} lines, limit ${count * 3}`;
    fc.assert(
      fc.property(fc.nat(), fc.uuid(), fc.nat(), fc.uuid(), (count, id, otherCount, otherId) => {
        expect(normalise(message(count, id))).toBe(normalise(message(otherCount, otherId)));
      }),
    );
  });

  test.each(['\\', '"', 'a', '0', '-', 'f', '1.', '#,', ' ', "a'b", 'e-1', 'a@', ':', 'f:', '[ip'])(
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
