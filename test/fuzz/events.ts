import fc from 'fast-check';
import { hostileText } from './texts.ts';

/** The checkout that the events are about. */
export const FILES: Readonly<Record<string, string>> = {
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
    'total',
  ),
  fc.string({ maxLength: 60 }),
  hostileText(6),
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

/** One call of a stack with this way of naming files. */
const frameOf = (path: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  shape({
    filename: loosely(path),
    abs_path: loosely(path),
    absPath: loosely(path),
    module: loosely(path),
    function: loosely(word),
    package: loosely(path),
    lineno: number,
    colno: number,
    lineNo: number,
    in_app: loosely(fc.boolean()),
    context_line: loosely(word),
    pre_context: several(word),
    instruction_addr: loosely(word),
    vars: loosely(fc.dictionary(word, fc.anything({ maxDepth: 1 }), { maxKeys: 3 })),
  });

const image = shape({
  type: fc.constantFrom('sourcemap', 'elf'),
  code_file: loosely(word),
  debug_id: loosely(fc.uuid()),
});
const crumb = shape({ message: loosely(word), category: loosely(word), data: fc.anything({ maxDepth: 2 }) });
const request = shape({
  url: loosely(word),
  headers: several(fc.tuple(word, word)),
  query_string: loosely(word),
  data: fc.anything({ maxDepth: 2 }),
});

/** Events in the forms of SDKs and of the API, nearly right: each part now and then missing or something else. */
export function eventWith(path: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const stack = shape({ frames: loosely(fc.array(frameOf(path), { maxLength: 8 })) });
  const exception = shape({
    type: loosely(word),
    value: loosely(word),
    stacktrace: stack,
    mechanism: shape({ handled: fc.boolean() }),
  });
  const threads = several(shape({ id: number, crashed: fc.boolean(), stacktrace: stack }));
  const sent = fc.record(
    {
      platform: loosely(
        fc.constantFrom(
          'node',
          'javascript',
          'python',
          'java',
          'native',
          'rust',
          'perl',
          'go',
          'cocoa',
          'php',
        ),
      ),
      message: loosely(word),
      culprit: loosely(word),
      transaction: loosely(word),
      release: loosely(word),
      exception: several(exception),
      threads,
      stacktrace: stack,
      debug_meta: shape({ images: several(image) }),
      breadcrumbs: several(crumb),
      tags: several(fc.tuple(word, word)),
      request,
      user: fc.anything({ maxDepth: 2 }),
      extra: fc.anything({ maxDepth: 2 }),
      contexts: fc.anything({ maxDepth: 2 }),
      timestamp: loosely(fc.oneof(fc.double(), word)),
    },
    { requiredKeys: [] },
  );
  const entry = fc.oneof(
    fc.record({ type: fc.constant('exception'), data: shape({ values: several(exception) }) }),
    fc.record({ type: fc.constant('threads'), data: threads }),
    fc.record({ type: fc.constant('debugmeta'), data: shape({ images: several(image) }) }),
    fc.record({ type: fc.constant('breadcrumbs'), data: several(crumb) }),
    fc.record({ type: fc.constant('request'), data: request }),
    fc.record({ type: loosely(word), data: fc.anything({ maxDepth: 2 }) }),
  );
  return fc.oneof(
    { weight: 4, arbitrary: sent },
    { weight: 4, arbitrary: fc.record({ platform: loosely(word), entries: several(entry) }) },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 3 }) },
  );
}

/** Events whose files are sometimes those of the checkout. */
export const event = eventWith(word);
