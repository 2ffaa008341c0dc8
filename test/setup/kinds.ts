import type { Files } from './place.ts';

/** A kind of repository, what init finds to check in it, and whether the tools would find the same by themselves. */
export interface Kind {
  name: string;
  files: Files;
  kinds: string[];
  checks: string[];
  setup?: string;
  /** Whether `checks` has to stand in pitcrew.yml. */
  written: boolean;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export const KINDS: readonly Kind[] = [
  {
    name: 'npm',
    files: {
      'package.json': json({ scripts: { typecheck: 'tsc', build: 'tsc -b', test: 'node --test' } }),
      'package-lock.json': '{}',
    },
    kinds: ['npm'],
    checks: ['npm run typecheck', 'npm run build', 'npm run test'],
    setup: 'npm ci',
    written: false,
  },
  {
    name: 'TypeScript without a script for it, and a test that waits',
    files: {
      'package.json': json({
        scripts: { test: 'jest --watch', 'test:ci': 'jest' },
        devDependencies: { typescript: '7' },
      }),
      'tsconfig.json': '{}',
      'bun.lock': '',
    },
    kinds: ['bun'],
    checks: ['bunx tsc --noEmit', 'bun run test:ci'],
    setup: 'bun install --frozen-lockfile',
    written: true,
  },
  {
    name: 'pnpm workspace',
    files: {
      'package.json': json({ private: true, scripts: { build: 'turbo build' } }),
      'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
      'pnpm-lock.yaml': '',
      'packages/a/package.json': json({ name: 'a', scripts: { test: 'node --test' } }),
    },
    kinds: ['pnpm workspace'],
    checks: ['pnpm run build', 'pnpm --recursive --if-present run test'],
    setup: 'pnpm install --frozen-lockfile',
    written: true,
  },
  {
    name: 'yarn',
    files: { 'package.json': json({ scripts: { test: 'mocha' } }), 'yarn.lock': '# yarn lockfile v1\n' },
    kinds: ['yarn'],
    checks: ['yarn run test'],
    setup: 'yarn install --frozen-lockfile',
    written: false,
  },
  {
    name: 'Cargo workspace with a package of its own',
    files: { 'Cargo.toml': '[package]\nname = "x"\n\n[workspace]\nmembers = ["a"]\n' },
    kinds: ['Cargo workspace'],
    checks: ['cargo check --workspace', 'cargo test --workspace'],
    written: true,
  },
  {
    name: 'Python with uv and mypy',
    files: {
      'pyproject.toml': '[project]\nname = "x"\n\n[tool.mypy]\nstrict = true\n\n[tool.pytest.ini_options]\n',
      'uv.lock': '',
    },
    kinds: ['Python (uv)'],
    checks: ['uv run mypy .', 'uv run pytest -q'],
    setup: 'uv sync',
    written: true,
  },
  {
    name: 'Python with poetry',
    files: { 'pyproject.toml': '[tool.poetry]\nname = "x"\n', 'poetry.lock': '', 'tests/conftest.py': '' },
    kinds: ['Python (poetry)'],
    checks: ['poetry run pytest -q'],
    setup: 'poetry install',
    written: false,
  },
  {
    name: 'Go',
    files: { 'go.mod': 'module example.invalid/x\n', 'main.go': 'package main\n' },
    kinds: ['Go'],
    checks: ['go build ./...', 'go test ./...'],
    written: false,
  },
  {
    name: 'Maven with its wrapper',
    files: { 'pom.xml': '<project/>', 'mvnw!': '#!/bin/sh\n' },
    kinds: ['Maven'],
    checks: [
      './mvnw --batch-mode --no-transfer-progress --quiet test-compile',
      './mvnw --batch-mode --no-transfer-progress test',
    ],
    written: true,
  },
  {
    name: 'Gradle in Kotlin',
    files: { 'build.gradle.kts': '', 'settings.gradle.kts': '', 'gradlew!': '#!/bin/sh\n' },
    kinds: ['Gradle'],
    checks: ['./gradlew --no-daemon --console=plain assemble', './gradlew --no-daemon --console=plain test'],
    written: true,
  },
  {
    name: '.NET',
    files: { 'Shop.sln': '', 'src/Shop/Shop.csproj': '<Project/>' },
    kinds: ['.NET'],
    checks: ['dotnet build --nologo', 'dotnet test --nologo'],
    written: true,
  },
  {
    name: 'Ruby',
    files: { Gemfile: "gem 'rspec'\n", 'spec/a_spec.rb': '' },
    kinds: ['Ruby (Bundler)'],
    checks: ['bundle exec rspec'],
    setup: 'bundle install',
    written: true,
  },
  {
    name: 'PHP',
    files: { 'composer.json': json({ 'require-dev': { 'phpunit/phpunit': '^12' } }), 'phpstan.neon': '' },
    kinds: ['PHP (Composer)'],
    checks: ['vendor/bin/phpstan analyse --no-progress', 'vendor/bin/phpunit'],
    setup: 'composer install --no-interaction',
    written: true,
  },
  {
    name: 'make',
    files: { Makefile: 'CC := gcc\ncheck: all\n\ttrue\ntest:\n\ttrue\ntest := no\n' },
    kinds: ['make'],
    checks: ['make check', 'make test'],
    written: false,
  },
  {
    name: 'monorepo of several kinds',
    files: {
      'README.md': '# x\n',
      'web/package.json': json({ scripts: { test: 'vitest run' } }),
      'web/package-lock.json': '{}',
      'services/api/go.mod': 'module example.invalid/api\n',
      'examples/old/Cargo.toml': '[package]\n',
    },
    kinds: ['npm (web)', 'Go (services/api)'],
    checks: [
      '(cd web && npm run test)',
      '(cd services/api && go build ./...)',
      '(cd services/api && go test ./...)',
    ],
    setup: '(cd web && npm ci)',
    written: true,
  },
  { name: 'nothing recognised', files: { 'README.md': '# x\n' }, kinds: [], checks: [], written: false },
];
