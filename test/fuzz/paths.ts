import fc from 'fast-check';
import { hostileText } from './texts.ts';

const PREFIXES = [
  ...[
    '',
    '/',
    '//',
    './',
    '../',
    '../../',
    '~/',
    '/app/',
    '/srv/../',
    'C:\\',
    'c:/',
    '\\\\host\\share\\',
    '//?/C:/',
  ],
  ...[
    'file:///',
    'file://host/',
    'app:///',
    'webpack:///',
    'webpack:///./',
    'webpack://app/',
    'webpack-internal:///',
  ],
  ...[
    'http://evil.test/',
    'https://cdn.test:8080/a/',
    'jar:file:/a.jar!/',
    'package:shop/',
    '/@fs/',
    '@id/',
    'node:',
  ],
  ...[
    '%2e%2e/',
    '..%2f',
    '%2F',
    '..\\',
    'a/../',
    '/proc/self/root/',
    '/dev/',
    'node_modules/x/',
    '.git/',
    '\0',
    ' ',
  ],
];
const SUFFIXES = [
  '',
  '/',
  '/.',
  '/..',
  '?x=1',
  '#y',
  ':3:4',
  '\0.js',
  '.js',
  '.JS',
  ' ',
  '.',
  '::$DATA',
  '%00',
  '/*',
  '!/x.js',
];

/** One part of a path, as repeated parts are what makes reading slow. */
export const pathPiece: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...PREFIXES,
    ...SUFFIXES,
    'a',
    'a/',
    '/a',
    '.',
    '..',
    '*',
    '**/',
    '{a,',
    '}',
    '[a-',
    '?',
    '@(',
    '%',
  ),
  fc.string({ maxLength: 4 }),
);

/** Paths as strangers write them: with `names` at their end, in the middle, or nowhere. */
export const hostilePath = (names: readonly string[]): fc.Arbitrary<string> => {
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.constantFrom(...names).map((path) => path.normalize('NFD')) },
    { weight: 1, arbitrary: fc.constantFrom(...names).map((path) => path.toUpperCase()) },
    { weight: 1, arbitrary: fc.constantFrom(...names).map(encodeURIComponent) },
    { weight: 1, arbitrary: fc.constantFrom(...names).map((path) => path.replaceAll('/', '\\')) },
    { weight: 2, arbitrary: hostileText(4) },
    { weight: 1, arbitrary: fc.array(pathPiece, { maxLength: 5 }).map((pieces) => pieces.join('')) },
    {
      weight: 1,
      arbitrary: fc.tuple(pathPiece, fc.integer({ min: 1, max: 3000 })).map(([p, n]) => p.repeat(n / 4)),
    },
  );
  return fc
    .tuple(fc.constantFrom('', '', ...PREFIXES), name, fc.constantFrom('', '', ...SUFFIXES))
    .map((parts) => parts.join(''));
};
