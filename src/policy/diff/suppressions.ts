import type { FileChange, Finding } from './finding.ts';
import { type Family, familyOf } from './languages.ts';
import { lineAt } from './lines.ts';
import { viewsOf } from './mask.ts';

/**
 * Findings for what tells a compiler, linter or coverage tool to look away, where the whole diff has more of it than
 * before: moved with its code it counts as what it was. Words in strings, and prose about these words, do not count.
 */
export function judgeSilencing(files: readonly FileChange[]): Finding[] {
  const spare = new Map<string, number>();
  for (const file of files) {
    for (const { name } of silencersIn(file.before, file.oldPath ?? file.path))
      spare.set(name, (spare.get(name) ?? 0) + 1);
  }
  const findings: Finding[] = [];
  // Files that had one keep theirs first, so that the finding names the place that gained it.
  const after = files.flatMap((file) => {
    const old = silencersIn(file.before, file.oldPath ?? file.path).map(({ name }) => name);
    return silencersIn(file.after, file.path).map((one) => {
      const index = old.indexOf(one.name);
      if (index >= 0) old.splice(index, 1);
      return { ...one, path: file.path, isOld: index >= 0 };
    });
  });
  for (const { name, line, path } of after.sort((one, other) => Number(other.isOld) - Number(one.isOld))) {
    const left = spare.get(name) ?? 0;
    if (left > 0) spare.set(name, left - 1);
    else
      findings.push({
        rule: 'check-silenced',
        path,
        line,
        sentence: `${path} gains \`${name}\`, which silences a check.`,
        approvable: true,
      });
  }
  return findings;
}

function silencersIn(text: string | undefined, path: string): { name: string; line: number }[] {
  const family = familyOf(path);
  if (text === undefined || family === undefined) return [];
  const views = viewsOf(text, family);
  const inCode = IN_CODE[family];
  return [
    ...[...views.comments.matchAll(IN_COMMENTS)],
    ...(inCode ? [...views.code.matchAll(inCode)] : []),
  ].map((match) => ({ name: nameOf(match[0]), line: lineAt(text, match.index + match[0].search(/\S/)) }));
}

const nameOf = (found: string): string =>
  found
    .replace(/\s+/g, ' ')
    .replace(/^[\s/*#<!{-]+(?=[@\w$:])/, '')
    .trim();

// What a tool obeys stands at the start of a comment; `# noqa`, `# nosec` and `type: ignore` also after other words.
const START = '(?:(?<!\\/)\\/{2,4}|\\/\\*{1,2}|<!--|(?<!#)#{1,3}|^[ \\t]{0,80}\\*)[ \\t!]{0,8}';
const DIRECTIVES = [
  '@ts-(?:ignore|expect-error|nocheck)',
  '(?:eslint|oxlint|stylelint|tslint|jshint|standard|deno-lint|biome|rslint)[-:](?:disable|ignore)[\\w-]*',
  '\\$Flow(?:FixMe|Ignore|Issue)|flowlint|@flow strict-local',
  '(?:istanbul|c8|v8) ignore|node:coverage (?:ignore|disable)',
  'pylint: ?disable|pyright: ?(?:ignore|basic)|mypy: ?[\\w-]+|ruff: ?noqa|flake8: ?noqa|pyre-(?:ignore|fixme)|pytype: ?disable',
  'nolint|lint:ignore|revive:disable',
  'phpcs:(?:ignore|disable)|@phpstan-ignore[\\w-]*|@psalm-suppress|@codeCoverageIgnore[\\w]*|phpmd',
  'rubocop: ?(?:disable|todo)|:nocov:|steep:ignore',
  'swiftlint:disable|ktlint-disable|detekt:|checkstyle[:.]off|CHECKSTYLE:OFF|@formatter:off|spotless:off',
  'credo:disable|coveralls-ignore',
  'NOLINT\\w*|LCOV_EXCL\\w*|cppcheck-suppress|ReSharper disable|coverage:ignore|ignore_for_file|ignore: ?\\w+',
];
const ANYWHERE = '#[ \\t]*(?:noqa|nosec|type: ?ignore|pragma: ?no ?cover)\\b|\\bNOSONAR\\b|\\blgtm ?\\[';
const IN_COMMENTS = new RegExp(`${START}(?:${DIRECTIVES.join('|')})|${ANYWHERE}`, 'gm');

const JVM =
  /@(?:file:)?(?:SuppressWarnings|Suppress|SuppressLint|SuppressFBWarnings|Generated|ExcludeFromJacoco\w*)\b/g;
const IN_CODE: Partial<Record<Family, RegExp>> = {
  rust: /#!?\[\s*(?:cfg_attr\s*\([^)\]]*,\s*)?(?:allow|expect|coverage\s*\(\s*off)\b/g,
  java: JVM,
  kotlin: JVM,
  csharp:
    /#pragma\s+warning\s+disable|\[\s*(?:assembly:\s*)?(?:SuppressMessage|ExcludeFromCodeCoverage)\b|#nullable\s+disable/g,
  c: /#\s*pragma\s+(?:GCC|clang)\s+diagnostic\s+ignored|#\s*pragma\s+warning\s*\(\s*disable/g,
  elixir: /@dialyzer\b/g,
  python: /@(?:typing\.)?no_type_check\b/g,
};
