import { tryParseJson } from '../../core/json.ts';
import { asRecord, type Loose } from '../loose.ts';
import { neighbours, type StoredEvent } from '../store/events.ts';
import { findRelease } from '../store/releases.ts';
import { isoTime, type SentryContext } from './context.ts';
import { releaseView } from './release-view.ts';

/** A whole event, as the endpoints for one event answer it. */
export function eventView(context: SentryContext, event: StoredEvent): Loose {
  const { previous, next } = neighbours(context.database, event);
  const release = event.release ? findRelease(context.database, event.project_id, event.release) : undefined;
  return {
    ...identity(event),
    ...bodyOf(event),
    release: release ? releaseView(release) : null,
    dateCreated: isoTime(event.timestamp),
    dateReceived: isoTime(event.received_at),
    size: Buffer.byteLength(event.raw_json),
    previousEventID: previous,
    nextEventID: next,
    resolvedWith: [],
    sdkUpdates: [],
  };
}

/** A whole event in a list that was asked for whole events. */
export function fullEvent(context: SentryContext, event: StoredEvent): Loose {
  const view = eventView(context, event);
  return { ...view, 'event.type': view.type };
}

const SUMMARY = [
  'title',
  'message',
  'platform',
  'location',
  'culprit',
  'metadata',
  'tags',
  'user',
  'crashFile',
];

/** The short form in which lists show events: without entries and contexts. */
export function eventSummary(event: StoredEvent): Loose {
  const body = bodyOf(event);
  return {
    ...identity(event),
    ...Object.fromEntries(SUMMARY.map((name) => [name, body[name] ?? null])),
    'event.type': body.type,
    dateCreated: isoTime(event.timestamp),
  };
}

const identity = (event: StoredEvent): Loose => ({
  id: event.event_id,
  eventID: event.event_id,
  groupID: String(event.issue_id),
  projectID: String(event.project_id),
});

const bodyOf = (event: StoredEvent): Loose => asRecord(tryParseJson(event.normalized_json)) ?? {};
