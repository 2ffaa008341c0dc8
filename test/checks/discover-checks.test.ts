import { expect, test } from 'vitest';
import { discoverChecks } from '../../src/checks/discover-checks.ts';
import { folderWith } from './programs.ts';

const commands = async (files: Record<string, string>) =>
  (await discoverChecks(folderWith(files))).map((check) => check.command);
const manifest = (scripts: Record<string, string>) => JSON.stringify({ scripts });

test.each<[string, Record<string, string>, string[]]>([
  ['nothing', {}, []],
  [
    'npm',
    { 'package.json': manifest({ test: 'vitest run', build: 'tsc', lint: 'x', typecheck: 'tsc' }) },
    ['npm run typecheck', 'npm run build', 'npm run test'],
  ],
  ['pnpm', { 'package.json': manifest({ test: 'x' }), 'pnpm-lock.yaml': '' }, ['pnpm run test']],
  ['yarn', { 'package.json': manifest({ check: 'x' }), 'yarn.lock': '' }, ['yarn run check']],
  [
    'what npm init writes',
    { 'package.json': manifest({ test: 'echo "Error: no test specified" && exit 1' }) },
    [],
  ],
  ['a half-written manifest', { 'package.json': '{"scripts":' }, []],
  ['scripts of another shape', { 'package.json': '{"scripts":[1]}' }, []],
  ['Cargo', { 'Cargo.toml': '' }, ['cargo check', 'cargo test']],
  ['Go', { 'go.mod': '' }, ['go build ./...', 'go test ./...']],
  ['pytest', { 'pyproject.toml': '[tool.pytest.ini_options]' }, ['python -m pytest -q']],
  ['pytest with uv', { 'pyproject.toml': 'dependencies = ["pytest"]', 'uv.lock': '' }, ['uv run pytest -q']],
  ['pytest.ini', { 'pytest.ini': '' }, ['python -m pytest -q']],
  ['Python without tests', { 'pyproject.toml': '' }, []],
  [
    'a script that init would prefer: the plain one, until a person commits the other',
    { 'package.json': manifest({ test: 'vitest run', 'test:ci': 'vitest run --coverage' }) },
    ['npm run test'],
  ],
  ['a test that waits for a person', { 'package.json': manifest({ test: 'jest --watch' }) }, []],
  [
    'a Cargo workspace with a package of its own',
    { 'Cargo.toml': '[package]\nname = "x"\n\n[workspace]\n' },
    ['cargo check', 'cargo test'],
  ],
  [
    'two kinds',
    { 'go.mod': '', 'package.json': manifest({ test: 'x' }) },
    ['npm run test', 'go build ./...', 'go test ./...'],
  ],
  [
    'mypy beside pytest',
    { 'pyproject.toml': '[tool.mypy]\n[tool.pytest.ini_options]' },
    ['python -m pytest -q'],
  ],
  ['pytest in requirements alone', { 'requirements.txt': 'pytest' }, []],
  ['Maven', { 'pom.xml': '<project/>' }, []],
  ['Gradle', { 'build.gradle': '' }, []],
  ['.NET', { 'Shop.sln': '' }, []],
  ['Ruby', { Gemfile: "gem 'rspec'", 'spec/a_spec.rb': '' }, []],
  ['PHP', { 'composer.json': '{"require-dev":{"phpunit/phpunit":"12"}}' }, []],
  ['make beside Maven', { 'pom.xml': '<project/>', Makefile: 'test:\nbuild:\n' }, ['make test']],
  ['make', { Makefile: 'all: x\ntest: x\n\tgo\nchecks := 1\n' }, ['make test']],
  ['make beside another', { Makefile: 'test:\n', 'go.mod': '' }, ['go build ./...', 'go test ./...']],
])('%s', async (_what, files, expected) => {
  expect(await commands(files)).toEqual(expected);
});

test('two checks of one name are told apart by their commands', async () => {
  const root = folderWith({ 'go.mod': '', 'package.json': manifest({ test: 'x' }) });
  expect((await discoverChecks(root)).map(({ name, timeoutSeconds }) => [name, timeoutSeconds])).toEqual([
    ['test', 900],
    ['build', 600],
    ['test (go)', 900],
  ]);
});
