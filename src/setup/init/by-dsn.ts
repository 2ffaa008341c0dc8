import { untrustedLine } from '../../core/untrusted.ts';
import type { SentryProject } from '../../sentry/organizations.ts';
import type { Traces } from '../traces/traces.ts';
import type { Named } from './named.ts';

/** Of sentry.io only: what another server is called in a repository's file is for a person to judge. */
export function regionByDsn({ dsns }: Traces, url: string): { region?: { value: string; place: string } } {
  const first = dsns.find(({ server }) => /^https:\/\/[a-z]+\.sentry\.io$/.test(server));
  return first === undefined || first.server === url || URL.parse(url)?.hostname !== 'sentry.io'
    ? {}
    : { region: { value: first.server, place: `the DSN in ${first.place}` } };
}

const MOST_ORGANIZATIONS = 6;

/** Which of several organizations has the project that the repository's DSN names. */
export async function organizationByDsn(
  slugs: readonly string[],
  traces: Traces,
  projectsOf: (organization: string) => Promise<SentryProject[]>,
): Promise<Named | undefined> {
  if (slugs.length < 2 || slugs.length > MOST_ORGANIZATIONS || traces.dsns.length === 0) return undefined;
  const seen = await Promise.all(
    slugs.map(async (slug) => ({ slug, of: projectsByDsn(await projectsOf(slug).catch(() => []), traces) })),
  );
  const [only, ...others] = seen.filter(({ of }) => of.length > 0);
  return only === undefined || others.length > 0
    ? undefined
    : { value: only.slug, place: only.of[0]?.place ?? '', state: 'confirmed', isFoundAnyway: false };
}

/** Projects whose numbers stand in DSNs of the repository. */
export function projectsByDsn(seen: readonly SentryProject[], { dsns }: Traces): Named[] {
  return seen.flatMap(({ id, slug }) => {
    const dsn = dsns.find(({ projectId }) => projectId === id);
    if (dsn === undefined) return [];
    const value = untrustedLine(slug, 100);
    return [{ value, place: `the DSN in ${dsn.place}`, state: 'confirmed', isFoundAnyway: false }];
  });
}
