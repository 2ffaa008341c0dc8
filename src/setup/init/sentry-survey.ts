import type { Config } from '../../config/config.ts';
import { messageOf, PitcrewError } from '../../core/errors.ts';
import { untrustedLine } from '../../core/untrusted.ts';
import type { SentryClient } from '../../sentry/client.ts';
import type { SentryCredentials } from '../../sentry/credentials.ts';
import {
  organizations,
  projects,
  type SentryOrganization,
  type SentryProject,
} from '../../sentry/organizations.ts';
import { findCredentials, openProbe, PROBE_LIMIT_MS } from '../sentry-probe.ts';
import type { Traces } from '../traces/traces.ts';
import type { World } from '../world.ts';
import { organizationByDsn, projectsByDsn, regionByDsn } from './by-dsn.ts';
import type { Named } from './named.ts';

export interface SentrySurvey {
  /** Where the token is; never the token. */
  tokenPlace?: string;
  /** One that uploads releases, and reads nothing (`sntrys_`). */
  isOrganizationToken: boolean;
  url: { value: string; place: string };
  organization?: Named;
  /** Slugs that the token sees, where it may list them. */
  organizations: string[];
  projects: Named[];
  allProjects?: string[];
  /** Where the organization's data is, where that is another address than the one that is asked. */
  region?: { value: string; place: string };
  problems: string[];
  /** Why Sentry could not be asked, or not about everything. */
  failure?: { message: string; hint: string };
  /** The projects of another organization, for a person who has to choose one. */
  projectsOf(organization: string): Promise<string[]>;
}

interface Request {
  root: string;
  config: Config;
  flags: { organization?: string; projects: readonly string[] };
  traces: Traces;
}

/** Finds what names the organization and projects, and asks Sentry whether it is so, where there is a token. */
export async function surveySentry(world: World, request: Request): Promise<SentrySurvey> {
  const found = await findCredentials(world, request.root);
  const url = found.url ?? { value: world.sentryUrl, place: 'the default' };
  const named: SentrySurvey = {
    url,
    organizations: [],
    problems: found.problems,
    projects: namedProjects(found, request),
    projectsOf: async () => [],
    isOrganizationToken: found.token?.value.startsWith('sntrys_') ?? false,
    ...regionByDsn(request.traces, url.value),
    ...organizationOf(found, request),
    ...(found.token ? { tokenPlace: found.token.place } : {}),
  };
  const token = found.token?.value;
  if (token === undefined) return named;
  const signal = AbortSignal.any([world.signal, AbortSignal.timeout(PROBE_LIMIT_MS)]);
  const projectsOf = (organization: string) =>
    withClient(
      () => openProbe(world, { url: url.value, token, organization }),
      (client) => projects(client, signal),
    );
  const list = () =>
    withClient(
      () => openProbe(world, { url: url.value, token }),
      (client) => organizations(client, signal),
    );
  const slugsOf = async (organization: string) => slugsIn(await projectsOf(organization));
  return { ...(await asked(named, request.traces, projectsOf, list)), projectsOf: slugsOf };
}

const slugsIn = (seen: readonly { slug: string }[]): string[] =>
  seen.map(({ slug }) => untrustedLine(slug, 100));

async function asked(
  named: SentrySurvey,
  traces: Traces,
  projectsOf: (organization: string) => Promise<SentryProject[]>,
  list: () => Promise<SentryOrganization[]>,
): Promise<SentrySurvey> {
  const listed = await tried(list);
  // An organization token may not list organizations; what names one then has to do.
  const slugs = slugsIn(listed.value ?? []);
  const [only, ...others] = slugs;
  const organization: Named | undefined =
    named.organization ??
    (only !== undefined && others.length === 0
      ? { value: only, place: "the token's only one", state: 'confirmed', isFoundAnyway: false }
      : await organizationByDsn(slugs, traces, projectsOf));
  if (organization === undefined) return { ...named, organizations: slugs, ...failureOf(listed) };
  const all = await tried(() => projectsOf(organization.value));
  if (all.value === undefined) {
    const isUnknown = slugs.length > 0 && !slugs.includes(organization.value);
    return {
      ...named,
      organizations: slugs,
      organization: { ...organization, state: isUnknown ? 'wrong' : 'unchecked' },
      ...failureOf(all),
    };
  }
  const known = slugsIn(all.value);
  const projectsNamed = named.projects.length > 0 ? named.projects : projectsByDsn(all.value, traces);
  return {
    ...named,
    organizations: slugs,
    organization: { ...organization, state: 'confirmed' },
    ...regionOf(
      listed.value?.find(({ slug }) => slug === organization.value),
      named.url.value,
    ),
    allProjects: known,
    projects: projectsNamed.map((one) => ({
      ...one,
      state: known.includes(one.value) ? 'confirmed' : 'wrong',
    })),
  };
}

function regionOf(organization: SentryOrganization | undefined, url: string): Pick<SentrySurvey, 'region'> {
  const region = URL.parse(organization?.regionUrl ?? '')?.origin;
  return region === undefined || region === URL.parse(url)?.origin
    ? {}
    : { region: { value: region, place: 'Sentry names it for the organization' } };
}

function organizationOf(
  found: SentryCredentials,
  { config, flags, traces }: Request,
): { organization?: Named } {
  if (flags.organization !== undefined)
    return {
      organization: {
        value: flags.organization,
        place: '--organization',
        state: 'unchecked',
        isFoundAnyway: false,
      },
    };
  const value = config.sentry.organization ?? found.organization?.value;
  if (value === undefined)
    return traces.organization
      ? { organization: { ...traces.organization, state: 'unchecked', isFoundAnyway: false } }
      : {};
  const place =
    config.sentry.organization === undefined ? (found.organization?.place ?? '') : (config.source ?? '');
  return { organization: { value, place, state: 'unchecked', isFoundAnyway: true } };
}

function namedProjects(found: SentryCredentials, { config, flags, traces }: Request): Named[] {
  const named = (value: string, place: string, isFoundAnyway: boolean): Named => ({
    value,
    place,
    state: 'unchecked',
    isFoundAnyway,
  });
  if (flags.projects.length > 0) return flags.projects.map((one) => named(one, '--sentry-project', false));
  if (config.sentry.projects.length > 0)
    return config.sentry.projects.map((one) => named(one, config.source ?? '', true));
  if (found.project) return [named(found.project.value, found.project.place, true)];
  return traces.projects.map(({ value, place }) => named(value, place, false));
}

interface Tried<T> {
  value?: T;
  error?: unknown;
}

async function tried<T>(work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

function failureOf({ error }: Tried<unknown>): Pick<SentrySurvey, 'failure'> {
  if (error === undefined) return {};
  if (error instanceof PitcrewError) return { failure: { message: error.message, hint: error.hint } };
  const isLate = error instanceof Error && error.name === 'TimeoutError';
  const message = isLate ? `Sentry did not answer within ${PROBE_LIMIT_MS / 1000} s.` : messageOf(error);
  return { failure: { message, hint: 'Check SENTRY_URL and the network; pitcrew doctor asks again.' } };
}

async function withClient<T>(
  open: () => SentryClient,
  work: (client: SentryClient) => Promise<T>,
): Promise<T> {
  const client = open();
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
