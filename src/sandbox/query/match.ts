import { tryParseJson } from '../../core/json.ts';
import type { Database } from '../database.ts';
import { asRecord, asText } from '../loose.ts';
import { type Issue, substatusNow } from '../store/issues.ts';
import { allProjects, findProject } from '../store/projects.ts';
import { latestRelease } from '../store/releases.ts';
import { type IssueQuery, QuerySyntaxError, type Term } from './parse.ts';
import { numberMatches, textContains, textMatches, timeMatches } from './values.ts';

/** An issue with what the period and environments of the request leave of its events. */
export interface Candidate {
  issue: Issue;
  count: number;
  users: number;
}

type Test = (candidate: Candidate, value: string) => boolean;

/** A predicate for `query`. Throws `QuerySyntaxError` at once for what Sentry would refuse. */
export function matcher(database: Database, query: IssueQuery, now: number): (one: Candidate) => boolean {
  const tests = query.terms.map((term) => testOf(database, term, now));
  const { text } = query;
  return (candidate) =>
    tests.every((test) => test(candidate)) &&
    (text === null ||
      [candidate.issue.title, candidate.issue.culprit].some((place) => textContains(text, place)));
}

function testOf(database: Database, term: Term, now: number): (one: Candidate) => boolean {
  const test = fieldTests(term.key, now)[term.key] ?? tagTest(database, term);
  // A value that cannot be read is refused even where there is no issue to compare it with.
  for (const value of term.values) test(NOBODY, value);
  return (candidate) => term.values.some((value) => test(candidate, value)) !== term.negated;
}

function fieldTests(key: string, now: number): Record<string, Test | undefined> {
  const time =
    (pick: (issue: Issue) => number): Test =>
    ({ issue }, value) =>
      timeMatches(value, pick(issue), now);
  const text =
    (pick: (issue: Issue) => string): Test =>
    ({ issue }, value) =>
      textMatches(value, pick(issue));
  const metadata = (name: string) =>
    text((issue) => asText(asRecord(tryParseJson(issue.metadata_json))?.[name]) ?? '');
  const firstSeen = time((issue) => issue.first_seen);
  const lastSeen = time((issue) => issue.last_seen);
  const timesSeen: Test = ({ count }, value) => numberMatches(key, value, count);
  const category: Test = (_, value) => textMatches(value, 'error');
  const assigned: Test = ({ issue }, value) => isAssigned(issue, value);
  return {
    is: ({ issue }, value) => isInState(issue, value, now),
    'issue.category': category,
    'issue.type': category,
    'issue.priority': text((issue) => issue.priority),
    issue: text((issue) => issue.short_id),
    level: text((issue) => issue.level),
    title: text((issue) => issue.title),
    message: ({ issue }, value) => textContains(value, issue.title),
    culprit: text((issue) => issue.culprit),
    platform: text((issue) => issue.platform),
    'error.type': metadata('type'),
    'error.value': metadata('value'),
    'error.unhandled': text((issue) => String(issue.unhandled === 1)),
    'error.handled': text((issue) => String(issue.unhandled === 0)),
    firstSeen,
    'first-seen': firstSeen,
    first_seen: firstSeen,
    age: firstSeen,
    lastSeen,
    'last-seen': lastSeen,
    last_seen: lastSeen,
    timesSeen,
    times_seen: timesSeen,
    assigned,
    assigned_to: assigned,
    assigned_or_suggested: assigned,
  };
}

const STATUSES = new Set(['unresolved', 'resolved', 'ignored']);
const SUBSTATUSES = new Set([
  'new',
  'ongoing',
  'escalating',
  'regressed',
  'archived_until_escalating',
  'archived_until_condition_met',
  'archived_forever',
]);

function isInState(issue: Issue, value: string, now: number): boolean {
  if (value === 'archived' || value === 'muted') return issue.status === 'ignored';
  if (STATUSES.has(value)) return issue.status === value;
  if (SUBSTATUSES.has(value)) return substatusNow(issue, now) === value;
  if (value === 'assigned') return issue.assigned_json !== null;
  if (value === 'unassigned') return issue.assigned_json === null;
  if (value === 'for_review')
    return issue.status === 'unresolved' && ['new', 'regressed'].includes(substatusNow(issue, now) ?? '');
  throw new QuerySyntaxError(`Error parsing search query: invalid status value of '${value}'`);
}

function isAssigned(issue: Issue, value: string): boolean {
  if (value === 'none') return issue.assigned_json === null;
  const assignee = asRecord(tryParseJson(issue.assigned_json ?? 'null'));
  if (!assignee) return false;
  return [assignee.id, assignee.name, assignee.email, `#${asText(assignee.name)}`].some(
    (name) => value === 'me' || textMatches(value, asText(name) ?? ''),
  );
}

/** Everything else is a tag (`release`, `environment`, `server_name`, a user's own); `has:key` asks for any value. */
function tagTest(database: Database, term: Term): Test {
  if (term.key === 'project' || term.key === 'project.name' || term.key === 'project.id')
    return ({ issue }, value) => findProject(database, value)?.id === issue.project_id;
  const holders = new Map<string, ReadonlySet<number>>();
  return ({ issue }, value) => {
    const known = holders.get(value) ?? issuesWithTag(database, term.key, value);
    holders.set(value, known);
    return known.has(issue.id);
  };
}

function issuesWithTag(database: Database, key: string, value: string): ReadonlySet<number> {
  const wanted = key === 'has' ? value : key.replace(/^tags\[(.*)\]$/, '$1');
  const rows = database.all<{ issue_id: number; value: string }>(
    'SELECT issue_id, value FROM issue_tags WHERE key = ?',
    wanted,
  );
  const values =
    key === 'release' && value === 'latest'
      ? allProjects(database).map((project) => latestRelease(database, project.id)?.version ?? '')
      : [value];
  const holds = (given: string) => key === 'has' || values.some((one) => textMatches(one, given));
  return new Set(rows.filter((row) => holds(row.value)).map((row) => row.issue_id));
}

/** An issue that is none, to try a filter's value on. */
const NOBODY: Candidate = {
  issue: {
    id: 0,
    project_id: 0,
    short_id: '',
    hash: '',
    title: '',
    culprit: '',
    level: '',
    type: '',
    metadata_json: '{}',
    platform: '',
    logger: null,
    unhandled: 0,
    status: '',
    substatus: null,
    status_details_json: '{}',
    baseline_json: '{}',
    assigned_json: null,
    priority: '',
    first_seen: 0,
    last_seen: 0,
    times_seen: 0,
    user_count: 0,
  },
  count: 0,
  users: 0,
};
