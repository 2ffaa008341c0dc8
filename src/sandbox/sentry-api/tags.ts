import type { Database } from '../database.ts';
import type { Loose } from '../loose.ts';
import type { Handler } from '../router.ts';
import { isoTime, issueOf, notFound, type SentryContext } from './context.ts';
import { pagedList } from './pagination.ts';

interface TagValue {
  key: string;
  value: string;
  count: number;
  first_seen: number;
  last_seen: number;
}

export interface TagSummary {
  key: string;
  name: string;
  totalValues: number;
  uniqueValues: number;
  topValues: Loose[];
}

/** The tags of an issue's events, each with its most frequent values. */
export function tagSummaries(database: Database, issueId: number): TagSummary[] {
  const byKey = Map.groupBy(valuesOf(database, issueId), (row) => row.key);
  return [...byKey].map(([key, values]) => ({
    key,
    name: nameOf(key),
    totalValues: values.reduce((sum, row) => sum + row.count, 0),
    uniqueValues: values.length,
    topValues: values.slice(0, 10).map(valueView),
  }));
}

export const listTags =
  (context: SentryContext): Handler =>
  (call) => ({ status: 200, body: tagSummaries(context.database, issueOf(context, call).id) });

export const getTag =
  (context: SentryContext): Handler =>
  (call) => {
    const issue = issueOf(context, call);
    const tag = tagSummaries(context.database, issue.id).find((one) => one.key === call.params.key);
    if (!tag) throw notFound();
    return { status: 200, body: tag };
  };

export const listTagValues =
  (context: SentryContext): Handler =>
  (call) => {
    const rows = valuesOf(context.database, issueOf(context, call).id);
    const values = rows.filter((row) => row.key === call.params.key).map(valueView);
    return pagedList(context.url(), call, values);
  };

const valuesOf = (database: Database, issueId: number): TagValue[] =>
  database.all<TagValue>(
    'SELECT * FROM issue_tags WHERE issue_id = ? ORDER BY key, count DESC, value',
    issueId,
  );

const valueView = (row: TagValue): Loose => ({
  key: row.key,
  name: row.value,
  value: row.value,
  count: row.count,
  firstSeen: isoTime(row.first_seen),
  lastSeen: isoTime(row.last_seen),
});

const nameOf = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1).replace(/_/g, ' ');
