import type { Choices } from './choices.ts';
import type { Survey } from './survey.ts';

/** Something that was not found, or is not as it should be, and what a person does about it. */
export interface Missing {
  what: string;
  next: string;
}

/** In the order in which people come upon it. */
export function missingIn(survey: Survey, choices: Choices): Missing[] {
  return [
    ...commits(survey),
    ...sentry(survey, choices),
    ...github(survey),
    ...(choices.checks.length === 0 && !survey.config.checks?.length
      ? [
          {
            what: `No checks were found${survey.project.kinds.length > 0 ? ` for ${survey.project.kinds.join(', ')}` : ''}.`,
            next: 'Name commands that must pass under checks in pitcrew.yml; without them only the reproducing test is run.',
          },
        ]
      : []),
    ...survey.project.notes.map((what) => ({
      what,
      next: 'Correct checks in pitcrew.yml where that is wrong.',
    })),
  ];
}

function commits({ hasCommits }: Survey): Missing[] {
  return hasCommits
    ? []
    : [{ what: 'The repository has no commits yet.', next: 'Make a first commit: a fix starts from one.' }];
}

function sentry({ sentry: found }: Survey, choices: Choices): Missing[] {
  const missing = found.problems.map((what) => ({ what, next: 'Correct that place, or remove the line.' }));
  if (found.tokenPlace === undefined) {
    return [
      ...missing,
      {
        what: 'No Sentry token was found in SENTRY_AUTH_TOKEN, .env, .sentryclirc or sentry.properties.',
        next: `Make one with the scopes org:read, project:read, event:read and event:write (${tokenPage(found.url.value)}) and put it into ~/.sentryclirc, below [auth], as token=...; or try Pitcrew without an account: pitcrew sandbox.`,
      },
    ];
  }
  if (found.failure) missing.push({ what: found.failure.message, next: found.failure.hint });
  if (found.organization?.state === 'wrong' && choices.organization === undefined)
    missing.push({
      what: `The token sees no organization ${found.organization.value} (${found.organization.place}).`,
      next: `Correct it there; the token sees: ${listed(found.organizations)}.`,
    });
  if (choices.organization === undefined && found.organization === undefined && !found.failure)
    missing.push({
      what: `No Sentry organization is named${found.organizations.length > 1 ? ` and the token sees several: ${listed(found.organizations)}` : ''}.`,
      next: 'Run pitcrew init --organization SLUG, or set SENTRY_ORG.',
    });
  const wrong = found.projects.filter(({ state }) => state === 'wrong');
  if (wrong.length > 0)
    missing.push({
      what: `Sentry has no project ${wrong.map(({ value, place }) => `${value} (${place})`).join(', ')}.`,
      next: `Correct it there; the organization has: ${listed(found.allProjects ?? [])}.`,
    });
  return missing;
}

function github({ github: found, place }: Survey): Missing[] {
  const missing: Missing[] = [];
  if (found.missing !== undefined)
    missing.push({
      what: found.missing,
      next: !found.repository
        ? 'Give the repository a remote called origin, or name it as github.repository in pitcrew.yml; until then the work ends as a local branch and a patch file.'
        : place.onPath('gh')
          ? 'Run gh auth login, or set GITHUB_TOKEN; until then the work ends as a local branch and a patch file.'
          : 'Set GITHUB_TOKEN to a token that may write contents and pull requests; until then the work ends as a local branch and a patch file.',
    });
  if (found.said?.mayPush === false)
    missing.push({
      what: `The GitHub token may not push to ${found.repository?.value ?? 'the repository'}.`,
      next: 'Use a token of somebody who may, or work in a fork.',
    });
  if (found.said?.archived)
    missing.push({
      what: 'The GitHub repository is archived.',
      next: 'Name another one as github.repository in pitcrew.yml.',
    });
  return missing;
}

/** Where a person makes a token: the same path on every Sentry server. */
const tokenPage = (url: string): string => `${url.replace(/\/+$/, '')}/settings/account/api/auth-tokens/`;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  return names.length > 12
    ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`
    : names.join(', ');
}
