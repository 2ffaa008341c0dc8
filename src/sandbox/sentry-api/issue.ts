import { asText, type Loose } from '../loose.ts';
import { Fault, type Handler } from '../router.ts';
import { addActivity, type Issue, issueById, issueByShortId, setStatus } from '../store/issues.ts';
import { findProject } from '../store/projects.ts';
import { bodyOf, checkOrganization, issueOf, MEMBER, notFound, type SentryContext } from './context.ts';
import { issueDetail, issueView } from './issue-view.ts';
import { type StatusChange, statusChangeOf } from './status-change.ts';

export const getIssue =
  (context: SentryContext): Handler =>
  (call) => ({ status: 200, body: issueDetail(context, issueOf(context, call)) });

export const resolveShortId =
  (context: SentryContext): Handler =>
  (call) => {
    checkOrganization(context, call);
    const issue = issueByShortId(context.database, call.params.shortId ?? '');
    if (!issue) throw notFound();
    return {
      status: 200,
      body: {
        organizationSlug: context.organization,
        projectSlug: findProject(context.database, String(issue.project_id))?.slug ?? '',
        groupId: String(issue.id),
        group: issueView(context, issue),
        shortId: issue.short_id,
      },
    };
  };

/** Status, assignee and priority; only what is given changes, and nothing does where any of it is refused. */
export const updateIssue =
  (context: SentryContext): Handler =>
  async (call) => {
    const body = await bodyOf(call);
    const issue = issueOf(context, call);
    const change = statusChangeOf(context, issue, body);
    const assignee = body.assignedTo === undefined ? undefined : assigneeOf(body.assignedTo);
    const priority = priorityOf(body.priority);
    context.database.transaction(() => {
      if (change) applyStatus(context, issue, change);
      if (assignee !== undefined) applyAssignee(context, issue, assignee);
      if (priority !== null)
        context.database.run('UPDATE issues SET priority = ? WHERE id = ?', priority, issue.id);
    });
    return { status: 200, body: issueView(context, issueById(context.database, issue.id) ?? issue) };
  };

function applyStatus(context: SentryContext, issue: Issue, change: StatusChange): void {
  const { status, substatus, details, baseline, activity } = change;
  setStatus(context.database, issue.id, status, substatus, details, baseline);
  const { actor: _, ...data } = details;
  addActivity(context.database, issue.id, activity, data, context.clock());
}

function applyAssignee(context: SentryContext, issue: Issue, assignee: Loose | null): void {
  const json = assignee === null ? null : JSON.stringify(assignee);
  context.database.run('UPDATE issues SET assigned_json = ? WHERE id = ?', json, issue.id);
  const type = assignee === null ? 'unassigned' : 'assigned';
  addActivity(context.database, issue.id, type, assignee ?? {}, context.clock());
}

/** `user:1`, `team:5`, an e-mail address or a name; the empty string takes the assignment away. */
function assigneeOf(given: unknown): Loose | null {
  if (given === null || given === '') return null;
  const actor = asText(given);
  if (actor === null) throw new Fault(400, { assignedTo: ['Unknown actor input'] });
  const [, kind = 'user', id = actor] = /^(user|team):(.+)$/.exec(actor) ?? [];
  if (kind === 'team') return { type: 'team', id, name: id };
  const names: readonly string[] = [MEMBER.id, MEMBER.username, MEMBER.email];
  if (names.includes(id)) return { ...MEMBER };
  return { type: 'user', id, name: id, ...(id.includes('@') && { email: id }) };
}

function priorityOf(given: unknown): string | null {
  if (given === undefined || given === null) return null;
  const priority = asText(given);
  if (priority === null || !['low', 'medium', 'high'].includes(priority))
    throw new Fault(400, { priority: [`"${priority}" is not a valid choice.`] });
  return priority;
}
