import type { Call, Handler } from '../router.ts';
import { edgeEvent, eventById, eventOfIssue, listEvents, type StoredEvent } from '../store/events.ts';
import { allProjects } from '../store/projects.ts';
import { checkOrganization, issueOf, notFound, projectOf, type SentryContext } from './context.ts';
import { eventSummary, eventView, fullEvent } from './event-view.ts';
import { type Page, paged, pageOf } from './pagination.ts';

/** `latest`, `oldest`, `recommended` (here the latest) or an event's own id. */
export const getIssueEvent =
  (context: SentryContext): Handler =>
  (call) => {
    const issue = issueOf(context, call);
    const which = call.params.event ?? '';
    const environments = call.query.getAll('environment');
    const event = ['latest', 'recommended', 'oldest'].includes(which)
      ? edgeEvent(context.database, issue.id, which === 'oldest' ? 'oldest' : 'latest', environments)
      : eventOfIssue(context.database, issue.id, which);
    return found(context, event);
  };

export const getProjectEvent =
  (context: SentryContext): Handler =>
  (call) =>
    found(context, eventById(context.database, projectOf(context, call).id, call.params.event ?? ''));

/** Which issue an event id belongs to. */
export const resolveEventId =
  (context: SentryContext): Handler =>
  (call) => {
    checkOrganization(context, call);
    for (const project of allProjects(context.database)) {
      const event = eventById(context.database, project.id, call.params.event ?? '');
      if (event)
        return {
          status: 200,
          body: {
            organizationSlug: context.organization,
            projectSlug: project.slug,
            groupId: String(event.issue_id),
            eventId: event.event_id,
            event: eventView(context, event),
          },
        };
    }
    throw notFound();
  };

export const listIssueEvents =
  (context: SentryContext): Handler =>
  (call) =>
    eventPage(context, call, { issue: issueOf(context, call).id });

export const listProjectEvents =
  (context: SentryContext): Handler =>
  (call) =>
    eventPage(context, call, { project: projectOf(context, call).id });

function eventPage(context: SentryContext, call: Call, of: { issue: number } | { project: number }) {
  const page: Page = pageOf(call);
  const environments = call.query.getAll('environment');
  // One more than the page holds tells whether there is another.
  const events = listEvents(context.database, of, { ...page, environments, limit: page.limit + 1 });
  const isFull = ['1', 'true'].includes(call.query.get('full') ?? '');
  const view = (event: StoredEvent) => (isFull ? fullEvent(context, event) : eventSummary(event));
  const shown = events.slice(0, page.limit).map(view);
  return paged(context.url(), call, page, shown, events.length > page.limit);
}

function found(context: SentryContext, event: StoredEvent | undefined) {
  if (!event) throw notFound();
  return { status: 200, body: eventView(context, event) };
}
