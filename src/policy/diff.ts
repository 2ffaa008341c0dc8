import { judgeContents } from './diff/contents.ts';
import type { DiffRules, FileChange, Finding } from './diff/finding.ts';
import { judgePaths } from './diff/protected-paths.ts';
import { HUGE_BYTES, judgeShape } from './diff/shape.ts';
import { judgeSilencing } from './diff/suppressions.ts';
import { judgeTests } from './diff/weakened.ts';

export type { DiffRules, FileChange, Finding, RuleName } from './diff/finding.ts';

/**
 * What speaks against a diff: protected paths, too much of it, kinds of change that no fix needs, secrets, characters
 * that nobody sees, tests and checks made weaker. Pure, and the same for any order of the files. What is not
 * approvable comes first, then by path and line.
 */
export function judgeDiff(files: readonly FileChange[], rules: DiffRules): Finding[] {
  const ordered = [...files].sort((one, other) => compare(one.path, other.path));
  // What is too large to be judged is refused for that alone, and not read for an hour.
  const readable = ordered.filter(({ size }) => size <= HUGE_BYTES);
  const findings = [
    ...judgePaths(ordered, rules.protected),
    ...judgeShape(ordered, rules),
    ...judgeContents(ordered),
    ...judgeTests(readable),
    ...judgeSilencing(readable),
  ];
  return withoutRepeats(findings).sort(
    (one, other) =>
      Number(one.approvable) - Number(other.approvable) ||
      compare(one.path, other.path) ||
      (one.line ?? 0) - (other.line ?? 0) ||
      compare(one.sentence, other.sentence),
  );
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Map(
    findings.map((finding) => [
      `${finding.rule}\0${finding.path}\0${finding.line}\0${finding.sentence}`,
      finding,
    ]),
  );
  return [...seen.values()];
}
