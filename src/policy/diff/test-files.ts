import picomatch from 'picomatch';
import { familyOf } from './languages.ts';

/** Whether a file holds tests or what they stand on, by where it lies and what it is called. Program text only. */
export function isTestFile(path: string): boolean {
  return familyOf(path) !== undefined && (NAMED_TEST.test(path) || IN_TEST_FOLDER.test(path));
}

/** What a test runner compares with and rewrites itself. */
export const isSnapshot = (path: string): boolean => SNAPSHOT.test(path);

/** Whether all of a file is about what checks check, and how strictly; then any change to it counts. */
export const isCheckConfig = (path: string): boolean => isWholly(path);

/** Whether some of a file's lines may be: manifests and build files. */
export const isMixedConfig = (path: string): boolean => isPartly(path);

const NAMED_TEST =
  /(?:[._-](?:test|tests|spec|specs|e2e|cy|it|steps)\.[a-z]+$)|(?:^|\/)(?:test_[^/]*|conftest|tests?)\.[a-z]+$|(?:^|\/)\w*(?:Tests?|TestCase|Spec|Specs|IT)\.(?:java|kt|kts|cs|php|swift|groovy|scala|m|mm|cc|cpp)$|(?:^|\/)\w+_(?:unit)?test\.(?:c|cc|cpp)$/;
const IN_TEST_FOLDER =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e|cypress|[\w.-]+[._-]tests?|\w*(?:UnitTests|UITests|IntegrationTests|Tests)|androidTest|testFixtures|integration[-_]?tests?)\//i;
const SNAPSHOT =
  /(?:^|\/)(?:__snapshots__|__image_snapshots__|__screenshots__|snapshots|golden|goldens|__file_snapshots__)\/|\.(?:snap|ambr|golden|approved|verified|received|snapshot)(?:\.[\w]+)?$|-snapshots\//i;

const anywhere = (names: string): string[] => names.split(/\s+/).map((name) => `**/${name}`);
const options = { dot: true, nocase: true };

const isWholly = picomatch(
  anywhere(
    'jest.config.* jest.setup.* vitest.config.* vitest.workspace.* vitest.setup.* karma.conf.* playwright.config.* cypress.config.* wdio.conf.* ava.config.* .mocharc* .taprc .nycrc* .c8rc* stryker.conf* pytest.ini tox.ini noxfile.py .coveragerc mypy.ini .mypy.ini .flake8 .pylintrc ruff.toml .ruff.toml pyrightconfig.json bandit.yml .bandit codecov.y?(a)ml .codecov.y?(a)ml phpunit*.xml* phpstan*.neon* psalm.xml* phpcs.xml* .phpcs.xml* .rspec .rubocop*.yml .simplecov .golangci.* clippy.toml .clippy.toml nextest.toml tarpaulin.toml .swiftlint.yml .credo.exs coveralls.json tsconfig*.json jsconfig*.json .eslintrc* eslint.config.* .eslintignore biome.json* .oxlintrc* .stylelintrc* detekt*.yml checkstyle*.xml pmd*.xml spotbugs*.xml sonar-project.properties .sonarcloud.properties *.runsettings *.xctestplan .clang-tidy analysis_options.yaml',
  ),
  options,
);
const isPartly = picomatch(
  anywhere(
    'package.json pyproject.toml setup.cfg setup.py Cargo.toml build.gradle build.gradle.kts pom.xml *.csproj Directory.Build.* Makefile GNUmakefile justfile Taskfile.y?(a)ml Rakefile composer.json mix.exs deno.json* vite.config.* angular.json nx.json turbo.json build.sbt CMakeLists.txt',
  ),
  options,
);
