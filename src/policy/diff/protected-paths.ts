import picomatch from 'picomatch';
import type { FileChange, Finding } from './finding.ts';

/** Findings for each path, old or new, that only a person may change. `extra` are globs of the project's own. */
export function judgePaths(files: readonly FileChange[], extra: readonly string[]): Finding[] {
  const own = matcherOf(extra.flatMap(withWhatIsBelow));
  return files.flatMap((file) => {
    const paths = [...new Set([file.oldPath ?? file.path, file.path])];
    return paths.flatMap((path) => {
      const what = PROTECTED.find(({ matches }) => matches(normalised(path)))?.what;
      const reason = what ?? (own(normalised(path)) ? 'a path that pitcrew.yml protects' : undefined);
      if (reason === undefined) return [];
      return [{ rule: 'protected-path' as const, path, sentence: `${path} is ${reason}.`, approvable: true }];
    });
  });
}

/**
 * A path as the most forgiving file system reads it: one Unicode form, characters that some ignore taken out, dots and
 * spaces at the end of a segment too, `/` for `\`. Case is left to the matcher.
 */
export function normalised(path: string): string {
  return path
    .normalize('NFC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replaceAll('\\', '/')
    .split('/')
    .map((segment) => segment.replace(/[. ]+$/, (end) => (end === segment ? segment : '')))
    .filter((segment) => segment !== '' && segment !== '.')
    .join('/');
}

function matcherOf(globs: readonly string[]): (path: string) => boolean {
  const match = picomatch([...globs], { dot: true, nocase: true, nonegate: true });
  return (path) => globs.length > 0 && match(path);
}

/** `infra`, `infra/` and `infra/**` all mean the folder. */
function withWhatIsBelow(glob: string): string[] {
  const plain = glob.replace(/^\.?\//, '').replace(/\/+$/, '');
  return [plain, `${plain}/**`];
}

const anywhere = (names: string): string[] => names.split(/\s+/).map((name) => `**/${name}`);

/**
 * Always protected. Each list is what can act with more rights than the fix itself, or outside what its tests prove:
 * what runs in CI or on opening the project, what tells agents what to do, what decides which code of others is
 * installed, what changes stored data, what makes the image that is deployed.
 */
const PROTECTED = [
  {
    what: 'configuration of CI',
    globs: anywhere(
      '.github/** .gitlab-ci.yml .gitlab/** .circleci/** .travis.yml azure-pipelines*.yml .azure-pipelines/** .azuredevops/** bitbucket-pipelines.yml Jenkinsfile* .buildkite/** .drone.yml .woodpecker.yml .woodpecker/** appveyor.yml .appveyor.yml .semaphore/** .teamcity/** cloudbuild.y?(a)ml buildspec.yml .forgejo/** .gitea/** .ci/** .cirrus.yml renovate.json* .renovaterc*',
    ),
  },
  {
    what: 'configuration or instructions of coding agents',
    globs: anywhere(
      '.claude/** .claude-plugin/** .mcp.json .cursor/** .cursorrules .codex/** .gemini/** .opencode/** opencode.json* .windsurf/** .windsurfrules .continue/** .roo/** .kiro/** .aider* AGENTS.md AGENTS.override.md CLAUDE.md CLAUDE.local.md GEMINI.md .agents/**',
    ),
  },
  {
    what: 'run when somebody opens or enters the project',
    globs: anywhere('.vscode/** .idea/** .devcontainer/** .devcontainer.json .envrc mise.toml .mise.toml'),
  },
  {
    what: 'configuration of git or its hooks',
    globs: anywhere(
      '.gitattributes .gitmodules .gitconfig .husky/** .githooks/** hooks.json lefthook.y?(a)ml .lefthook.y?(a)ml .pre-commit-config.yaml .pre-commit-hooks.yaml .huskyrc* .lintstagedrc* CODEOWNERS',
    ),
  },
  { what: "Pitcrew's own configuration", globs: anywhere('pitcrew.yml pitcrew.yaml .pitcrew/**') },
  {
    what: 'a lockfile',
    globs: anywhere(
      'package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock Cargo.lock poetry.lock uv.lock pdm.lock Pipfile.lock pixi.lock conda-lock.yml Gemfile.lock composer.lock go.sum go.work.sum mix.lock rebar.lock pubspec.lock Podfile.lock Cartfile.resolved Package.resolved packages.lock.json paket.lock gradle.lockfile *.gradle.lockfile flake.lock .terraform.lock.hcl Chart.lock MODULE.bazel.lock cpanfile.snapshot stack.yaml.lock gradle/verification-metadata.xml',
    ),
  },
  {
    what: 'where packages and build tools come from',
    globs: anywhere(
      '.npmrc .yarnrc* .yarn/** pnpm-workspace.yaml .pnpmfile.cjs bunfig.toml .pypirc pip.conf nuget.config .cargo/config* gradle/wrapper/** gradlew gradlew.bat .mvn/** mvnw mvnw.cmd',
    ),
  },
  {
    what: 'a migration of stored data',
    globs: anywhere(
      'migrations/** db/migrate/** db/schema.rb db/structure.sql alembic/versions/** db/migration/** db/changelog/** database/migrations/** flyway/**',
    ),
  },
  {
    what: 'the recipe of the image or environment that is deployed',
    globs: anywhere(
      'Dockerfile Dockerfile.* *.Dockerfile Containerfile docker-compose*.y?(a)ml compose.y?(a)ml *.tf *.tfvars',
    ),
  },
  {
    what: 'a file of environment variables',
    globs: ['**/.env', '**/.env.!(example|sample|template|dist|test)'],
  },
].map(({ what, globs }) => ({ what, matches: matcherOf(globs) }));
