import { expect, test } from 'vitest';
import { testsRun } from '../../src/checks/test-counts.ts';

test.each([
  ['ℹ tests 1\nℹ pass 1\nℹ fail 0', 'some'],
  ['# tests 2\n# pass 0\n# fail 2', 'some'],
  ['ℹ tests 0\nℹ pass 0', 'none'],
  ['ℹ tests 1\nℹ pass 0\nℹ fail 0\nℹ skipped 1', 'none'],
  [' Test Files  1 passed (1)\n      Tests  3 passed (3)', 'some'],
  [' Test Files  1 failed (1)\n      Tests  no tests', 'none'],
  [' Test Files  1 skipped (1)\n      Tests  2 skipped (2)', 'none'],
  ['No test files found, exiting with code 0', 'none'],
  ['No tests found, exiting with code 0', 'none'],
  ['Tests:       1 skipped, 1 total', 'none'],
  ['Tests:       1 passed, 1 total', 'some'],
  ['  2 passing (4ms)', 'some'],
  ['  0 passing (4ms)\n  1 pending', 'none'],
  ['== 1 passed in 0.01s ==', 'some'],
  ['== no tests ran in 0.01s ==', 'none'],
  ['== 2 skipped in 0.01s ==', 'none'],
  ['== 3 deselected in 0.01s ==', 'none'],
  ['Ran 3 tests in 0.1s\n\nOK', 'some'],
  ['Ran 2 tests in 0.1s\n\nOK (skipped=2)', 'none'],
  ['Ran 0 tests in 0.000s\n\nOK', 'none'],
  ['running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored', 'none'],
  ['running 0 tests\ntest result: ok. 0 passed\nrunning 1 test\ntest result: ok. 1 passed; 0 failed', 'some'],
  ['ok  \texample.com/shop\t0.012s', 'some'],
  ['ok  \texample.com/shop\t0.012s [no tests to run]', 'none'],
  ['?   \texample.com/shop\t[no test files]', 'none'],
  ['2 examples, 0 failures', 'some'],
  ['Tests run: 0, Failures: 0', 'none'],
  ['1..0 # skipped', 'none'],
  ['all good', 'unknown'],
  ['', 'unknown'],
])('%j', (output, answer) => {
  expect(testsRun(output)).toBe(answer);
});
