import fc from 'fast-check';
import { expect } from 'vitest';
import { automationIn, defuse, defusedBlock, defusedLine } from '../../src/core/defuse.ts';
import { tryParseJson } from '../../src/core/json.ts';
import { redact, redactPersonal } from '../../src/core/redact.ts';
import { fenced, untrustedBlock, untrustedCell, untrustedLine } from '../../src/core/untrusted.ts';
import { incidentMarker, replaceRegion } from '../../src/github/marker.ts';
import { fuzz } from './fuzz.ts';
import { expectLinear, repeated } from './linear.ts';
import { anyJson, hostileText } from './texts.ts';

const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'fixes',
      'Closes:',
      'resolve ',
      ' ',
      '\n',
      ',',
      '-',
      '#12',
      'GH-7',
      'WEB-3F',
      'owner/name#1',
      '@team/x',
      '@a',
    ],
    ...[
      'https://github.com/o/r/issues/1',
      '/pull/2',
      '[a](',
      '](b)',
      ']:',
      '![',
      '<a',
      '</b',
      '<!--',
      '-->',
      '&#60;',
    ],
    ...[
      '&lt;',
      '&',
      '\u017f',
      'K',
      '`',
      '```',
      '~~~',
      '|',
      '\\',
      '\u001b[',
      '\u009b',
      '\u001b]',
      '\u0007',
      '\u0300',
    ],
    ...[
      '\u200b',
      '\u00ad',
      '\u{e0041}',
      '\u2028',
      'token=',
      'key: ',
      '"',
      'eyJ',
      '%41',
      '\\u0041',
      'a@b.cd',
      '1.2.3.4',
    ],
  ),
  fc.string({ maxLength: 3 }),
);
const text = fc.oneof(
  hostileText(20),
  fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
);
const most = fc.integer({ min: 1, max: 300 });

fuzz(
  'any value becomes a text within its limit, without what is not seen',
  fc.tuple(fc.oneof(text, anyJson()), most),
  ([value, limit]) => {
    for (const way of [untrustedLine, untrustedBlock, defusedLine, defusedBlock]) {
      const clean = way(value, limit);
      // Defusing adds a blank or two to a text that was cut; it cannot double it.
      expect(clean.length).toBeLessThanOrEqual(
        way === untrustedLine || way === untrustedBlock ? limit : 2 * limit,
      );
      expect(clean).not.toMatch(
        /(?![\t\n])[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/u,
      );
      expect(clean.isWellFormed()).toBe(true);
    }
    expect(untrustedLine(value, limit)).not.toMatch(/[\n\r\t]/);
  },
);

fuzz('what is clean stays as it is', fc.tuple(text, most), ([value, limit]) => {
  for (const way of [untrustedLine, untrustedBlock]) {
    const once = way(value, limit);
    expect(way(once, limit)).toBe(once);
  }
  expect(defuse(defuse(value))).toBe(defuse(value));
  expect(redact(redact(value))).toBe(redact(value));
  expect(redactPersonal(redactPersonal(value))).toBe(redactPersonal(value));
});

fuzz('nothing that GitHub or Sentry would act on is left', text, (value) => {
  const clean = defusedBlock(value, 2000);
  expect(automationIn(clean)).toBeUndefined();
  expect(clean).not.toMatch(/<[a-z/!?]|!\[|#\d/i);
});

fuzz('no fence, cell or marker can be left', text, (value) => {
  const lines = fenced(untrustedBlock(value, 400), 'message').split('\n');
  const fence = lines.at(-1) ?? '';
  expect(
    lines.findIndex((line, at) => at > 0 && new RegExp(`^ {0,3}\`{${fence.length},}[ \\t]*$`).test(line)),
  ).toBe(lines.length - 1);
  expect(untrustedCell(value, 400).replace(/\\[\\|`<>[\]]/g, '')).not.toMatch(/[\\|`<>[\]\n]/);
  expect(incidentMarker(value).slice(4, -3)).not.toMatch(/[<>\n]/);
});

fuzz(
  'only what lies between our two marks is replaced',
  fc.tuple(text, text, text),
  ([before, inner, after]) => {
    const marked = (middle: string) => `<!-- pitcrew:begin -->${middle}<!-- pitcrew:end -->`;
    const next = replaceRegion(before + marked(inner) + after, marked('new'));
    if (!(before + inner + after).includes('<!--')) expect(next).toBe(before + marked('new') + after);
  },
);

fuzz('reading JSON never throws', fc.oneof(text, fc.json()), (value) => {
  tryParseJson(value);
});

fuzz(
  'cleaning is linear',
  repeated(piece),
  async (value) => {
    await expectLinear((long) => untrustedBlock(long, long.length), value);
    await expectLinear((long) => untrustedLine(long, 100), value);
    await expectLinear(defuse, value);
    await expectLinear(automationIn, value);
  },
  { cost: 5, examples: [{ start: '', piece: '[', end: '' }] },
);

/** The pattern that the loop stands for, for texts so short that its time does not matter. */
const PLAIN_LINKS = /\[([^\]]+)\]\([^)]+\)/g;

fuzz(
  'the words of a link count as they do in Sentry',
  fc.array(fc.constantFrom('[', ']', '(', ')', '](', 'fixes', ' ', 'WEB-1', '\n', 'x'), { maxLength: 20 }),
  (pieces) => {
    const value = pieces.join('');
    const plain = value.replace(PLAIN_LINKS, '$1');
    if (automationIn(plain) !== undefined) expect(automationIn(value)).toBeDefined();
  },
);
