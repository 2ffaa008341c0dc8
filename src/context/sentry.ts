import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { inputError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { packageVersion } from '../core/package-root.ts';
import type { SentryClient } from '../sentry/client.ts';
import { findSentryCredentials, type SentryCredentials } from '../sentry/credentials.ts';

export interface SentryAccess {
  client: SentryClient;
  /** The organization's slug; found through the API where nothing names it and the token sees only one. */
  organization: string;
  projects: readonly string[];
}

export interface SentryOptions {
  root: string;
  config: Config;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Log;
}

/** Where nothing names another server. */
export const DEFAULT_URL = 'https://sentry.io';

/** Opens a client with the token and organization found where people keep them. Throws an input error without them. */
export async function openSentry(options: SentryOptions): Promise<SentryAccess> {
  const { config, clock, log } = options;
  const found = await findCredentials(options);
  const token = found.token ?? missingToken(found);
  for (const problem of found.problems) log.warn(problem);
  const { openSentryClient } = await import('../sentry/client.ts');
  const open = (organization: string | undefined) =>
    openSentryClient({
      baseUrl: found.url?.value ?? DEFAULT_URL,
      token: token.value,
      userAgent: `pitcrew/${packageVersion()}`,
      clock,
      log,
      ...(organization === undefined ? {} : { organization }),
    });
  const organization =
    config.sentry.organization ?? found.organization?.value ?? (await onlyOrganization(open(undefined)));
  const client = open(organization);
  return {
    client,
    organization,
    projects: config.sentry.projects.length > 0 ? config.sentry.projects : projectsOf(found),
  };
}

/** The organization's slug where something names it; asks nobody and needs no token. */
export async function namedOrganization(options: SentryOptions): Promise<string | undefined> {
  return options.config.sentry.organization ?? (await findCredentials(options)).organization?.value;
}

const findCredentials = ({ env, root }: SentryOptions): Promise<SentryCredentials> =>
  findSentryCredentials({
    env,
    home: env.HOME ?? homedir(),
    root,
    readFile: (path) => readFile(path, 'utf8'),
  });

const projectsOf = (found: SentryCredentials): string[] => (found.project ? [found.project.value] : []);

function missingToken(found: SentryCredentials): never {
  throw inputError(
    ['No Sentry token was found.', ...found.problems].join(' '),
    'Put one with the scopes org:read, project:read, event:read and event:write into SENTRY_AUTH_TOKEN, .env or ~/.sentryclirc; or try Pitcrew without an account: pitcrew sandbox.',
  );
}

async function onlyOrganization(client: SentryClient): Promise<string> {
  try {
    const { organizations } = await import('../sentry/organizations.ts');
    const seen = await organizations(client);
    const [only, ...others] = seen;
    if (only && others.length === 0) return only.slug;
    throw inputError(
      only
        ? `The Sentry token sees ${seen.length} organizations: ${seen
            .map((one) => one.slug)
            .slice(0, 10)
            .join(', ')}.`
        : 'The Sentry token sees no organization.',
      'Name one as sentry.organization in pitcrew.yml, or in SENTRY_ORG.',
    );
  } finally {
    await client.close();
  }
}
