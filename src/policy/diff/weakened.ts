import { judgeCheckConfig } from './check-config.ts';
import type { FileChange, Finding, RuleName } from './finding.ts';
import { laxerLimit } from './limits.ts';
import { countOf } from './lines.ts';
import { type Marker, markersIn } from './markers.ts';
import { pairTests } from './pairs.ts';
import { isInlineSnapshotRewritten, judgeSnapshotFile } from './snapshots.ts';
import { type TestCase, type TestFile, testsIn } from './test-cases.ts';
import { isTestFile } from './test-files.ts';

/**
 * Findings for tests that went, or that would catch less than they did. A test may be moved, renamed, joined with
 * others or turned into rows of a table; it may gain anything that makes it stricter.
 */
export function judgeTests(files: readonly FileChange[]): Finding[] {
  const before = files.flatMap((file) => testFile(file.oldPath ?? file.path, file.before));
  const after = files.flatMap((file) => testFile(file.path, file.after));
  return [
    ...files.flatMap(judgeCheckConfig),
    ...files.flatMap(judgeSnapshotFile),
    ...judgeCases(files, before, after),
    ...judgeMarkers(files, before, after),
    ...judgeConstants(before, after),
  ];
}

/** Rust keeps tests beside the code, so there every file counts. */
function testFile(path: string, text: string | undefined): TestFile[] {
  if (!isTestFile(path) && !path.endsWith('.rs')) return [];
  const read = testsIn(path, text);
  return read ? [read] : [];
}

function judgeCases(
  files: readonly FileChange[],
  before: readonly TestFile[],
  after: readonly TestFile[],
): Finding[] {
  const renames = new Map(
    files.flatMap((file) => (file.oldPath === undefined ? [] : [[file.oldPath, file.path]])),
  );
  const { same, gone } = pairTests(
    before.flatMap((file) => file.cases),
    after.flatMap((file) => file.cases),
    renames,
  );
  const spare = newAssertions(before, after);
  return [
    ...gone
      .filter((test) => !isIdle(test))
      .map((test) => found('test-removed', test, `The test "${shown(test)}" is gone from ${test.path}.`)),
    ...same.flatMap((pair) => judgePair(pair, spare)),
    ...lostHelpers(before, after),
  ];
}

/** A test that asserted nothing because it was skipped or never written is no loss. */
const isIdle = (test: TestCase): boolean =>
  /^\s*(?:x(?:it|test|specify)|(?:it|test|specify)\.(?:todo|skip))\b/.test(test.code);

function judgePair(
  { before, after }: { before: TestCase; after: TestCase },
  spare: Map<string, number>,
): Finding[] {
  const name = `The test "${shown(after)}" in ${after.path}`;
  const weakened = (what: string): Finding[] => [found('test-weakened', after, `${name} ${what}.`)];
  if (before.raw === after.raw) return [];
  if (isInlineSnapshotRewritten(before, after)) {
    return [found('snapshot-rewritten', after, `${name} has another inline snapshot.`)];
  }
  const lost = lostAssertions(before, after, spare);
  if (lost > 0) return weakened(`lost ${lost} of its ${before.assertions.length} assertions`);
  const weaker =
    after.assertions.filter(({ isWeak }) => isWeak).length -
    before.assertions.filter(({ isWeak }) => isWeak).length;
  const stronger = strong(after) - strong(before);
  if (weaker > 0 && stronger < 0)
    return weakened('has an assertion that accepts more than the one it replaces');
  if (after.rows < before.rows && !(after.rows === 0 && after.assertions.length >= before.rows)) {
    return weakened(`runs over ${after.rows} inputs; there were ${before.rows}`);
  }
  if (awaited(after) < awaited(before)) return weakened('no longer waits for an assertion');
  const laxer = laxerLimit(before, after);
  return laxer === undefined ? [] : weakened(laxer);
}

const strong = (test: TestCase): number => test.assertions.filter(({ isWeak }) => !isWeak).length;

/** Promises of assertions that are waited for; one that is not cannot fail its test. */
const awaited = (test: TestCase): number =>
  test.family === 'javascript' && /\.(?:rejects|resolves)\b|rejects\(/.test(test.code)
    ? (test.code.match(/\b(?:await|return)\s+(?:expect|assert|t)\b/g)?.length ?? 0)
    : 0;

/** How many assertions fewer a test makes, not counting those that moved to another place of the diff. */
function lostAssertions(before: TestCase, after: TestCase, spare: Map<string, number>): number {
  const fewer = before.assertions.length - after.assertions.length;
  if (fewer <= 0) return 0;
  if (after.rows > before.rows && after.assertions.length > 0) return 0;
  const kept = countOf(after.assertions.map(({ text }) => text));
  let moved = 0;
  for (const { text } of before.assertions) {
    const here = kept.get(text) ?? 0;
    if (here > 0) kept.set(text, here - 1);
    else if ((spare.get(text) ?? 0) > 0) {
      spare.set(text, (spare.get(text) ?? 0) - 1);
      moved += 1;
    }
  }
  return Math.max(0, fewer - moved);
}

/** Assertions, by their text, that the test files have more often than before. */
function newAssertions(before: readonly TestFile[], after: readonly TestFile[]): Map<string, number> {
  const texts = (files: readonly TestFile[]) =>
    files.flatMap((file) => file.assertions.map(({ text }) => text));
  const was = countOf(texts(before));
  return new Map([...countOf(texts(after))].map(([text, count]) => [text, count - (was.get(text) ?? 0)]));
}

/** Helpers outside of any test that assert less than they did. */
function lostHelpers(before: readonly TestFile[], after: readonly TestFile[]): Finding[] {
  const outside = (file: TestFile): number =>
    file.assertions.length - file.cases.reduce((sum, test) => sum + test.assertions.length, 0);
  const total = (files: readonly TestFile[]): number =>
    files.reduce((sum, file) => sum + file.assertions.length, 0);
  if (total(after) >= total(before)) return [];
  return before.flatMap((file) => {
    const now = after.find((one) => one.path === file.path);
    const lost = outside(file) - (now ? outside(now) : 0);
    if (!now || lost <= 0) return [];
    const sentence = `Helpers of the tests in ${file.path} lost ${lost} of their assertions.`;
    return [{ rule: 'test-weakened', path: file.path, sentence, approvable: true }];
  });
}

/** Markers that the diff has more often than before; one that moved with its test counts as what it was. */
function judgeMarkers(
  files: readonly FileChange[],
  before: readonly TestFile[],
  after: readonly TestFile[],
): Finding[] {
  const key = ({ kind, name }: Marker): string => `${kind}\0${name}`;
  const spare = countOf(before.flatMap((file) => markersIn(file)).map(key));
  const fresh = new Set(files.filter(({ status }) => status === 'added').map(({ path }) => path));
  // A new test file may leave a test early or retry; it has nothing yet that it could hide.
  const marked = after.flatMap((file) =>
    markersIn(file)
      .filter(({ kind }) => kind === 'skip' || !fresh.has(file.path))
      .map((marker) => ({ marker, path: file.path })),
  );
  return marked.flatMap(({ marker, path }) => {
    const left = spare.get(key(marker)) ?? 0;
    spare.set(key(marker), left - 1);
    if (left > 0) return [];
    const rule: RuleName = marker.kind === 'skip' ? 'test-skipped' : 'test-weakened';
    const sentence = `${path} gains \`${marker.name}\`, ${MARKER_MEANS[marker.kind]}.`;
    return [{ rule, path, line: marker.line, sentence, approvable: true }];
  });
}

const MARKER_MEANS: Record<Marker['kind'], string> = {
  skip: 'by which tests do not run, or need not pass',
  swallow: 'by which a failure goes unseen',
  leave: 'by which a test may end before its assertions',
  retry: 'by which a test passes that fails at times',
};

function judgeConstants(before: readonly TestFile[], after: readonly TestFile[]): Finding[] {
  const constant = (files: readonly TestFile[]) =>
    files.flatMap((file) =>
      file.assertions.filter(({ isConstant }) => isConstant).map((one) => ({ ...one, path: file.path })),
    );
  const spare = countOf(constant(before).map(({ text }) => text));
  return constant(after).flatMap(({ text, line, path }) => {
    const left = spare.get(text) ?? 0;
    spare.set(text, left - 1);
    if (left > 0) return [];
    return [
      {
        rule: 'test-weakened',
        path,
        line,
        sentence: `${path} gains \`${text.slice(0, 60)}\`, which cannot fail.`,
        approvable: true,
      },
    ];
  });
}

const shown = (test: TestCase): string => test.name.replace(/\s+/g, ' ').slice(0, 80);
const found = (rule: RuleName, test: TestCase, sentence: string): Finding => ({
  rule,
  path: test.path,
  line: test.line,
  sentence,
  approvable: true,
});
