import { unusedToken } from '../unused-token.ts';
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
    ...server(survey),
    ...github(survey, choices),
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

function sentry({ sentry: found, traces }: Survey, choices: Choices): Missing[] {
  const missing = found.problems.map((what) => ({ what, next: 'Correct that place, or remove the line.' }));
  if (found.tokenPlace === undefined) {
    const { fact, move } = unusedToken(traces.tokenPlaces);
    return [
      ...missing,
      {
        what: `No Sentry token was found in SENTRY_AUTH_TOKEN, .env, .sentryclirc or sentry.properties.${fact}`,
        next: `${move}${makeToken(found.url.value)} and put it into ~/.sentryclirc, below [auth], as token=...; or try Pitcrew without an account: pitcrew sandbox.`,
      },
    ];
  }
  if (found.isOrganizationToken && found.failure) {
    return [
      ...missing,
      {
        what: `The token (${found.tokenPlace}) is an organization token: it can upload releases, not read issues.`,
        next: `${makeToken(found.url.value)} and put it into that place instead.`,
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

/** A server that only the repository's files name is not asked: a token must not go where a clone says. */
function server({ sentry: { url }, traces }: Survey): Missing[] {
  const other = traces.dsns.find((dsn) => !/^https:\/\/([a-z]+\.)?sentry\.io$/.test(dsn.server));
  if (other === undefined || url.place !== 'the default') return [];
  return [
    {
      what: `The DSN in ${other.place} is of ${other.server}, but ${url.value} is asked.`,
      next: `Set SENTRY_URL to ${other.server} if that is your Sentry, and take a token of it.`,
    },
  ];
}

function github({ github: found }: Survey, { repository }: Choices): Missing[] {
  // Where a person has just named the repository, what keeps it from being asked is for doctor to say.
  const missing: Missing[] = found.missing && repository === undefined ? [found.missing] : [];
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

const makeToken = (url: string): string =>
  `Make a personal token with the scopes org:read, project:read, event:read and event:write (${tokenPage(url)})`;

/** Where a person makes a token: the same path on every Sentry server. */
const tokenPage = (url: string): string => `${url.replace(/\/+$/, '')}/settings/account/api/auth-tokens/`;

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  return names.length > 12
    ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`
    : names.join(', ');
}
