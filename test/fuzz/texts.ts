import fc from 'fast-check';

/** What has broken parsers, terminals, Markdown, shells, URLs and paths before. */
const PIECES = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '\t',
  '\u001b[31m',
  '\u001b]8;;https://evil.test\u0007',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\udfff',
  '\u{e0041}',
  'é',
  'e\u0301',
  '中',
  '😀',
  '`',
  '```\n',
  '~~~',
  '|',
  '<',
  '>',
  '"',
  "'",
  ',',
  ';',
  '=',
  ':',
  '%',
  '%00',
  '%2e%2e%2f',
  '%252e',
  '/',
  '\\',
  '..',
  '../',
  '#1',
  '@user',
  'fixes ',
  'GH-7',
  'WEB-3F',
  '](',
  '![',
  '<!--',
  '-->',
  '&#60;',
  '__proto__',
  'constructor',
  'toString',
  '$(id)',
  '--output=/x',
  'null',
  '0',
  '-1',
  '1e999',
];

/** A text of such pieces, and of any characters at all. */
export const hostileText = (maxPieces = 12): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...PIECES) },
        { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
      ),
      { maxLength: maxPieces },
    )
    .map((pieces) => pieces.join(''));

/** Any JSON, with the names among its keys that reach for a prototype. */
export const anyJson = (maxDepth = 3): fc.Arbitrary<unknown> =>
  fc.anything({
    maxDepth,
    maxKeys: 6,
    key: fc.oneof(fc.constantFrom('__proto__', 'constructor', 'prototype', 'length'), fc.string()),
    values: [
      fc.string(),
      hostileText(4),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.maxSafeInteger(),
    ],
  });
