import type { CheckCommand } from '../../checks/run-check.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Choices } from './choices.ts';
import type { Survey } from './survey.ts';

/** A key of pitcrew.yml that this repository may want. */
export interface ConfigKey {
  path: readonly [string] | readonly [string, string];
  value: JsonValue;
  /** For a comment above it. */
  why: string;
  /** True where the tools would not find it by themselves; else it is written as a comment. */
  isNeeded: boolean;
}

/** The keys that follow from what was found and chosen, in the order of the file. */
export function configKeys(survey: Survey, choices: Choices): ConfigKey[] {
  const { base, project, ownChecks, github } = survey;
  const { organization, projects, checks, repository } = choices;
  return [
    ...(organization
      ? [key(['sentry', 'organization'], organization.value, organization.place, !organization.isFoundAnyway)]
      : []),
    ...(projects.length > 0
      ? [
          key(
            ['sentry', 'projects'],
            projects.map(({ value }) => value),
            places(projects),
            projects.some(({ isFoundAnyway }) => !isFoundAnyway),
          ),
        ]
      : []),
    ...(repository ? [key(['github', 'repository'], repository, 'your choice', true)] : []),
    ...(!repository && github.repository
      ? [key(['github', 'repository'], github.repository.value, github.repository.place, false)]
      : []),
    ...(base ? [key(['github', 'base'], base.branch, base.place, !base.isDefault)] : []),
    ...(project.setup
      ? [
          key(
            ['setup'],
            project.setup.command,
            `Prepares a new worktree: ${project.setup.why}`,
            project.setup.needed,
          ),
        ]
      : []),
    ...(checks.length > 0
      ? [key(['checks'], checks.map(checkValue), checksWhy(survey), !sameChecks(checks, ownChecks))]
      : []),
  ];
}

const key = (path: ConfigKey['path'], value: JsonValue, why: string, isNeeded: boolean): ConfigKey => ({
  path,
  value,
  why,
  isNeeded,
});

const places = (projects: Choices['projects']): string =>
  [...new Set(projects.map(({ place }) => place))].join(', ');

const checksWhy = ({ project }: Survey): string =>
  project.kinds.length > 0
    ? `Commands that must pass; found for ${project.kinds.join(', ')}`
    : 'Commands that must pass';

const checkValue = ({ name, command, timeoutSeconds }: CheckCommand): JsonValue => ({
  name,
  run: command,
  ...(timeoutSeconds === 600 ? {} : { timeout_seconds: timeoutSeconds }),
});

/** By what runs: names and time-outs are for people. */
export const sameChecks = (one: readonly CheckCommand[], other: readonly CheckCommand[]): boolean =>
  JSON.stringify(one.map(({ command }) => command)) === JSON.stringify(other.map(({ command }) => command));
