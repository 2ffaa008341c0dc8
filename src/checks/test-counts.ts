/**
 * What a test runner's own summary says: `some` tests ran (passed or failed), `none` did (none found, or all
 * skipped), or `unknown`, as for a plain script, whose exit code then is all there is.
 *
 * | runner             | some                               | none                                         |
 * | ------------------ | ---------------------------------- | -------------------------------------------- |
 * | node:test          | `pass 1`, `fail 1`                 | `tests 0`, `pass 0` with `fail 0`            |
 * | Vitest, Jest       | `1 passed`, `1 failed`             | `No test files found`, `No tests found`, `Tests: 2 skipped` |
 * | Mocha, Jasmine     | `1 passing`, `1 failing`           | `0 passing` and nothing failing              |
 * | pytest             | `1 passed`, `1 failed`             | `no tests ran`, `collected 0 items`, `2 skipped` |
 * | unittest           | `Ran 1 test`                       | `Ran 0 tests`, `NO TESTS RAN`                |
 * | Cargo              | `1 passed`, `1 failed`             | `running 0 tests` in every binary            |
 * | Go                 | `ok PACKAGE 0.1s`, `--- FAIL`      | `[no test files]`, `[no tests to run]`       |
 * | RSpec, Maven, .NET | `1 example`, `Tests run: 1`        | `0 examples`, `Tests run: 0`, `No test is available` |
 */
export function testsRun(output: string): 'some' | 'none' | 'unknown' {
  const lines = output.split('\n');
  if (lines.some((line) => line.length < 500 && SOME.test(line) && !NOT_TESTS.test(line))) {
    return allSkipped(output) ? 'none' : 'some';
  }
  return NONE.test(output) ? 'none' : 'unknown';
}

const SOME =
  /^(?:ℹ|#) (?:pass|fail) [1-9]|\b[1-9]\d* (?:passed|failed|passing|failing|examples?)\b|^Ran [1-9]\d* tests?\b|\bTests run: {1,3}[1-9]|^ok {1,4}\t?\S+\t|^\s{0,20}--- (?:PASS|FAIL):|^(?:Passed!|Failed!) /;

/** Go packages without tests; counts of files and suites, which fail also where no test in them ran. */
const NOT_TESTS = /\[no test(?:s to run| files)\]|^\s{0,10}Test (?:Files|Suites)\b/;

const NONE =
  /^(?:ℹ|#) tests 0$|^1\.\.0\b|^(?:ℹ|#) pass 0$|no tests? (?:files? )?found|no tests ran|collected 0 items|\brunning 0 tests\b|\bRan 0 tests\b|\bNO TESTS RAN\b|\b0 (?:passing|examples)\b|\bTests run: {1,3}0\b|\[no tests? (?:to run|files)\]|no tests? to run|^\s{0,10}Tests\s{1,10}(?:no tests|\d+ skipped)|^\s{0,10}Tests:\s{1,10}(?:0 total|\d+ (?:skipped|todo), \d+ total)|^=* ?\d+ (?:skipped|deselected)[^\n]{0,40} in |No test is available|\b0 tests\b/im;

/** unittest counts skipped tests as run: `Ran 2 tests`, `OK (skipped=2)`. */
function allSkipped(output: string): boolean {
  const ran = /^Ran (\d+) tests?\b/m.exec(output)?.[1];
  const skipped = /^OK \(skipped=(\d+)\)/m.exec(output)?.[1];
  return ran !== undefined && ran === skipped;
}
