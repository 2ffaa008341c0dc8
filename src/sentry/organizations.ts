import type { SentryClient, SentryRequest } from './client.ts';
import { nextCursor } from './link-header.ts';
import { apiPath } from './path.ts';
import { organizationSchema, projectSchema } from './schema.ts';

export interface SentryOrganization {
  slug: string;
  name: string;
  regionUrl?: string;
}

export interface SentryProject {
  id: string;
  slug: string;
  platform?: string;
}

/** The organizations that the token can see; an organization token may see none (403). */
export async function organizations(
  client: SentryClient,
  signal?: AbortSignal,
): Promise<SentryOrganization[]> {
  const rows = await allPages(client, {
    path: apiPath`/organizations/`,
    subject: { what: 'the list of organizations', scope: 'org:read' },
    regional: false,
    signal,
  });
  return rows.flatMap((row) => {
    const { slug, name, links } = organizationSchema.parse(row);
    if (slug === undefined) return [];
    return [{ slug, name: name ?? slug, ...(links.regionUrl ? { regionUrl: links.regionUrl } : {}) }];
  });
}

/** The projects of the client's organization. */
export async function projects(client: SentryClient, signal?: AbortSignal): Promise<SentryProject[]> {
  const rows = await allPages(client, {
    path: apiPath`/organizations/${client.organization()}/projects/`,
    subject: { what: `the projects of organization ${client.organization()}`, scope: 'project:read' },
    signal,
  });
  return rows.flatMap((row) => {
    const { id, slug, platform } = projectSchema.parse(row);
    return slug === undefined ? [] : [{ id: id ?? slug, slug, ...(platform ? { platform } : {}) }];
  });
}

const MAX_PAGES = 100;

async function allPages(client: SentryClient, request: SentryRequest): Promise<unknown[]> {
  const rows: unknown[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const { json, headers } = await client.request({ ...request, query: { per_page: 100, cursor } });
    if (Array.isArray(json)) rows.push(...json);
    cursor = nextCursor(headers.link);
    if (cursor === undefined || seen.has(cursor)) break;
    seen.add(cursor);
  } while (seen.size < MAX_PAGES);
  return rows;
}
