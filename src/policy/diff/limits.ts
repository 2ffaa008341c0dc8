import type { TestCase } from './test-cases.ts';

/** A number in a test that decides how strict it is. */
interface Limit {
  kind: 'tolerance' | 'digits' | 'time-out' | 'runs';
  value: number;
}

/** A time-out that grows to this many times what it was hides a slow-down; less is a busy machine. */
const MUCH_LONGER = 3;

/** What of one test's limits became laxer, as the end of a sentence; undefined where nothing did. */
export function laxerLimit(before: TestCase, after: TestCase): string | undefined {
  for (const kind of Object.keys(PATTERNS) as Limit['kind'][]) {
    const was = valuesOf(before.code, kind);
    const is = valuesOf(after.code, kind);
    // Numbers that came or went with their statement are judged with the statement.
    if (was.length === 0 || is.length !== was.length) continue;
    for (const [index, value] of is.entries()) {
      const old = was[index] ?? value;
      const isLaxer = {
        tolerance: value > old,
        digits: value < old,
        'time-out': value >= old * MUCH_LONGER,
        runs: value < old,
      };
      if (isLaxer[kind]) return SENTENCES[kind](old, value);
    }
  }
  return undefined;
}

const SENTENCES: Record<Limit['kind'], (old: number, value: number) => string> = {
  tolerance: (old, value) => `has a wider tolerance (${old} became ${value})`,
  digits: (old, value) => `compares fewer digits (${old} became ${value})`,
  'time-out': (old, value) => `has a much longer time-out (${old} became ${value})`,
  runs: (old, value) => `tries fewer cases (${old} became ${value})`,
};

const NUMBER = '(-?[\\d_]*\\.?\\d[\\d_]*(?:[eE][-+]?\\d+)?)';
const pattern = (before: string): RegExp => new RegExp(`${before}${NUMBER}`, 'g');

const PATTERNS: Record<Limit['kind'], RegExp[]> = {
  tolerance: [
    pattern(
      '\\b(?:delta|abs|rel|rel_tol|abs_tol|atol|rtol|epsilon|eps|tolerance|accuracy|precision|within|max_relative|threshold|maxDiffPixels|maxDiffPixelRatio)\\s*[:=(]\\s*',
    ),
    pattern('\\b(?:be_within|within|closeTo|approximately|offset|Within)\\s*\\((?:[^()\\n]*,)?\\s*'),
    pattern('\\b(?:InDelta|InEpsilon|InDeltaSlice)\\s*\\([^\\n]*,\\s*'),
    pattern(
      '\\b(?:assertEquals|AreEqual|assertEqualsWithDelta|assert_in_delta|assert_in_epsilon|assert_delta|EXPECT_NEAR|ASSERT_NEAR)\\s*[( ](?:[^(),\\n]*(?:\\([^()]*\\))?,){2}\\s*',
    ),
  ],
  digits: [
    pattern('\\btoBeCloseTo\\s*\\([^()\\n]*(?:\\([^()]*\\))?[^()\\n]*,\\s*'),
    pattern('\\bplaces\\s*=\\s*'),
    pattern('\\bassertAlmostEquals?\\s*\\((?:[^(),\\n]*(?:\\([^()]*\\))?,){2}\\s*'),
    pattern('\\bdecimal\\s*=\\s*'),
  ],
  'time-out': [
    pattern(
      '\\b(?:timeout|setTimeout|Timeout|timeoutMs|time_limit|setDefaultTimeout|timeout_seconds|Duration\\.of\\w+|timeLimit)\\s*(?:[:=(]|\\(\\s*\\w+\\s*=)\\s*',
    ),
    pattern('\\}\\s*,\\s*(?=[\\d_]+\\s*\\)\\s*;?\\s*$)'),
  ],
  runs: [
    pattern(
      '\\b(?:numRuns|max_examples|maxExamples|minSuccessful|iterations|runs|max_runs|tries)\\s*[:=(]\\s*',
    ),
  ],
};

const valuesOf = (code: string, kind: Limit['kind']): number[] =>
  PATTERNS[kind]
    .flatMap((one) => [...code.matchAll(one)])
    .map((match) => Number((match[1] ?? '').replaceAll('_', '')))
    .filter((value) => Number.isFinite(value));
