import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { parseEvent } from '../../src/sentry/event.ts';
import { buildEvidence, type Checkout, checkoutOf } from '../../src/sentry/evidence/evidence.ts';
import { readIssue } from '../../src/sentry/issue.ts';
import { scoreIssue } from '../../src/triage/score.ts';
import { signalsOf } from '../../src/triage/signals.ts';
import { checkoutWith, ISSUE } from '../sentry/evidence/support.ts';
import { event, FILES } from './events.ts';
import { useFolder } from './folder.ts';
import { fuzz, orOurError } from './fuzz.ts';
import { anyJson, hostileText } from './texts.ts';

const folder = useFolder(FILES);
let checkout: Checkout;
beforeAll(() => {
  checkout = checkoutOf(folder.path, async () => Object.keys(FILES));
});

fuzz(
  'whatever an event looks like: evidence, within its bounds, of files of the repository only',
  fc.record({ value: event, detail: fc.constantFrom('small' as const, 'full' as const) }),
  async ({ value, detail }) => {
    const parsed = await orOurError(() => parseEvent(value));
    if (!parsed) return;
    const { text, data, suspects, declaredPaths } = await buildEvidence({
      event: parsed,
      issue: ISSUE,
      checkout,
      detail,
    });
    expect(text.length).toBeLessThanOrEqual(detail === 'small' ? 5800 : 20_000);
    expect(text).not.toMatch(/[\u0000\u202e\u001b]/);
    expect(JSON.stringify(data).length).toBeLessThanOrEqual(20_000);
    for (const path of [...declaredPaths, ...suspects.map((suspect) => suspect.path)]) {
      expect(Object.keys(FILES)).toContain(path);
    }
  },
);

fuzz('whatever an event looks like, it can be scored', fc.tuple(event, anyJson()), ([value, row]) => {
  const signals = signalsOf(value);
  expect(signals.inAppFrames).toBeGreaterThanOrEqual(0);
  const issue = readIssue({ id: '1', ...Object(row) }, () => 'https://sentry.io/1');
  if (!issue) return;
  const { score } = scoreIssue(issue, signals);
  expect(score).toBeGreaterThanOrEqual(0);
  expect(score).toBeLessThanOrEqual(100);
});

const issueRow = fc.record(
  Object.fromEntries(
    [
      ...[
        'id',
        'shortId',
        'title',
        'culprit',
        'level',
        'count',
        'userCount',
        'firstSeen',
        'lastSeen',
        'platform',
      ],
      ...[
        'metadata',
        'permalink',
        'status',
        'substatus',
        'statusDetails',
        'project',
        'assignedTo',
        'priority',
      ],
    ].map((name) => [name, fc.oneof(hostileText(4), fc.double(), anyJson(2))]),
  ),
  { requiredKeys: [] },
);

fuzz(
  'whatever a row of the list looks like: an issue with an id, or none',
  fc.oneof(issueRow, anyJson()),
  (row) => {
    const issue = readIssue(
      row,
      (id) => `https://sentry.io/issues/${encodeURIComponent(id.toWellFormed())}/`,
    );
    if (!issue) return;
    expect(issue.id).not.toBe('');
    expect(Number.isSafeInteger(issue.userCount) || issue.userCount > 2 ** 53).toBe(true);
    expect(issue.permalink).toMatch(/^https?:\/\//);
    expect(Object.getPrototypeOf(issue)).toBe(Object.prototype);
  },
);

// Each of these made some pattern of such a parser slow somewhere. A hang shows as the test's own time limit.
const LONG = 60_000;
const HOSTILE = [
  '('.repeat(LONG),
  'if (a'.repeat(LONG / 5),
  `throw ${'('.repeat(LONG)}`,
  `my (${'$a, '.repeat(LONG / 4)}`,
  `die unless $${'a'.repeat(LONG)}`,
  'import { '.repeat(LONG / 9),
  `use ${'a::'.repeat(LONG / 3)}`,
  `from ${'a.'.repeat(LONG / 2)}`,
  `const ${'a, '.repeat(LONG / 3)} = require(`,
  `${'"\\'.repeat(LONG / 2)}`,
  `${'aA'.repeat(LONG / 2)}(`,
  `assert ${'a.b['.repeat(LONG / 4)}`,
  `${'x ='.repeat(LONG / 3)}`,
  `//# sourceMappingURL=${'data:application/json;base64,'.repeat(LONG / 30)}`,
  `function ${' '.repeat(LONG)}total${' '.repeat(LONG)}(`,
  'é'.repeat(LONG),
];

test.each(HOSTILE.map((text) => [text.slice(0, 20), text]))(
  'source and message of %s…',
  async (_name, text) => {
    const lines = Array.from({ length: 12 }, () => text).join('\n');
    const names = [
      'src/total.js',
      'src/total.py',
      'src/Total.pm',
      'src/total.rs',
      'dist/total.js',
      'dist/total.js.map',
    ];
    const full = await checkoutWith(Object.fromEntries(names.map((path) => [path, lines])));
    const frames = names.flatMap((path) =>
      ['total', text].map((name) => ({
        filename: path,
        function: name,
        lineno: 9,
        colno: 50_000,
        in_app: true,
      })),
    );
    const values = [{ type: 'Error', value: text, stacktrace: { frames } }];
    const { suspects } = await buildEvidence({
      event: parseEvent({ platform: 'node', message: text, transaction: text, exception: { values } }),
      issue: ISSUE,
      checkout: full,
    });
    expect(suspects.length).toBeGreaterThan(0);
  },
);
