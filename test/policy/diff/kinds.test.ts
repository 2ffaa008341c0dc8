import { describe, expect, test } from 'vitest';
import { type FileChange, judgeDiff, type RuleName } from '../../../src/policy/diff.ts';
import { change, RULES } from './support.ts';

const rulesOf = (files: FileChange[], rules = RULES): RuleName[] =>
  judgeDiff(files, rules).map(({ rule }) => rule);
const code = 'export const one = 1;\n';
const added = (path: string, after = code, more: Partial<FileChange> = {}) =>
  change(path, undefined, after, more);

describe('protected paths', () => {
  test.each([
    '.github/workflows/ci.yml',
    '.GitHub/Workflows/CI.yml',
    'packages/web/.github/dependabot.yml',
    '.gitlab-ci.yml',
    '.circleci/config.yml',
    'Jenkinsfile',
    '.claude/settings.json',
    '.mcp.json',
    '.cursor/rules/x.mdc',
    '.codex/config.toml',
    'AGENTS.md',
    'docs/CLAUDE.md',
    '.vscode/tasks.json',
    '.husky/pre-commit',
    '.gitattributes',
    'src/.gitattributes',
    'CODEOWNERS',
    'pitcrew.yml',
    'package-lock.json',
    'web/pnpm-lock.yaml',
    'Cargo.lock',
    'go.sum',
    'poetry.lock',
    'composer.lock',
    'Gemfile.lock',
    '.npmrc',
    'gradle/wrapper/gradle-wrapper.properties',
    'db/migrate/20260101_add_index.rb',
    'app/migrations/0002_team.py',
    'prisma/migrations/1/migration.sql',
    'Dockerfile',
    'deploy/Dockerfile.worker',
    '.env',
    '.env.production',
    '.github./workflows/ci.yml',
    '.git\u200bhub/workflows/ci.yml',
  ])('%s', (path) => {
    expect(rulesOf([added(path, 'x\n')])).toContain('protected-path');
  });

  test.each([
    'src/github/client.ts',
    'src/lock.ts',
    '.env.example',
    'docs/agents.txt',
    'src/migrate.ts',
    'README.md',
  ])('%s is not one', (path) => {
    expect(rulesOf([added(path, 'x\n')])).toEqual([]);
  });

  test('both sides of a rename count', () => {
    const renamed = { status: 'renamed', oldPath: '.github/workflows/ci.yml' } as const;
    expect(rulesOf([change('ci.txt', 'x\n', 'x\n', renamed)])).toEqual(['protected-path']);
    const back = { status: 'renamed', oldPath: 'ci.txt' } as const;
    expect(rulesOf([change('.github/workflows/ci.yml', 'x\n', 'x\n', back)])).toEqual(['protected-path']);
  });

  test.each([
    ['infra', 'infra/main.txt'],
    ['infra/', 'Infra/deep/main.txt'],
    ['./infra/**', 'infra/main.txt'],
    ['**/*.sql', 'a/b.SQL'],
    ['src/payments/*.ts', 'src/payments/pay.ts'],
  ])('pitcrew.yml adds %s', (glob, path) => {
    expect(rulesOf([added(path)], { ...RULES, protected: [glob] })).toEqual(['protected-path']);
    expect(rulesOf([added('src/other/x.ts')], { ...RULES, protected: [glob] })).toEqual([]);
  });
});

describe('how much', () => {
  test('files and lines, generated ones too', () => {
    const files = Array.from({ length: 21 }, (_, index) => added(`src/file-${index}.ts`));
    expect(rulesOf(files)).toEqual(['too-many-files']);
    expect(rulesOf(files.slice(1))).toEqual([]);
    const long = (lines: number) => [added('dist/out.js', 'x;\n', { linesAdded: lines, linesRemoved: 1 })];
    expect(rulesOf(long(600))).toEqual(['too-many-lines']);
    expect(rulesOf(long(599))).toEqual([]);
  });
});

describe('kinds of change', () => {
  const link = { mode: '120000' } as const;
  test.each<[string, RuleName, boolean, FileChange]>([
    ['binary', 'binary-file', true, added('logo.png', '\u0089PNG\0\0')],
    ['not UTF-8', 'not-utf8', true, added('src/a.ts', 'caf\ufffd\n')],
    ['executable', 'mode-change', true, change('run.sh', 'x\n', 'x\n', { mode: '100755' })],
    ['executable no more', 'mode-change', true, change('run.sh', 'x\n', 'x\n', { oldMode: '100755' })],
    ['new and executable', 'mode-change', true, added('run.sh', 'x\n', { mode: '100755' })],
    ['link', 'symbolic-link', true, added('a/b', 'c', link)],
    ['link to another place', 'symbolic-link', true, change('a/b', 'c', 'd', { ...link, oldMode: '120000' })],
    ['file becomes link', 'symbolic-link', true, change('a/b', 'text', 'd', { ...link, status: 'type' })],
    [
      'link becomes file',
      'symbolic-link',
      true,
      change('a/b', 'c', 'text\n', { oldMode: '120000', status: 'type' }),
    ],
    ['link out', 'symbolic-link', false, added('a/b', '../../etc/passwd', link)],
    ['link to an absolute path', 'symbolic-link', false, added('a', '/etc/passwd', link)],
    ['link into .git', 'symbolic-link', false, added('a', '.git/config', link)],
    ['submodule', 'submodule', false, added('lib', undefined, { mode: '160000', after: undefined } as never)],
    ['case', 'case-collision', false, added('src/Cart.ts', code, { namesake: 'src/cart.ts' })],
    ['.git', 'bad-path', false, added('.git/hooks/x', 'x\n')],
    ['.GIT', 'bad-path', false, added('a/.GIT/config', 'x\n')],
    ['git~1', 'bad-path', false, added('git~1/config', 'x\n')],
    ['.git with an end', 'bad-path', false, added('.git. /config', 'x\n')],
    ['.git stream', 'bad-path', false, added('.git::$INDEX_ALLOCATION/config', 'x\n')],
    ['outside', 'bad-path', false, added('../x.ts')],
    ['outside, Windows', 'bad-path', false, added('a\\..\\..\\x.ts')],
    ['huge', 'huge-file', false, added('src/data.ts', 'x\n', { size: 300_000 })],
    [
      'not read',
      'huge-file',
      false,
      change('src/data.ts', undefined, undefined, { status: 'added', mode: '100644' }),
    ],
  ])('%s', (_name, rule, approvable, file) => {
    expect(judgeDiff([file], RULES)).toEqual([
      expect.objectContaining({ rule, approvable, path: file.path }),
    ]);
  });

  test('what was so before is no finding', () => {
    expect(rulesOf([change('a.txt', 'caf\ufffd\n', 'caf\ufffd!\n')])).toEqual([]);
    expect(rulesOf([change('run.sh', 'x\n', 'y\n', { oldMode: '100755', mode: '100755' })])).toEqual([]);
    expect(rulesOf([change('gone.ts', code, undefined)])).toEqual([]);
  });
});

describe('secrets and hidden characters', () => {
  const token = `ghp_${'aB3dE6gH9j'.repeat(4).slice(0, 36)}`;

  test('a token is never approvable, wherever it stands, and never shown', () => {
    for (const path of ['src/a.ts', 'notes.md', 'logo.bin', 'test/a.test.ts']) {
      const findings = judgeDiff([change(path, 'one\n', `one\nconst t = "${token}";\n`)], RULES);
      expect(findings).toContainEqual(
        expect.objectContaining({ rule: 'secret', path, line: 2, approvable: false }),
      );
      expect(JSON.stringify(findings)).not.toContain(token);
    }
  });

  test('a password that looks random is never approvable; a plain word may be a test’s', () => {
    const of = (value: string) => judgeDiff([added('src/a.ts', `const password = '${value}';\n`)], RULES);
    expect(of('x8Kq2Lm9Zr4Tw7Yp1')).toMatchObject([{ rule: 'secret', approvable: false }]);
    expect(of('hunter-two')).toMatchObject([{ rule: 'secret', approvable: true }]);
  });

  test('one that was there already, moved or beside the change, is none', () => {
    const old = `const t = "${token}";\none\n`;
    expect(rulesOf([change('src/a.ts', old, `one\nconst u = "${token}";\n`)])).toEqual([]);
    expect(rulesOf([change('src/a.ts', old, 'one\n')])).toEqual([]);
    expect(
      rulesOf([
        added('src/a.ts', 'const mask = "[secret:github-token]"; const token = process.env.TOKEN;\n'),
      ]),
    ).toEqual([]);
  });

  test.each<[string, string, boolean]>([
    ['bidi override', '\u202e', false],
    ['isolate', '\u2066', false],
    ['tag', '\u{e0041}', false],
    ['filler', '\u3164', false],
    ['control', '\u0008', false],
    ['zero width space', '\u200b', true],
    ['direction mark', '\u200f', true],
    ['soft hyphen', '\u00ad', true],
  ])('%s', (_name, character, approvable) => {
    const findings = judgeDiff([change('src/a.ts', 'a\n', `a\nconst x = "${character}";\n`)], RULES);
    expect(findings).toEqual([expect.objectContaining({ rule: 'hidden-characters', line: 2, approvable })]);
  });

  test('emoji, accents and an old byte order mark are none', () => {
    expect(rulesOf([added('a.md', 'family 👩‍👩‍👧‍👦, é, é, العربية, ❤️\n')])).toEqual([]);
    expect(rulesOf([change('a.ts', '\ufeffone\n', '\ufeffone!\n')])).toEqual([]);
  });
});

describe('whole test files, snapshots and what decides about checks', () => {
  const tests = "test('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n";

  test('deleted, or renamed to what no runner finds', () => {
    expect(rulesOf([change('test/a.test.ts', tests, undefined)])).toEqual(['test-removed']);
    const renamed = { status: 'renamed', oldPath: 'src/a.test.ts' } as const;
    expect(rulesOf([change('src/a.ts.bak', tests, tests, renamed)])).toEqual(['test-removed']);
    expect(rulesOf([change('src/b.test.ts', tests, tests, renamed)])).toEqual([]);
  });

  test('moved to another file, or turned into a table', () => {
    const table =
      "test.each([[1, 2, 3], [2, 2, 4]])('adds %d', (a, b, sum) => {\n  expect(add(a, b)).toBe(sum);\n});\n";
    expect(rulesOf([change('test/a.test.ts', tests, undefined), added('test/b.test.ts', tests)])).toEqual([]);
    expect(rulesOf([change('test/a.test.ts', tests, table)])).toEqual([]);
    expect(rulesOf([change('test/a.test.ts', tests, table.replace('[1, 2, 3], ', ''))])).toEqual([
      'test-removed',
    ]);
  });

  test('snapshots may grow, not change', () => {
    const path = 'test/__snapshots__/a.test.ts.snap';
    const old = 'exports[`a 1`] = `one`;\n';
    expect(rulesOf([change(path, old, `${old}\nexports[\`b 1\`] = \`two\`;\n`)])).toEqual([]);
    expect(rulesOf([added(path, old)])).toEqual([]);
    expect(rulesOf([change(path, old, old.replace('one', 'two'))])).toEqual(['snapshot-rewritten']);
    expect(rulesOf([change(path, old, undefined)])).toEqual(['snapshot-rewritten']);
  });

  test.each([
    ['vitest.config.ts', 'a\n', 'b\n'],
    ['jest.config.js', 'a\n', 'b\n'],
    ['pytest.ini', 'a\n', 'b\n'],
    ['tsconfig.json', '{}\n', '{"exclude":["src"]}\n'],
    ['eslint.config.mjs', 'a\n', 'b\n'],
    ['package.json', '{\n}\n', '{\n"jest": {"testPathIgnorePatterns": ["cart"]}\n}\n'],
    ['package.json', '"branches": 90\n', '"branches": 10\n'],
    ['pyproject.toml', 'a = 1\n', 'a = 1\naddopts = "--deselect tests/test_cart.py"\n'],
    ['pyproject.toml', 'fail_under = 90\n', 'fail_under = 50\n'],
    ['pyproject.toml', 'fail_under = 90\n', '\n'],
    ['pom.xml', '<a/>\n', '<a/>\n<skipTests>true</skipTests>\n'],
    ['build.gradle', 'a\n', 'a\ntest.enabled = false\n'],
    ['Cargo.toml', '[a]\n', '[a]\n[lints.clippy]\n'],
    ['Makefile', 'test:\n\tpytest\n', 'test:\n\tpytest || true\n'],
  ])('%s: %j -> %j', (path, before, after) => {
    expect(rulesOf([change(path, before, after)])).toContain('check-config');
  });

  test.each([
    ['package.json', '{\n}\n', '{\n"version": "1.2.3"\n}\n'],
    ['package.json', '"branches": 80\n', '"branches": 90\n'],
    ['pyproject.toml', 'version = "1"\n', 'version = "2"\n'],
    ['pyproject.toml', 'fail_under = 80\n', 'fail_under = 85\n'],
    ['Cargo.toml', 'serde = "1.0.1"\n', 'serde = "1.0.2"\n'],
  ])('%s may change so: %j -> %j', (path, before, after) => {
    expect(rulesOf([change(path, before, after)])).toEqual([]);
  });

  test.each([
    ['src/a.ts', '// @ts-ignore\n'],
    ['src/a.ts', '/* eslint-disable */\n'],
    ['src/a.tsx', '{/* @ts-expect-error later */}\n'],
    ['src/a.ts', '// biome-ignore lint/x: y\n'],
    ['src/a.ts', '/* istanbul ignore next */\n'],
    ['src/a.py', 'x = 1  # type: ignore\n'],
    ['src/a.py', 'x = 1  # noqa: E501\n'],
    ['src/a.py', 'x = 1  # pragma: no cover\n'],
    ['src/a.py', '# pylint: disable=all\n'],
    ['src/a.go', 'x := 1 //nolint:errcheck\n'],
    ['src/a.rs', '#[allow(dead_code)]\n'],
    ['src/A.java', '@SuppressWarnings("all")\n'],
    ['src/a.kt', '@Suppress("x")\n'],
    ['src/a.cs', '#pragma warning disable CS0168\n'],
    ['src/a.rb', '# rubocop:disable all\n'],
    ['src/a.php', '// @phpstan-ignore-next-line\n'],
    ['src/a.swift', '// swiftlint:disable all\n'],
    ['src/a.ex', '@dialyzer :nowarn\n'],
  ])('%s gains %j', (path, line) => {
    const old = `${line.startsWith('@') || line.startsWith('#[') ? '' : ''}first\n`;
    expect(rulesOf([change(path, old, `${old}${line}`)])).toEqual(['check-silenced']);
    expect(rulesOf([change(path, `${line}${old}`, `${old}${line}`)])).toEqual([]);
    expect(rulesOf([change(path, `${line}${old}`, old)])).toEqual([]);
  });

  test.each([
    ['src/a.ts', 'const words = "// @ts-ignore and eslint-disable";\n'],
    ['src/a.ts', '// We never write eslint-disable here.\n'],
    ['src/a.py', 'help = "# noqa is not for this"\n'],
    ['src/a.rs', 'let text = "#[allow(dead_code)]";\n'],
    ['docs/a.md', '// @ts-ignore\n'],
    ['src/a.ts', 'const pattern = /\\/\\/ @ts-ignore/;\n'],
    ['src/a.ts', 'const text = `\n// @ts-ignore\n`;\n'],
  ])('%s may hold %j', (path, text) => {
    expect(rulesOf([added(path, text)])).toEqual([]);
  });
});
