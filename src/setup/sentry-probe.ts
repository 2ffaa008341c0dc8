import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { openSentryClient, type SentryClient } from '../sentry/client.ts';
import { findSentryCredentials, type SentryCredentials } from '../sentry/credentials.ts';
import { apiPath } from '../sentry/path.ts';
import type { World } from './world.ts';

export const findCredentials = (world: World, root: string): Promise<SentryCredentials> =>
  findSentryCredentials({
    env: world.env,
    home: world.home,
    root,
    readFile: (path) => readFile(path, 'utf8'),
  });

/**
 * A client that would rather say that something is wrong than wait: for looking, not for working.
 * Throws an input error for an address or a token that cannot work.
 */
export function openProbe(
  world: World,
  options: { url: string; token: string; organization?: string },
): SentryClient {
  return openSentryClient({
    baseUrl: options.url,
    token: options.token,
    userAgent: `pitcrew/${world.version}`,
    clock: world.clock,
    log: world.log,
    timeoutMs: PROBE_TIMEOUT_MS,
    // What fails once is what is to be shown.
    retries: 0,
    ...(options.organization === undefined ? {} : { organization: options.organization }),
  });
}

const PROBE_TIMEOUT_MS = 6000;
/** For a whole series of requests; a 429 may ask to wait for longer than anybody watches a check. */
export const PROBE_LIMIT_MS = 20_000;

export interface OrganizationAnswer {
  headers: Readonly<Record<string, string>>;
  /** Where the organization's data is, as it says itself. */
  regionUrl?: string;
  /** What the token may do in it, where it says so. */
  access?: string[];
}

/** `GET organizations/{org}/` with the headers of the answer. Throws as the client does. */
export async function askOrganization(
  client: SentryClient,
  signal: AbortSignal,
): Promise<OrganizationAnswer> {
  const organization = client.organization();
  const { json, headers } = await client.request({
    path: apiPath`/organizations/${organization}/`,
    query: { detailed: '0' },
    subject: { what: `organization ${organization}`, scope: 'org:read' },
    regional: false,
    signal,
  });
  const { links, access } = organizationSchema.parse(json);
  return {
    headers,
    ...(links?.regionUrl === undefined ? {} : { regionUrl: links.regionUrl }),
    ...(access === undefined ? {} : { access }),
  };
}

const texts = z.array(z.string()).optional().catch(undefined);
const organizationSchema = z
  .object({
    links: z
      .object({ regionUrl: z.string().optional().catch(undefined) })
      .optional()
      .catch(undefined),
    access: texts,
  })
  .catch({});

/**
 * The scopes that the token itself has, as the root of the API tells (`auth.scopes`). Undefined where it does not:
 * older servers have nothing there, and neither does the sandbox.
 */
export async function askScopes(client: SentryClient, signal: AbortSignal): Promise<string[] | undefined> {
  const answer = await client
    .request({
      path: apiPath`/`,
      subject: { what: "the token's scopes", scope: 'org:read' },
      regional: false,
      signal,
    })
    .catch(() => undefined);
  return rootSchema.parse(answer?.json).auth?.scopes;
}

const rootSchema = z.object({ auth: z.object({ scopes: texts }).optional().catch(undefined) }).catch({});
