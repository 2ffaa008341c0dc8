import type { Config } from '../../config/config.ts';
import { PitcrewError } from '../../core/errors.ts';
import { untrustedLine } from '../../core/untrusted.ts';
import type { SentryClient } from '../../sentry/client.ts';
import type { FoundValue } from '../../sentry/credentials.ts';
import { hasStatus } from '../../sentry/failure.ts';
import { organizations, projects } from '../../sentry/organizations.ts';
import {
  askOrganization,
  askScopes,
  findCredentials,
  type OrganizationAnswer,
  openProbe,
  PROBE_LIMIT_MS,
} from '../sentry-probe.ts';
import { unusedTokenPlaces } from '../traces/traces.ts';
import { unusedToken } from '../unused-token.ts';
import type { World } from '../world.ts';
import { type Check, reporter } from './check.ts';
import { clockLine, rateLine, scopesLine } from './sentry-lines.ts';

const say = reporter('sentry');

/** From the token to the rate limit. What depends on something that failed is not asked. */
export async function checkSentry(world: World, root: string, config: Config): Promise<Check[]> {
  const found = await findCredentials(world, root);
  const problems = found.problems.map((text) =>
    say.warn('sentry-settings', text, 'Correct that place, or remove the line.'),
  );
  if (found.token === undefined) {
    const { fact, move } = unusedToken(await unusedTokenPlaces(root));
    return [
      ...problems,
      say.fail(
        'sentry-token',
        `No Sentry token was found in SENTRY_AUTH_TOKEN, .env, .sentryclirc or sentry.properties.${fact}`,
        `${move}Make a personal one with the scopes org:read, project:read, event:read and event:write and put it into ~/.sentryclirc, below [auth], as token=...; or try Pitcrew without an account: pitcrew sandbox.`,
      ),
    ];
  }
  const url = found.url?.value ?? world.sentryUrl;
  const signal = AbortSignal.any([world.signal, AbortSignal.timeout(PROBE_LIMIT_MS)]);
  const named = config.sentry.organization ?? found.organization?.value;
  const open = (organization?: string) =>
    openProbe(world, {
      url,
      token: found.token?.value ?? '',
      ...(organization === undefined ? {} : { organization }),
    });
  try {
    const slug = named ?? (await onlyOrganization(open(), signal));
    const client = open(slug);
    try {
      const wanted =
        config.sentry.projects.length > 0
          ? config.sentry.projects
          : found.project
            ? [found.project.value]
            : [];
      const asked = await askAll(world, client, wanted, signal);
      return [...problems, tokenLine(found.token, asked), ...asked];
    } finally {
      await client.close();
    }
  } catch (error) {
    const asked = [say.thrown('sentry-organization', error)];
    return [...problems, tokenLine(found.token, asked), ...asked];
  }
}

/** An organization token is taken for what it is once Sentry has refused it something. */
function tokenLine({ value, place }: FoundValue, asked: readonly Check[]): Check {
  return value.startsWith('sntrys_') && asked.some(({ state }) => state === 'fail')
    ? say.fail(
        'sentry-token',
        `The token (${place}) is an organization token: it can upload releases, not read issues.`,
        'Make a personal token, or one of an internal integration, with the scopes org:read, project:read, event:read and event:write, and put it into that place instead.',
      )
    : say.ok('sentry-token', `A token was found: ${place}`);
}

async function onlyOrganization(client: SentryClient, signal: AbortSignal): Promise<string> {
  try {
    const slugs = (await organizations(client, signal)).map(({ slug }) => untrustedLine(slug, 100));
    if (slugs.length === 1 && slugs[0] !== undefined) return slugs[0];
    throw new PitcrewError(
      'input',
      slugs.length === 0
        ? 'The token sees no organization.'
        : `The token sees ${slugs.length} organizations and nothing names one: ${slugs.slice(0, 10).join(', ')}.`,
      'Run pitcrew init --organization SLUG, or set SENTRY_ORG.',
    );
  } finally {
    await client.close();
  }
}

async function askAll(
  world: World,
  client: SentryClient,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<Check[]> {
  const asked = await Promise.allSettled([
    askOrganization(client, signal),
    projects(client, signal),
    askScopes(client, signal),
  ]);
  const [organization, seen, scopes] = asked;
  if (organization.status === 'rejected') return [say.thrown(idOf(organization.reason), organization.reason)];
  const answer = organization.value;
  return [
    say.ok('sentry-accepted', `${new URL(client.baseUrl).host} accepts the token`),
    scopesLine(scopes.status === 'fulfilled' ? scopes.value : undefined, answer.access),
    say.ok('sentry-organization', `Organization ${client.organization()}`),
    seen.status === 'rejected'
      ? say.thrown('sentry-projects', seen.reason)
      : projectsLine(seen.value, wanted),
    regionLine(client, answer),
    rateLine(answer.headers),
    clockLine(answer.headers, world.clock()),
  ];
}

const idOf = (error: unknown): string => (hasStatus(error, 401) ? 'sentry-accepted' : 'sentry-organization');

function projectsLine(seen: readonly { slug: string }[], wanted: readonly string[]): Check {
  const known = seen.map(({ slug }) => untrustedLine(slug, 100));
  const missing = wanted.filter((slug) => !known.includes(slug));
  if (missing.length > 0)
    return say.fail(
      'sentry-projects',
      `Sentry has no project ${missing.join(', ')}.`,
      `Correct sentry.projects or SENTRY_PROJECT; there are: ${known.slice(0, 12).join(', ') || 'none'}.`,
    );
  if (known.length === 0)
    return say.warn(
      'sentry-projects',
      'The token sees no project.',
      'Ask for access to a team that has the project.',
    );
  return wanted.length > 0
    ? say.ok('sentry-projects', `Project ${wanted.join(', ')}`)
    : say.ok('sentry-projects', `All ${known.length} projects, as none is named`);
}

function regionLine(client: SentryClient, { regionUrl }: OrganizationAnswer): Check {
  const base = new URL(client.baseUrl);
  const region = regionUrl === undefined ? null : URL.parse(regionUrl);
  if (region === null || region.origin === base.origin)
    return say.ok('sentry-region', `Its data is at ${base.origin}`);
  // Only sentry.io itself leads on to a region; a region's own address is taken as it is.
  return base.hostname === 'sentry.io' || base.hostname === 'www.sentry.io'
    ? say.ok('sentry-region', `Its data is at ${region.origin}, which is used`)
    : say.warn(
        'sentry-region',
        `Its data is at ${untrustedLine(region.origin, 100)}, but ${base.origin} is asked.`,
        `Set SENTRY_URL to ${untrustedLine(region.origin, 100)} if you trust that address.`,
      );
}
