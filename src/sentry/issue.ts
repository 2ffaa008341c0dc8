import type * as z from 'zod';
import { issueSchema } from './schema.ts';

/** One issue as the rest of Pitcrew reads it. Texts are Sentry's own and untrusted; times are epoch milliseconds. */
export interface SentryIssue {
  /** Sentry's numeric id. */
  id: string;
  /** `NODE-EXPRESS-3`; the numeric id where Sentry gave none. */
  shortId: string;
  title: string;
  culprit?: string;
  /** `fatal`, `error`, `warning`, `info`, `debug`, `sample`; `error` where Sentry gave none. */
  level: string;
  /** Events, all time or in the listed period, as Sentry counts. */
  count: number;
  userCount: number;
  firstSeen?: number;
  lastSeen?: number;
  platform?: string;
  /** Type and message of the exception that names the issue. */
  type?: string;
  value?: string;
  permalink: string;
  status: string;
  /** `new`, `ongoing`, `regressed`, `escalating`, `archived_...`. */
  substatus?: string;
  statusDetails: { inNextRelease?: boolean; inRelease?: string; inCommit?: string };
  project: { id?: string; slug?: string };
  assignedTo?: string;
  priority?: string;
  category?: string;
  unhandled?: boolean;
  firstRelease?: string;
  lastRelease?: string;
}

/** Reads one issue of an answer; undefined where it has no id, without which nothing can be done with it. */
export function readIssue(json: unknown, permalinkOf: (id: string) => string): SentryIssue | undefined {
  const row = issueSchema.parse(json);
  if (row.id === undefined) return undefined;
  const { metadata, statusDetails, issueCategory, isUnhandled, permalink, ...same } = row;
  return withoutUndefined({
    ...same,
    id: row.id,
    shortId: row.shortId ?? row.id,
    title: row.title ?? metadata.title ?? titleOf(metadata) ?? '(no title)',
    level: row.level?.toLowerCase() ?? 'error',
    status: row.status ?? 'unknown',
    type: metadata.type,
    value: metadata.value,
    permalink: isWebAddress(permalink) ? permalink : permalinkOf(row.id),
    category: issueCategory,
    unhandled: isUnhandled,
    statusDetails: withoutUndefined(resolutionOf(statusDetails)),
    project: withoutUndefined(row.project),
  });
}

type Row = z.output<typeof issueSchema>;

const titleOf = ({ type, value }: Row['metadata']): string | undefined =>
  type && value ? `${type}: ${value}` : (type ?? value);

const resolutionOf = (details: Row['statusDetails']) => ({
  inNextRelease: details.inNextRelease,
  inRelease: details.inRelease,
  inCommit: details.inCommit.commit ?? details.inCommit.id,
});

const isWebAddress = (text: string | undefined): text is string =>
  text !== undefined && /^https?:\/\//.test(text) && URL.canParse(text);

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> | (undefined extends T[K] ? undefined : never) };

function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}
