import { tryParseJson } from '../../core/json.ts';
import type { Loose } from '../loose.ts';
import { activityOf, type Issue, substatusNow } from '../store/issues.ts';
import { findProject, projectName } from '../store/projects.ts';
import type { Release } from '../store/releases.ts';
import { isoTime, MEMBER, type SentryContext } from './context.ts';
import { activityView } from './notes.ts';
import { releaseView } from './release-view.ts';
import { statsOf } from './stats.ts';
import { tagSummaries } from './tags.ts';

/** An issue as lists and updates show it; `count` is text, as Sentry has it. */
export function issueView(
  context: SentryContext,
  issue: Issue,
  seen?: { count: number; users: number },
): Loose {
  const project = findProject(context.database, String(issue.project_id));
  const slug = project?.slug ?? '';
  const notes = activityOf(context.database, issue.id, 'note').length;
  return {
    id: String(issue.id),
    shareId: null,
    shortId: issue.short_id,
    title: issue.title,
    culprit: issue.culprit,
    permalink: `${context.url()}/organizations/${context.organization}/issues/${issue.id}/`,
    logger: issue.logger,
    level: issue.level,
    status: issue.status,
    statusDetails: tryParseJson(issue.status_details_json) ?? {},
    substatus: substatusNow(issue, context.clock()),
    isPublic: false,
    platform: issue.platform,
    project: {
      id: String(issue.project_id),
      name: projectName(slug),
      slug,
      platform: project?.platform ?? null,
    },
    type: issue.type,
    metadata: tryParseJson(issue.metadata_json) ?? {},
    numComments: notes,
    assignedTo: tryParseJson(issue.assigned_json ?? 'null') ?? null,
    isBookmarked: false,
    isSubscribed: false,
    subscriptionDetails: null,
    hasSeen: false,
    annotations: [],
    issueType: 'error',
    issueCategory: 'error',
    priority: issue.priority,
    priorityLockedAt: null,
    seerFixabilityScore: null,
    seerAutofixLastTriggered: null,
    seerExplorerAutofixLastTriggered: null,
    isUnhandled: issue.unhandled === 1,
    count: String(seen?.count ?? issue.times_seen),
    userCount: seen?.users ?? issue.user_count,
    firstSeen: isoTime(issue.first_seen),
    lastSeen: isoTime(issue.last_seen),
  };
}

/** What a list adds: counts of all time beside those of the period. */
export const listedIssue = (
  context: SentryContext,
  issue: Issue,
  seen: { count: number; users: number },
): Loose => ({
  ...issueView(context, issue, seen),
  lifetime: {
    count: String(issue.times_seen),
    userCount: issue.user_count,
    firstSeen: isoTime(issue.first_seen),
    lastSeen: isoTime(issue.last_seen),
    stats: null,
  },
  filtered: null,
  sessionCount: 0,
  // Everything is new, and everything is the only member's: Sentry has an object in both places.
  inbox: { reason: 0, reason_details: null, date_added: isoTime(issue.first_seen) },
  owners: { type: 'ownershipRule', owner: `user:${MEMBER.id}`, date_added: isoTime(issue.first_seen) },
  integrationIssues: [],
  sentryAppIssues: [],
  latestEventHasAttachments: false,
  matchingEventId: null,
  matchingEventEnvironment: null,
  derivedData: derivedData(issue),
});

/** What Sentry's own agent makes of an issue; there is none here, so nothing has been begun. */
const derivedData = (issue: Issue): Loose => ({
  blocker: 'none',
  progress: 'none',
  status: issue.status === 'unresolved' ? 'open' : 'closed',
  viewCount: 0,
  hasOpenFixPr: false,
  isAssigned: issue.assigned_json !== null,
  hasRootCause: false,
  lastCompletedAutofixStep: 'none',
  lastProgressedAt: null,
});

/** One issue on its own: with releases, tags, activity and statistics. */
export function issueDetail(context: SentryContext, issue: Issue): Loose {
  const { database } = context;
  const release = (order: string) => {
    const row = database.get<Release>(
      `SELECT releases.* FROM events JOIN releases
         ON releases.project_id = events.project_id AND releases.version = events.release
       WHERE events.issue_id = ? ORDER BY events.timestamp ${order}, events.id ${order} LIMIT 1`,
      issue.id,
    );
    return row ? releaseView(row) : null;
  };
  const firstSeen = {
    id: '0',
    type: 'first_seen',
    data: { priority: issue.priority },
    dateCreated: isoTime(issue.first_seen),
    user: null,
  };
  return {
    ...issueView(context, issue),
    activity: [...activityOf(database, issue.id).map(activityView), firstSeen],
    seenBy: [],
    participants: [{ ...MEMBER }],
    pluginActions: [],
    pluginIssues: [],
    pluginContexts: [],
    userReportCount: 0,
    firstRelease: release('ASC'),
    lastRelease: release('DESC'),
    tags: tagSummaries(database, issue.id),
    stats: {
      '24h': statsOf(context, [issue.id], '24h').get(issue.id) ?? [],
      '30d': statsOf(context, [issue.id], '30d').get(issue.id) ?? [],
    },
  };
}
