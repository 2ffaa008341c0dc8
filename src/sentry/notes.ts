import type { SentryClient } from './client.ts';
import { apiPath } from './path.ts';
import { noteSchema } from './schema.ts';

export interface SentryNote {
  id?: string;
  text: string;
  /** Epoch milliseconds. */
  createdAt?: number;
}

/**
 * Comments of an issue (numeric id). The address is not in Sentry's published schema: callers treat a failure here as
 * the loss of a comment, never of the work.
 */
export async function listNotes(
  client: SentryClient,
  issueId: string,
  signal?: AbortSignal,
): Promise<SentryNote[]> {
  const { json } = await client.request({
    path: pathOf(issueId),
    subject: subjectOf(issueId, 'event:read'),
    signal,
  });
  const rows = Array.isArray(json) ? json : [];
  return rows.map((row) => {
    const { id, data, dateCreated } = noteSchema.parse(row);
    return {
      text: data.text ?? '',
      ...(id === undefined ? {} : { id }),
      ...(dateCreated === undefined ? {} : { createdAt: dateCreated }),
    };
  });
}

/** Writes a comment to an issue (numeric id). */
export async function addNote(
  client: SentryClient,
  issueId: string,
  text: string,
  signal?: AbortSignal,
): Promise<void> {
  await client.request({
    method: 'POST',
    path: pathOf(issueId),
    body: { text },
    subject: subjectOf(issueId, 'event:write'),
    signal,
  });
}

const pathOf = (issueId: string) => apiPath`/issues/${issueId}/notes/`;

const subjectOf = (issueId: string, scope: string) => ({ what: `comments of issue ${issueId}`, scope });
