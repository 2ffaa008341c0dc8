import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fenced, untrustedBlock, untrustedCell, untrustedLine } from '../../src/core/untrusted.ts';

/** Controls but tab and line feed, bidi and zero-width marks, tags, lone surrogates. */
const DANGEROUS =
  /(?![\t\n])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e0fff}]/u;

const code = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((c) => String.fromCodePoint(c));
const hostile = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
      { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
      code(0, 0x20),
      code(0x7f, 0xa0),
      code(0x200b, 0x206f),
      code(0xfff0, 0xffff),
      code(0xe0000, 0xe0fff),
      fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        '\u001b[31m',
        '\u001b]8;;https://evil.test\u0007',
        '\u001b[',
        '\u001b]0;title',
        '`',
        '```',
        '````````',
        '\n```\n',
        '~~~',
        '|',
        '\r\n',
        '\u2028',
        '\u202e',
        '\u00ad',
        '\ufeff',
        '😀',
        'é',
        '中',
      ),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));
const limit = fc.integer({ min: 1, max: 120 });

describe('any text from outside', () => {
  test('loses every control, bidi and tag character', () => {
    fc.assert(
      fc.property(hostile, limit, (text, most) => {
        expect(untrustedLine(text, most)).not.toMatch(DANGEROUS);
        expect(untrustedBlock(text, most)).not.toMatch(DANGEROUS);
      }),
      { numRuns: 500 },
    );
  });

  test('where all of it is seen, nothing is lost: looking for more finds the same', () => {
    const seen = fc.array(fc.oneof(fc.string(), fc.constantFrom('\n', '\r\n', '\t', '~', ' ')));
    fc.assert(
      fc.property(seen, (pieces) => {
        const text = pieces.join('');
        // A letter beyond ASCII makes it look.
        expect(untrustedBlock(`é\n${text}`, 5000)).toBe(`é\n${untrustedBlock(text, 5000)}`.trimEnd());
      }),
      { numRuns: 500 },
    );
  });

  test('stays within its limit, and is well-formed', () => {
    fc.assert(
      fc.property(hostile, limit, (text, most) => {
        for (const clean of [untrustedLine(text, most), untrustedBlock(text, most)]) {
          expect(clean.length).toBeLessThanOrEqual(most);
          expect(clean.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  test('is one line where one line was asked for, and the same the second time', () => {
    fc.assert(
      fc.property(hostile, limit, (text, most) => {
        const line = untrustedLine(text, most);
        expect(line).not.toMatch(/[\r\n\t\v\f]/);
        expect(untrustedLine(line, most)).toBe(line);
        const block = untrustedBlock(text, most);
        expect(untrustedBlock(block, most)).toBe(block);
      }),
    );
  });

  test('cannot close its fence', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = fenced(untrustedBlock(text, 400), 'message').split('\n');
        const fence = lines.at(-1) ?? '';
        expect(fence).toMatch(/^`{3,}$/);
        expect(lines[0]).toBe(`${fence}untrusted message`);
        // CommonMark: a fence is closed by a line of at least as many back-ticks, indented by up to three blanks.
        const closing = lines.slice(1).findIndex((line) => {
          const ticks = /^ {0,3}(`{3,})[ \t]*$/.exec(line)?.[1] ?? '';
          return ticks.length >= fence.length;
        });
        expect(closing).toBe(lines.length - 2);
      }),
    );
  });

  test('cannot leave its table cell', () => {
    fc.assert(
      fc.property(hostile, limit, (text, most) => {
        const cell = untrustedCell(text, most);
        expect(cell).not.toContain('\n');
        expect(cell.replace(/\\[\\|`<>[\]]/g, '')).not.toMatch(/[\\|`<>[\]]/);
      }),
    );
  });
});

test("no character that is not seen is left, by Unicode's own account", () => {
  const hidden = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
  const left: string[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point);
    if (character !== '\t' && hidden.test(character) && hidden.test(untrustedBlock(`a${character}b`, 10)))
      left.push(point.toString(16));
  }
  expect(left).toEqual([]);
});

test.each([
  ['\u001b[1;31mred\u001b[0m', 'red'],
  ['\u001b]8;;https://evil.test\u0007click\u001b]8;;\u0007', 'click'],
  ['\u001b]8;;https://evil.test\u001b\\click', 'click'],
  ['pay\u202eload', 'payload'],
  ['a\u200bb\u2060c\ufeffd', 'abcd'],
  [`ig${[...'nore'].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')}x`, 'igx'],
  ['a\u0000b\u0008c', 'abc'],
  ['tab\tand\r\nline  end  ', 'tab and line end'],
  ['\ud83d', ''],
  ['😀', '😀'],
  ['naïve 中文 ✓', 'naïve 中文 ✓'],
])('%j becomes %j', (text, expected) => {
  expect(untrustedLine(text, 100)).toBe(expected);
});

test('lines stay lines, their ends are trimmed', () => {
  expect(untrustedBlock('a  \r\nb\t\rc\n\n', 100)).toBe('a\nb\nc');
  expect(untrustedBlock('  indented\n    more', 100)).toBe('  indented\n    more');
});

test('a cut says so, and cuts no character in two', () => {
  expect(untrustedLine('abcdef', 4)).toBe('abc…');
  expect(untrustedLine('ab😀cd', 4)).toBe('ab…');
  expect(untrustedLine('abcd', 4)).toBe('abcd');
});

test.each([
  [undefined, ''],
  [null, ''],
  [0, '0'],
  [false, 'false'],
  [['a', 'b'], 'a,b'],
])('%j, which is no text, becomes %j', (value, expected) => {
  expect(untrustedLine(value, 20)).toBe(expected);
});

test.each([[{ toString: 1 }], [Object.create(null)], [JSON.parse('{"toString":null,"valueOf":null}')]])(
  'an object that cannot become text does not throw (%#)',
  (value) => {
    expect(typeof untrustedLine(value, 20)).toBe('string');
  },
);

test('a secret is taken out before the cut, so that no half of it stays', () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  const text = `${'x'.repeat(20)} ${secret} tail`;
  for (let most = 1; most <= text.length; most++) expect(untrustedLine(text, most)).not.toContain('ghp_');
});

test('invisible characters inside a secret do not hide it', () => {
  const secret = `gh\u200bp_${'a1B2'.repeat(5)}\u001b[0m${'a1B2'.repeat(4)}`;
  expect(untrustedLine(secret, 200)).not.toContain('a1B2');
});
