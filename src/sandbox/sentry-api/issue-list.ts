import type { Loose } from '../loose.ts';
import { type Candidate, matcher } from '../query/match.ts';
import { type IssueQuery, parseQuery, periodOf, QuerySyntaxError } from '../query/parse.ts';
import { type Answer, type Call, Fault, type Handler } from '../router.ts';
import type { Issue } from '../store/issues.ts';
import { issueByShortId } from '../store/issues.ts';
import { allProjects, findProject } from '../store/projects.ts';
import { checkOrganization, projectOf, type SentryContext } from './context.ts';
import { listedIssue } from './issue-view.ts';
import { paged, pageOf } from './pagination.ts';
import { sorterOf } from './sorting.ts';
import { type Chart, statsOf } from './stats.ts';

const DEFAULT_QUERY = 'is:unresolved';

/** Sentry counts the hits of a search no further. */
const MAX_HITS = 1000;

export const listOrganizationIssues =
  (context: SentryContext): Handler =>
  (call) => {
    checkOrganization(context, call);
    return listIssues(context, call, projectsOf(context, call));
  };

/** The deprecated list of one project: the same search. */
export const listProjectIssues =
  (context: SentryContext): Handler =>
  (call) =>
    listIssues(context, call, [projectOf(context, call).id]);

function listIssues(context: SentryContext, call: Call, projects: readonly number[]): Answer {
  const query = call.query.get('query') ?? DEFAULT_QUERY;
  const direct = directHit(context, call, query);
  if (direct) return direct;
  const page = pageOf(call);
  const now = context.clock();
  const span = spanOf(call, now);
  const hits = search(context, query, candidates(context, call, projects, span)).sort(
    sorterOf(context, call.query.get('sort') ?? 'date', span),
  );
  const shown = hits.slice(page.offset, page.offset + page.limit);
  const answer = paged(
    context.url(),
    call,
    page,
    withStats(context, call, shown),
    hits.length > page.offset + page.limit,
  );
  const counts = { 'x-hits': String(Math.min(hits.length, MAX_HITS)), 'x-max-hits': String(MAX_HITS) };
  return { ...answer, headers: { ...answer.headers, ...counts } };
}

/** `shortIdLookup=1` with nothing but a short id in the query: that issue, whatever its state. */
function directHit(context: SentryContext, call: Call, query: string): Answer | undefined {
  if (call.query.get('shortIdLookup') !== '1' || !/^\S+-[0-9A-Za-z]+$/.test(query.trim())) return undefined;
  const issue = issueByShortId(context.database, query.trim());
  if (!issue) return undefined;
  const seen = { issue, count: issue.times_seen, users: issue.user_count };
  const answer = paged(context.url(), call, { limit: 1, offset: 0 }, withStats(context, call, [seen]), false);
  return { ...answer, headers: { ...answer.headers, 'x-sentry-direct-hit': '1' } };
}

function search(context: SentryContext, query: string, all: Candidate[]): Candidate[] {
  try {
    const parsed: IssueQuery = parseQuery(query);
    return all.filter(matcher(context.database, parsed, context.clock()));
  } catch (error) {
    if (error instanceof QuerySyntaxError) throw new Fault(400, { detail: error.message });
    throw error;
  }
}

export interface Span {
  from: number;
  to: number;
}

/** `statsPeriod`, else `start` and `end`; all of time where neither is given. */
function spanOf(call: Call, now: number): Span | null {
  const period = call.query.get('statsPeriod');
  if (period) {
    const span = periodOf(period);
    if (span === undefined) throw new Fault(400, { detail: 'Invalid statsPeriod' });
    return { from: now - span, to: now };
  }
  const [start, end] = [call.query.get('start'), call.query.get('end')];
  if (!start && !end) return null;
  const [from, to] = [utcTime(start ?? ''), utcTime(end ?? '')];
  if (Number.isNaN(from) || Number.isNaN(to))
    throw new Fault(400, { detail: 'start and end are both required, as ISO 8601 dates' });
  if (from > to) throw new Fault(400, { detail: 'start must be before end' });
  return { from, to };
}

const utcTime = (text: string): number =>
  Date.parse(/T/.test(text) && !/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? `${text}Z` : text);

function projectsOf(context: SentryContext, call: Call): number[] {
  const wanted = call.query.getAll('project').filter((value) => value !== '');
  if (wanted.length === 0 || wanted.includes('-1'))
    return allProjects(context.database).map((project) => project.id);
  return wanted.map((idOrSlug) => {
    const project = findProject(context.database, idOrSlug);
    if (!project) throw new Fault(403, { detail: 'You do not have permission to perform this action.' });
    return project.id;
  });
}

/** Issues of these projects with events in the span and environments, and how many of those they have. */
function candidates(
  context: SentryContext,
  call: Call,
  projects: readonly number[],
  span: Span | null,
): Candidate[] {
  const environments = call.query.getAll('environment');
  const ids = JSON.stringify(projects);
  if (span === null && environments.length === 0)
    return context.database
      .all<Issue>('SELECT * FROM issues WHERE project_id IN (SELECT value FROM json_each(?))', ids)
      .map((issue) => ({ issue, count: issue.times_seen, users: issue.user_count }));
  const rows = context.database.all<Issue & { seen: number; seen_users: number }>(
    `SELECT issues.*, found.seen, found.seen_users FROM issues JOIN (
       SELECT issue_id, COUNT(*) AS seen, COUNT(DISTINCT user_key) AS seen_users FROM events
       WHERE timestamp BETWEEN ? AND ?
         AND (? OR COALESCE(environment, '') IN (SELECT value FROM json_each(?)))
       GROUP BY issue_id) AS found ON found.issue_id = issues.id
     WHERE issues.project_id IN (SELECT value FROM json_each(?))`,
    span?.from ?? 0,
    span?.to ?? Number.MAX_SAFE_INTEGER,
    environments.length === 0 ? 1 : 0,
    JSON.stringify(environments),
    ids,
  );
  return rows.map(({ seen, seen_users, ...issue }) => ({ issue, count: seen, users: seen_users }));
}

function withStats(context: SentryContext, call: Call, shown: readonly Candidate[]): Loose[] {
  const period = call.query.get('groupStatsPeriod') ?? '24h';
  const chart: Chart = period === '14d' ? '14d' : '24h';
  const isWanted = period !== '' && !call.query.getAll('collapse').includes('stats');
  const ids = shown.map(({ issue }) => issue.id);
  const stats = isWanted ? statsOf(context, ids, chart) : undefined;
  return shown.map(({ issue, count, users }) => ({
    ...listedIssue(context, issue, { count, users }),
    ...(stats && { stats: { [chart]: stats.get(issue.id) ?? [] } }),
  }));
}
