import type { FileChange, Finding } from './finding.ts';
import { addedLines, type NumberedLine, removedLines } from './lines.ts';
import { isCheckConfig, isMixedConfig } from './test-files.ts';

/** Findings for what decides which checks run and how strict they are. */
export function judgeCheckConfig(file: FileChange): Finding[] {
  const paths = [file.oldPath ?? file.path, file.path];
  const own = paths.find(isCheckConfig);
  if (own !== undefined) {
    return [finding(own, undefined, `${own} decides what is checked, and how strictly.`)];
  }
  if (!paths.some(isMixedConfig)) return [];
  const added = addedLines(file).filter(({ text }) => LAXER.test(text) && !isNote(text));
  const removed = removedLines(file).filter(({ text }) => KEPT.test(text) && !isNote(text));
  return [
    ...added.slice(0, 3).map((line) => lineFinding(file.path, line, 'may have fewer tests or checks run')),
    ...removed
      .filter((line) => !isReplacedByStricter(line, file))
      .slice(0, 3)
      .map((line) => lineFinding(file.path, line, 'asked for a check, or for more of it')),
  ];
}

const isNote = (text: string): boolean => /^\s*(?:#|\/\/|<!--|\*)/.test(text);

// What takes tests out, or makes a tool look away.
const LAXER =
  /\b(?:testPathIgnorePatterns|coveragePathIgnorePatterns|modulePathIgnorePatterns|passWithNoTests|collectCoverageFrom|addopts|norecursedirs|collect_ignore|omit|exclude_lines|exclude_also|skipTests|maven\.test\.skip|skipITs|testFailureIgnore|ignoreFailures|excludeTags|excludeTestsMatching|failIfNoTests|continue-on-error|extend-ignore|per-file-ignores|ignore_errors|ignore_missing_imports|NoWarn|ExcludeFromCodeCoverage|retries|test_paths|testpaths|bail|allowOnly|forbidOnly)\b|--(?:deselect|ignore|passWithNoTests|exclude|skip|no-verify|testPathIgnorePatterns|retries|reruns|no-cov)\b|"?\bexclude"?\s*[:=]|\b(?:test\.)?enabled\s*=\s*false|^\s*ignore\s*=|\[lints|^\s*\w+\s*=\s*"allow"|\bxfail_strict\s*=\s*false|\|\|\s*true\b|\bdisallow_\w+\s*=\s*false|\bstrict\w*"?\s*[:=]\s*false|\|\|\s*exit 0|-DskipTests|-x\s+test\b/i;
const KEPT =
  /\b(?:coverageThreshold|thresholds?|fail_under|minimum_coverage|minimumCoverage|check-coverage|branches|statements|functions|xfail_strict|forbidOnly|TreatWarningsAsErrors|warnings_as_errors|strict\w*|disallow_\w+|filterwarnings|--strict-markers|jacocoTestCoverageVerification)\b["']?\s*[:=({]/i;

/** A number that grew, or a word that only moved, takes nothing away. */
function isReplacedByStricter({ text }: NumberedLine, file: FileChange): boolean {
  const key = /[\w-]+/.exec(text)?.[0];
  const now = addedLines(file).find((line) => /[\w-]+/.exec(line.text)?.[0] === key);
  if (!now) return false;
  const [was = Number.NaN, is = Number.NaN] = [text, now.text].map((line) =>
    Number(/-?\d+(?:\.\d+)?/.exec(line)?.[0] ?? 'x'),
  );
  if (Number.isNaN(was) || Number.isNaN(is))
    return text.replace(/[\s,;]/g, '') === now.text.replace(/[\s,;]/g, '');
  return is >= was;
}

const lineFinding = (path: string, { number, text }: NumberedLine, why: string): Finding =>
  finding(path, number, `${path}: \`${text.trim().slice(0, 80)}\` ${why}.`);

const finding = (path: string, line: number | undefined, sentence: string): Finding => ({
  rule: 'check-config',
  path,
  ...(line === undefined ? {} : { line }),
  sentence,
  approvable: true,
});
