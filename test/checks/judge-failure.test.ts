import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FailureReason, judgeFailure } from '../../src/checks/judge-failure.ts';

const reason = (type: string, message: string, frames: FailureReason['frames'] = []): FailureReason => ({
  types: [type],
  messages: [message],
  frames,
});
const cart = reason('TypeError', "Cannot read properties of undefined (reading 'lines')", [
  { function: 'total', file: 'app:///src/cart.ts' },
]);
const judge = (output: string, of: FailureReason = cart, exitCode = 1, timedOut = false) =>
  judgeFailure(output, exitCode, timedOut, of);

describe('the incident’s own failure', () => {
  test.each([
    [
      'node:test',
      "  TypeError: Cannot read properties of undefined (reading 'lines')\n      at total (cart.ts:3:5)",
    ],
    ['TAP', `  error: "Cannot read properties of undefined (reading 'lines')"`],
    ['Vitest', "   → Cannot read properties of undefined (reading 'lines')"],
    ['another quote', 'TypeError: Cannot read properties of undefined (reading "lines")'],
    [
      'an uncaught error',
      "cart.ts:3\n  x.lines\n    ^\n\nTypeError: Cannot read properties of undefined (reading 'lines')",
    ],
  ])('its message, as %s prints it', (_runner, output) => {
    expect(judge(output)).toEqual({ own: true, why: "It fails with the incident's own message." });
  });

  test.each([
    ['pytest', "E   KeyError: 'user_id'", reason('KeyError', "'user_id'")],
    ['pytest, in short', "FAILED test_a.py::test_b - KeyError: 'user_id'", reason('KeyError', "'user_id'")],
    [
      'Rust',
      'index out of bounds: the len is 9 but the index is 9',
      reason('panic', 'index out of bounds: the len is 3 but the index is 5'),
    ],
    [
      'older Rust',
      "thread 'x' panicked at 'called unwrap on a None value', src/a.rs:1",
      reason('panic', 'called unwrap on a None value'),
    ],
    [
      'Go',
      'panic: runtime error: index out of range [5] with length 3 [recovered]',
      reason('runtime.boundsError', 'runtime error: index out of range [7] with length 2'),
    ],
    [
      'Java',
      'java.lang.IllegalStateException: Order 17 is closed already',
      reason('java.lang.IllegalStateException', 'Order 99 is closed already'),
    ],
  ])('in the words of %s', (_language, output, of) => {
    expect(judge(output, of).own).toBe(true);
  });

  test('the message with other values, together with the type', () => {
    const of = reason('LookupError', "No product 'A-17' in warehouse 'Graz'");
    expect(judge("E  LookupError: No product 'x' in warehouse 'y'", of).own).toBe(true);
    expect(judge("warning: No product 'x' in warehouse 'y'", of).own).toBe(false);
  });

  test('its type in its own code, with another message', () => {
    expect(judge('TypeError: cart.lines.map is not a function\n    at total (src/checkout.ts:3:5)')).toEqual({
      own: true,
      why: 'It fails with TypeError in total, as the incident does.',
    });
    expect(judge('TypeError: x is not a function\n    at f (src/cart.ts:3:5)').own).toBe(true);
  });
});

describe('any other failure', () => {
  test.each([
    ['passes', '# pass 1', 0, /passes before the fix: it does not reproduce/],
    ['exit code 127', 'sh: 1: vitest: not found', 127, /command was not found/],
    ['exit code 126', 'sh: ./x: Permission denied', 126, /cannot be run/],
    [
      'only the type',
      'TypeError: y is not iterable\n   at other (elsewhere.ts:1:1)',
      1,
      /neither the incident's message nor its code/,
    ],
    [
      'an assertion',
      'AssertionError: expected 3 to equal 4',
      1,
      /neither the incident's exception nor its message/,
    ],
    ['says nothing', '', 1, /neither/],
  ])('%s', (_what, output, exitCode, why) => {
    const judgement = judge(output, cart, exitCode);
    expect(judgement.own).toBe(false);
    expect(judgement.why).toMatch(why);
  });

  test.each([
    ["SyntaxError: Unexpected token '}'", /syntax error/],
    ["Error: Cannot find module './cart.js'", /module is missing/],
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from y", /module/],
    ["src/cart.ts(3,5): error TS2304: Cannot find name 'x'.", /TypeScript/],
    ["E   ModuleNotFoundError: No module named 'shop'", /import/],
    ["ImportError: cannot import name 'x' from 'y'", /import/],
    ['IndentationError: unexpected indent', /indentation/],
    ['Cart.java:5: error: cannot find symbol', /compile/],
    ['error[E0425]: cannot find value `x` in this scope', /compile/],
    ['FAIL\texample.com/shop [build failed]', /build/],
    ['./cart.go:3:5: undefined: x', /build/],
    ['No test files found, exiting with code 1', /no tests were found/],
    ['collected 0 items', /no tests were found/],
    ['ℹ tests 0', /No test ran/],
    ['0 tests', /No test ran/],
    ['ERROR: not found: /x/test_y.py::test_z', /does not exist/],
    ['npm error Missing script: "test:cart"', /does not exist/],
  ])('%s', (line, why) => {
    // Even where the incident's message is quoted around it.
    for (const output of [
      line,
      `${line}\nTypeError: Cannot read properties of undefined (reading 'lines')`,
    ]) {
      const judgement = judge(output);
      expect(judgement.own).toBe(false);
      expect(judgement.why).toMatch(why);
    }
  });

  test.each([
    ['a test named after it', "✖ TypeError: Cannot read properties of undefined (reading 'lines') (3ms)"],
    ['a TAP title', "not ok 1 - Cannot read properties of undefined (reading 'lines')"],
    [
      'source code',
      '  12 |   throw new TypeError(\'Cannot read properties of undefined (reading "lines")\');',
    ],
    ['a line that is pointed at', "Cannot read properties of undefined (reading 'lines')\n    ^"],
    ['a sentence about it', "this used to say Cannot read properties of undefined (reading 'lines')"],
  ])('%s is no evidence', (_what, output) => {
    expect(judge(output).own).toBe(false);
  });

  test('a type that anything throws is no evidence, with or without a frame', () => {
    const of = reason('Error', 'Payment 17 was declined by the bank', [{ function: 'charge' }]);
    expect(judge('Error: boom\n    at charge (pay.ts:1:1)', of).own).toBe(false);
    expect(judge('Error: Payment 4 was declined by the bank', of).own).toBe(true);
  });

  test('a message that says little is no evidence without its type', () => {
    expect(judge('Error: failed', reason('Error', 'failed')).own).toBe(false);
    expect(judge('', reason('', '')).own).toBe(false);
    expect(judge('PaymentError: failed', reason('PaymentError', 'failed')).own).toBe(true);
  });
});

describe('incidents that are of such a kind themselves', () => {
  test('a hang', () => {
    expect(judge('', cart, 137, true)).toMatchObject({
      own: false,
      why: expect.stringContaining('not a hang'),
    });
    expect(judge('', reason('AppHang', 'App hanging for 2000 ms'), 137, true).own).toBe(true);
    expect(judge('', reason('TimeoutError', 'The request timed out'), 137, true).own).toBe(false);
  });

  test('a syntax error at run time', () => {
    const of = reason('SyntaxError', 'Unexpected end of JSON input');
    expect(judge('SyntaxError: Unexpected end of JSON input\n at parse (a.ts:1:1)', of).own).toBe(true);
    expect(judge("SyntaxError: Unexpected token '}'", of).own).toBe(false);
  });

  test('a missing module, also where it stops the collection', () => {
    const of = reason('ModuleNotFoundError', "No module named 'shop.tax'");
    const output =
      "____ ERROR collecting test_a.py ____\nE   ModuleNotFoundError: No module named 'shop.tax'\nInterrupted: 1 error during collection";
    expect(judge(output, of).own).toBe(true);
    expect(judge(output.replaceAll('shop.tax', 'nose'), of).own).toBe(false);
  });
});

test('hostile text on either side is answered, quickly', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(
    fc.property(text, text, text, text, (output, type, message, name) => {
      const judgement = judge(output, {
        types: [type],
        messages: [message],
        frames: [{ function: name, file: name }],
      });
      expect(judgement.why).not.toBe('');
    }),
  );
  for (const unit of ['(((((a+)+)+)+$', ': ', 'a.', '::', '"a', '\n', ' ^\n', 'TypeError']) {
    const long = unit.repeat(500_000 / unit.length);
    expect(judge(long, reason(long, long, [{ function: long, file: long }])).why).not.toBe('');
    expect(judge(long, cart).own).toBe(false);
  }
});
