import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEvent } from '../../../src/sentry/event.ts';
import { buildEvidence } from '../../../src/sentry/evidence/evidence.ts';
import { checkoutWith, ISSUE } from './support.ts';

/** How often each property is tried; a nightly run sets more. */
const RUNS = Number(process.env.PITCREW_FUZZ_RUNS ?? 250);

const FILES = {
  'package.json': '{}',
  'src/guard.js': 'export function ensure(value, name) {\n  if (!value) throw new TypeError(name);\n}\n',
  'src/cart.js':
    "import { ensure } from './guard.js';\nimport { rates } from './rates.js';\n\nexport const total = (cart) => {\n  const rate = rates[cart.country];\n  ensure(rate, 'rate');\n  return rate.percent;\n};\n",
  'src/rates.js': 'export const rates = { de: { percent: 19 } };\n',
  'src/main.js': "import { total } from './cart.js';\ntotal({});\n",
  'app/models.py': 'def load(order):\n    raise KeyError(order["lines"])\n',
  'lib/Shop/Cart.pm': 'sub total {\n    my ($self, $rate) = @_;\n    die "no rate" unless $rate;\n}\n',
  'dist/app.min.js': 'x(y(z()))\n',
};

const word = fc.oneof(
  fc.constantFrom(...Object.keys(FILES)),
  fc.constantFrom(
    '',
    '?',
    '<anonymous>',
    '../../etc/passwd',
    '/app/src/cart.js',
    'C:\\app\\src\\cart.js',
    'ensure',
    'total',
  ),
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const loosely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: value }, { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }) });
const shape = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  loosely(fc.record(fields, { requiredKeys: [] }));
const several = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  loosely(
    fc.oneof(fc.array(value, { maxLength: 5 }), fc.record({ values: fc.array(value, { maxLength: 5 }) })),
  );

const number = loosely(fc.oneof(fc.integer({ min: -1, max: 12 }), fc.maxSafeInteger(), fc.double()));
const frame = shape({
  filename: loosely(word),
  abs_path: loosely(word),
  module: loosely(word),
  function: loosely(word),
  package: loosely(word),
  lineno: number,
  colno: number,
  in_app: loosely(fc.boolean()),
  context_line: loosely(word),
  pre_context: several(word),
  instruction_addr: loosely(word),
});
const stack = shape({ frames: loosely(fc.array(frame, { maxLength: 8 })) });
const exception = shape({
  type: loosely(word),
  value: loosely(word),
  stacktrace: stack,
  mechanism: shape({ handled: fc.boolean() }),
});
const image = shape({
  type: fc.constantFrom('sourcemap', 'elf'),
  code_file: loosely(word),
  debug_id: loosely(fc.uuid()),
});
const fields = {
  platform: loosely(
    fc.constantFrom('node', 'javascript', 'python', 'java', 'native', 'rust', 'perl', 'go', 'cocoa', 'php'),
  ),
  message: loosely(word),
  culprit: loosely(word),
  transaction: loosely(word),
  exception: several(exception),
  threads: several(shape({ id: number, crashed: fc.boolean(), stacktrace: stack })),
  stacktrace: stack,
  debug_meta: shape({ images: several(image) }),
  breadcrumbs: several(shape({ message: loosely(word), data: fc.anything({ maxDepth: 2 }) })),
};
const event = fc.oneof(
  fc.record(fields, { requiredKeys: [] }),
  fc.record({
    entries: several(
      fc.oneof(
        fc.record({ type: fc.constant('exception'), data: shape({ values: several(exception) }) }),
        fc.record({ type: fc.constant('debugmeta'), data: shape({ images: several(image) }) }),
        fc.record({ type: loosely(word), data: fc.anything({ maxDepth: 2 }) }),
      ),
    ),
  }),
);

test('whatever an event looks like: evidence, within its bounds, of files of the repository only', async () => {
  const checkout = await checkoutWith(FILES);
  await fc.assert(
    fc.asyncProperty(event, async (value) => {
      const { text, suspects, declaredPaths } = await buildEvidence({
        event: parseEvent(value),
        issue: ISSUE,
        checkout,
      });
      expect(text.length).toBeLessThanOrEqual(5800);
      expect(text).not.toMatch(/[\u0000\u202e\u001b]/);
      for (const path of [...declaredPaths, ...suspects.map((suspect) => suspect.path)]) {
        expect(Object.keys(FILES)).toContain(path);
      }
    }),
    { numRuns: RUNS },
  );
});

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
    const paths = [
      'src/total.js',
      'src/total.py',
      'src/Total.pm',
      'src/total.rs',
      'dist/total.js',
      'dist/total.js.map',
    ];
    const checkout = await checkoutWith(Object.fromEntries(paths.map((path) => [path, lines])));
    const frames = paths.flatMap((path) =>
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
      checkout,
    });
    expect(suspects.length).toBeGreaterThan(0);
  },
);
