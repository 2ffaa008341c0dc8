import fc from 'fast-check';
import { expect, test } from 'vitest';
import { typedSelection } from '../../src/triage/typed-selection.ts';

const rows = [
  { index: 1, shortId: 'WEB-1' },
  { index: 2, shortId: 'WEB-2' },
  { index: 3, shortId: 'API-9' },
];
const triage = { createdAt: 1000, candidates: rows };
const before = (text: string) => typedSelection([{ text, at: 500 }], triage, 2000);
const after = (text: string) => typedSelection([{ text, at: 1500 }], triage, 2000);

test.each([
  ['/sentry fix WEB-1', [1]],
  ['/pitcrew:sentry fix web-1 API-9', [1, 3]],
  ['  /sentry  fix  WEB-2, WEB-2 ', [2]],
])('%s before the table chooses', (text, chosen) => {
  expect(before(text)).toEqual(chosen);
});

test.each([
  '/sentry top 3',
  '/sentry',
  '/sentry fix',
  '/sentry fix WEB-1 WEB-7',
  'fix WEB-1',
  'do not /sentry fix WEB-1',
  '1,2',
  'all',
  '/other:thing fix WEB-1',
])('%s before the table chooses nothing', (text) => {
  expect(before(text)).toBeUndefined();
});

test.each([
  ['1,3', [1, 3]],
  ['all', [1, 2, 3]],
  ['top 2', [1, 2]],
  ['WEB-2 and API-9', [2, 3]],
  ['/sentry fix WEB-1', [1]],
  ['skip', []],
])('%s as the answer to the table chooses', (text, chosen) => {
  expect(after(text)).toEqual(chosen);
});

test.each(['1,2 please', 'yes', 'go on', '4', 'all of them', 'what is 1?', ''])(
  '"%s" as an answer chooses nothing',
  (text) => {
    expect(after(text)).toBeUndefined();
  },
);

test('only the next thing that is typed answers the table: "1" may answer another question later', () => {
  const typed = [
    { text: 'tell me more about the first', at: 1200 },
    { text: '1', at: 1300 },
  ];
  expect(typedSelection(typed, triage, 2000)).toBeUndefined();
});

test('a later prompt takes the place of an earlier request', () => {
  const typed = [
    { text: '/sentry fix WEB-1', at: 100 },
    { text: '/sentry top 3', at: 200 },
  ];
  expect(typedSelection(typed, triage, 2000)).toBeUndefined();
});

test('a request of yesterday does not count', () => {
  expect(
    typedSelection([{ text: '/sentry fix WEB-1', at: 500 }], triage, 500 + 25 * 3_600_000),
  ).toBeUndefined();
});

test('whatever is typed, only rows of the table come out', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ text: fc.string(), at: fc.nat(3000) })), (typed) => {
      for (const index of typedSelection(typed, triage, 3000) ?? []) expect([1, 2, 3]).toContain(index);
    }),
  );
});
