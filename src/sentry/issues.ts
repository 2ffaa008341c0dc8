import { inputError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import type { SentryClient } from './client.ts';
import { failureOf, hasStatus } from './failure.ts';
import { readIssue, type SentryIssue } from './issue.ts';
import { parseIssueReference } from './issue-reference.ts';
import { nextCursor } from './link-header.ts';
import { apiPath } from './path.ts';
import { sharesRegistrableHost } from './region.ts';
import { shortIdSchema } from './schema.ts';

export interface ListQuery {
  /** Sentry's search language. */
  query: string;
  /** Slugs or numeric ids; none means all. */
  projects?: readonly string[];
  environments?: readonly string[];
  /** `14d`, `24h`. */
  statsPeriod?: string;
  sort?: 'date' | 'new' | 'trends' | 'freq' | 'user' | 'inbox' | 'recommended';
  /** How many are wanted in all; pages are fetched until there are so many or no more. */
  limit: number;
  signal?: AbortSignal | undefined;
  onPage?: (received: number) => void;
}

export interface IssueList {
  issues: SentryIssue[];
  /** True where Sentry has more than were wanted. */
  hasMore: boolean;
  /** Of all that match, where Sentry says so. */
  total?: number;
  /** Rows without an id, which cannot be used. */
  unreadable: number;
}

const PAGE = 100;
/** Far beyond any real list: ends a server that hands out new cursors for ever. */
const MAX_PAGES = 1000;

/** Lists issues of the organization, page after page. Throws an upstream error if any page fails. */
export async function listIssues(client: SentryClient, list: ListQuery): Promise<IssueList> {
  const found = new Map<string, SentryIssue>();
  const cursors = new Set<string>();
  let cursor: string | undefined;
  let total: number | undefined;
  let unreadable = 0;
  let more = true;
  while (more && found.size < list.limit && cursors.size < MAX_PAGES) {
    const page = await fetchPage(client, list, Math.min(PAGE, list.limit - found.size), cursor);
    // An issue that moved while we paged comes twice; the newer row counts.
    for (const issue of page.issues) found.set(issue.id, issue);
    unreadable += page.unreadable;
    total ??= page.total;
    cursor = page.cursor;
    more = cursor !== undefined && !cursors.has(cursor);
    if (cursor !== undefined) cursors.add(cursor);
    list.onPage?.(found.size);
  }
  const issues = [...found.values()];
  for (const issue of issues) remember(client, issue);
  return {
    issues: issues.slice(0, list.limit),
    hasMore: more || issues.length > list.limit,
    unreadable,
    ...(total === undefined ? {} : { total }),
  };
}

/** For messages: the organization, and the projects where any were named. */
const whereOf = (client: SentryClient, { projects = [] }: ListQuery): string =>
  `organization ${client.organization()}${projects.length > 0 ? `, project ${projects.join(', ')}` : ''}`;

async function fetchPage(client: SentryClient, list: ListQuery, size: number, cursor: string | undefined) {
  const { json, headers } = await client.request({
    path: apiPath`/organizations/${client.organization()}/issues/`,
    query: {
      query: list.query,
      project: list.projects,
      environment: list.environments,
      statsPeriod: list.statsPeriod,
      sort: list.sort,
      limit: size,
      cursor,
    },
    subject: { what: whereOf(client, list), scope: 'event:read' },
    signal: list.signal,
  });
  const rows = Array.isArray(json) ? json : [];
  const issues = rows.flatMap((row) => readIssue(row, permalinkOf(client)) ?? []);
  const hits = Number(headers['x-hits'] || Number.NaN);
  return {
    issues,
    unreadable: rows.length - issues.length,
    cursor: nextCursor(headers.link),
    total: Number.isSafeInteger(hits) && hits >= 0 ? hits : undefined,
  };
}

/**
 * One issue by short id, numeric id or the address of its page. Throws an input error for what can never be one and
 * for an address of another organization, an upstream error where Sentry has no such issue.
 */
export async function getIssue(
  client: SentryClient,
  reference: string,
  signal?: AbortSignal,
): Promise<SentryIssue> {
  const { kind, id } = referenceHere(client, reference);
  const known = kind === 'number' ? id : client.knownIds.get(id);
  if (known !== undefined) return getByNumber(client, known, signal);
  const { json } = await client.request({
    path: apiPath`/organizations/${client.organization()}/shortids/${id}/`,
    subject: subjectOf(client, id),
    signal,
  });
  const looked = shortIdSchema.parse(json);
  const issue = readIssue(looked.group, permalinkOf(client));
  // Some servers answer without the group, or with a part of it that lacks what we read.
  if (issue && issue.status !== 'unknown') return remember(client, issue);
  return getByNumber(client, looked.groupId ?? issue?.id ?? id, signal);
}

/** The numeric id of an issue, without a request where it is known. */
export async function issueIdOf(
  client: SentryClient,
  reference: string,
  signal?: AbortSignal,
): Promise<string> {
  const { kind, id } = referenceHere(client, reference);
  if (kind === 'number') return id;
  return client.knownIds.get(id) ?? (await getIssue(client, id, signal)).id;
}

export type WhichEvent = 'latest' | 'oldest' | 'recommended';

/** One event of an issue (numeric id) as Sentry sent it, unparsed; undefined where the issue has none. */
export async function latestEvent(
  client: SentryClient,
  issueId: string,
  which: WhichEvent = 'latest',
  signal?: AbortSignal,
): Promise<unknown> {
  try {
    const { json } = await client.request({
      path: apiPath`/organizations/${client.organization()}/issues/${issueId}/events/${which}/`,
      subject: { what: `${which} event of issue ${issueId}`, scope: 'event:read' },
      signal,
    });
    return json;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/**
 * An issue and one of its events, side by side. Where the numeric id is not known yet, the event is asked for by short
 * id: Sentry takes it, and a server that does not is asked again by number.
 */
export async function issueWithEvent(
  client: SentryClient,
  reference: string,
  which: WhichEvent = 'latest',
  signal?: AbortSignal,
): Promise<{ issue: SentryIssue; event: unknown }> {
  const { kind, id } = referenceHere(client, reference);
  const known = kind === 'number' ? id : client.knownIds.get(id);
  const [issue, event] = await Promise.all([
    getIssue(client, id, signal),
    known === undefined
      ? eventByShortId(client, id, which, signal)
      : latestEvent(client, known, which, signal),
  ]);
  const again = event === undefined && known === undefined;
  return { issue, event: again ? await latestEvent(client, issue.id, which, signal) : event };
}

async function eventByShortId(
  client: SentryClient,
  shortId: string,
  which: WhichEvent,
  signal?: AbortSignal,
) {
  try {
    return await latestEvent(client, shortId, which, signal);
  } catch (error) {
    if (failureOf(error)?.reason === 'status') return undefined;
    throw error;
  }
}

export interface IssueChange {
  status?: 'resolved' | 'unresolved' | 'ignored';
  substatus?: string;
  statusDetails?: { [key: string]: JsonValue };
}

/** Sends only what changes. Not repeated after an ambiguous failure: the caller re-reads the state first. */
export async function updateIssue(
  client: SentryClient,
  issueId: string,
  change: IssueChange,
  signal?: AbortSignal,
): Promise<void> {
  await client.request({
    method: 'PUT',
    path: apiPath`/organizations/${client.organization()}/issues/${issueId}/`,
    body: { ...change },
    subject: { what: `issue ${issueId}`, scope: 'event:write' },
    signal,
  });
}

async function getByNumber(client: SentryClient, id: string, signal?: AbortSignal): Promise<SentryIssue> {
  const { json } = await client.request({
    path: apiPath`/organizations/${client.organization()}/issues/${id}/`,
    subject: subjectOf(client, id),
    signal,
  });
  const fields = typeof json === 'object' && json !== null ? json : {};
  // The id was asked for, so it is known even where the answer lacks it.
  const issue = readIssue(fields, permalinkOf(client)) ?? readIssue({ ...fields, id }, permalinkOf(client));
  if (!issue) throw new Error(`No id was asked for.`);
  return remember(client, issue);
}

const subjectOf = (client: SentryClient, id: string) => ({
  what: `issue ${id} in organization ${client.organization()}`,
  scope: 'event:read',
});

function referenceHere(client: SentryClient, text: string) {
  const reference = parseIssueReference(text);
  const here = client.organization();
  const otherOrganization = reference.organization !== undefined && reference.organization !== here;
  const otherHost =
    reference.host !== undefined && !sharesRegistrableHost(reference.host, new URL(client.baseUrl).hostname);
  if (otherOrganization || otherHost) {
    throw inputError(
      `That address is of another ${otherOrganization ? 'organization' : 'server'} than the one in use (${otherOrganization ? here : client.baseUrl}).`,
      'Set SENTRY_ORG and SENTRY_URL to it, or give an issue of the organization in use.',
    );
  }
  return reference;
}

function remember(client: SentryClient, issue: SentryIssue): SentryIssue {
  if (client.knownIds.size >= MAX_KNOWN) client.knownIds.clear();
  client.knownIds.set(issue.shortId.toUpperCase(), issue.id);
  return issue;
}

const MAX_KNOWN = 10_000;

const permalinkOf = (client: SentryClient) => (id: string) =>
  `${client.baseUrl}/organizations/${encodeURIComponent(client.organization())}/issues/${encodeURIComponent(id)}/`;
