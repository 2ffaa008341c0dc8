import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseEvent } from '../../src/sentry/event.ts';
import { buildEvidence, checkoutOf } from '../../src/sentry/evidence/evidence.ts';
import { signalsOf } from '../../src/triage/signals.ts';
import { ISSUE } from '../sentry/evidence/support.ts';
import { useFolder } from './folder.ts';
import { fuzz } from './fuzz.ts';
import { expectLinear, repeated } from './linear.ts';

const folder = useFolder();

/** What source, stacks and messages are made of. */
const code = fc.oneof(
  fc.constantFrom(
    ...[
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '`',
      '\\',
      '/',
      '//',
      '/*',
      '*/',
      '#',
      '$',
      '@',
      '.',
      ',',
      ';',
      ':',
    ],
    ...[
      '=',
      '=>',
      '->',
      '::',
      ' ',
      '\t',
      '\n',
      'a',
      'A',
      '_',
      '0',
      '9',
      'é',
      '-',
      '%',
      '%s',
      '%20',
      '&',
      '|',
    ],
    ...[
      'import ',
      'from ',
      'require(',
      'function ',
      'def ',
      'fn ',
      'func ',
      'class ',
      'return ',
      'throw ',
      'raise ',
    ],
    ...[
      'assert ',
      'panic(',
      'if (',
      'const ',
      'my ($',
      'use ',
      'sub ',
      'package ',
      'data:',
      '.js',
      '.py',
      'src/',
    ],
    ...[
      'at ',
      ' in ',
      'http://',
      'webpack:///',
      'app:///',
      '../',
      'node_modules/',
      '.min.js',
      '?',
      'key=',
      'aA',
    ],
  ),
  fc.string({ maxLength: 3 }),
);

const crashOf = (field: string, text: string) => {
  const frame: Record<string, unknown> = {
    filename: 'src/total.js',
    function: 'total',
    lineno: 2,
    in_app: true,
  };
  const exception: Record<string, unknown> = { type: 'Error', value: 'x', stacktrace: { frames: [frame] } };
  const root: Record<string, unknown> = { platform: 'node', exception: { values: [exception] } };
  if (field in frame || ['module', 'abs_path', 'context_line', 'package'].includes(field))
    frame[field] = text;
  else if (field === 'type' || field === 'value') exception[field] = text;
  else root[field] = text;
  return root;
};

fuzz(
  'a long text in any field costs what its length is',
  fc.record({
    field: fc.constantFrom(
      ...['filename', 'abs_path', 'module', 'function', 'context_line', 'package', 'type', 'value'],
      ...[
        'message',
        'culprit',
        'transaction',
        'release',
        'logentry',
        'breadcrumbs',
        'request',
        'tags',
        'extra',
      ],
    ),
    text: repeated(code),
    platform: fc.constantFrom(
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
  }),
  async ({ field, text, platform }) => {
    const checkout = checkoutOf(folder.path, async () => ['src/total.js', 'src/cart.py']);
    await expectLinear(async (long) => {
      const json = { ...crashOf(field, long), platform };
      signalsOf(json);
      await buildEvidence({ event: parseEvent(json), issue: ISSUE, checkout });
    }, text);
  },
);

fuzz(
  'a long line of source costs what its length is',
  fc.record({
    name: fc.constantFrom('total.js', 'total.py', 'Total.pm', 'total.rs', 'total.go'),
    text: repeated(code),
  }),
  async ({ name, text }) => {
    const path = `lib/${name}`;
    await mkdir(join(folder.path, 'lib'), { recursive: true });
    await expectLinear(async (long) => {
      await writeFile(join(folder.path, path), `${long}\n${long}\n`);
      const frames = [{ filename: path, function: 'total', lineno: 2, in_app: true }];
      const values = [{ type: 'TypeError', value: 'total is not a function', stacktrace: { frames } }];
      const checkout = checkoutOf(folder.path, async () => [path, 'src/other.js']);
      const event = parseEvent({ platform: 'node', exception: { values } });
      await buildEvidence({ event, issue: ISSUE, checkout });
    }, text);
  },
);
