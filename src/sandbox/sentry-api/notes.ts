import { tryParseJson } from '../../core/json.ts';
import type { Loose } from '../loose.ts';
import { asText } from '../loose.ts';
import { Fault, type Handler } from '../router.ts';
import { type Activity, activityOf, addActivity } from '../store/issues.ts';
import { bodyOf, isoTime, issueOf, MEMBER, type SentryContext } from './context.ts';
import { pagedList } from './pagination.ts';

/** Sentry takes the same comment on the same issue only once an hour. */
const REPEAT_MS = 3_600_000;

export const activityView = (activity: Activity): Loose => ({
  id: String(activity.id),
  type: activity.type,
  user: { ...MEMBER },
  data: tryParseJson(activity.data_json) ?? {},
  dateCreated: isoTime(activity.created_at),
});

export const listNotes =
  (context: SentryContext): Handler =>
  (call) => {
    const notes = activityOf(context.database, issueOf(context, call).id, 'note').map(activityView);
    return pagedList(context.url(), call, notes);
  };

export const createNote =
  (context: SentryContext): Handler =>
  async (call) => {
    const issue = issueOf(context, call);
    const text = asText((await bodyOf(call)).text)?.trim();
    if (!text) throw new Fault(400, { text: ['This field is required.'] });
    const now = context.clock();
    const data = { text };
    const repeated = activityOf(context.database, issue.id, 'note').some(
      (note) => note.data_json === JSON.stringify(data) && note.created_at > now - REPEAT_MS,
    );
    if (repeated) throw new Fault(400, { detail: 'You have already posted that comment.' });
    return { status: 201, body: activityView(addActivity(context.database, issue.id, 'note', data, now)) };
  };
