import { asAnyText, asRecord, asText, type Loose } from '../loose.ts';
import {
  type ExceptionValue,
  exceptionsOf,
  handledOf,
  leadingFrames,
  looseStacktrace,
  type ThreadValue,
  threadsOf,
} from './exceptions.ts';
import type { Stacktrace } from './frames.ts';
import { fingerprintVariables, groupingHash } from './grouping.ts';
import { breadcrumbsOf, type Message, messageOf, requestOf, userKey, userOf } from './interfaces.ts';
import { type Tag, tagsOf } from './tags.ts';
import { eventTime } from './times.ts';
import { headingOf } from './title.ts';

/** An event ready to be stored: the columns it is found by, and `body`, the API's form of it. */
export interface NormalizedEvent {
  eventId: string;
  timestamp: number;
  hash: string;
  level: string;
  title: string;
  culprit: string;
  type: 'error' | 'default';
  metadata: Record<string, string>;
  platform: string;
  logger: string | null;
  unhandled: boolean;
  environment: string | null;
  release: string | null;
  userKey: string | null;
  tags: Tag[];
  body: Loose;
}

/** From what an SDK sent to what Sentry's API answers. Never throws for odd data: a bad field costs that field. */
export function normalizeEvent(event: Loose, eventId: string, now: number): NormalizedEvent {
  const exceptions = exceptionsOf(event);
  const threads = threadsOf(event);
  const alone = exceptions.length === 0 ? looseStacktrace(event) : null;
  const frames = leadingFrames(exceptions, threads, alone);
  const message = messageOf(event);
  const platform = asText(event.platform) ?? 'other';
  const heading = headingOf(
    exceptions,
    frames,
    message?.formatted ?? null,
    platform,
    asText(event.culprit) ?? asText(event.transaction),
  );
  const main = exceptions.at(-1);
  const user = userOf(event);
  const common = {
    eventId,
    timestamp: eventTime(event.timestamp, now),
    level: levelOf(event.level),
    platform,
    logger: asText(event.logger),
    unhandled: handledOf(exceptions) === false,
    environment: asText(event.environment),
    release: versionOf(event.release),
    userKey: userKey(user),
  };
  const request = requestOf(event);
  const tags = tagsOf(event, derivedTags(event, common, exceptions, asText(request?.url)));
  const hash = groupingHash({
    fingerprint: event.fingerprint,
    exceptions,
    frames,
    message: message?.template ?? null,
    variables: fingerprintVariables(event, main, message?.formatted ?? null),
  });
  return {
    ...common,
    hash,
    title: heading.title,
    culprit: heading.culprit,
    type: heading.type,
    metadata: heading.metadata,
    tags,
    body: {
      eventID: eventId,
      type: heading.type,
      title: heading.title,
      message: message?.formatted ?? '',
      metadata: heading.metadata,
      location: heading.location,
      culprit: heading.culprit,
      platform,
      dist: asText(event.dist),
      level: common.level,
      tags,
      user,
      entries: entriesOf(exceptions, alone, threads, message, breadcrumbsOf(event), request),
      contexts: asRecord(event.contexts) ?? {},
      context: asRecord(event.extra) ?? {},
      packages: asRecord(event.modules) ?? {},
      sdk: sdkOf(event),
      fingerprints: [hash],
      errors: [],
      crashFile: null,
      userReport: null,
      occurrence: null,
      _meta: {},
    },
  };
}

function entriesOf(
  exceptions: ExceptionValue[],
  alone: Stacktrace | null,
  threads: ThreadValue[],
  message: Message | null,
  breadcrumbs: Loose[],
  request: Loose | null,
): Loose[] {
  const hasSystemFrames = exceptions.some((exception) => exception.stacktrace?.hasSystemFrames);
  const entries: (Loose | false)[] = [
    exceptions.length > 0 && {
      type: 'exception',
      data: { values: exceptions, excOmitted: null, hasSystemFrames },
    },
    alone !== null && { type: 'stacktrace', data: alone },
    threads.length > 0 && { type: 'threads', data: { values: threads } },
    message !== null && {
      type: 'message',
      data: { formatted: message.formatted, message: message.template, params: message.params },
    },
    breadcrumbs.length > 0 && { type: 'breadcrumbs', data: { values: breadcrumbs } },
    request !== null && { type: 'request', data: request },
  ];
  return entries.filter((entry) => entry !== false);
}

function derivedTags(
  event: Loose,
  common: Pick<NormalizedEvent, 'level' | 'environment' | 'release' | 'userKey' | 'logger'>,
  exceptions: readonly ExceptionValue[],
  url: string | null,
): Record<string, string | null> {
  const handled = handledOf(exceptions);
  return {
    level: common.level,
    environment: common.environment,
    release: common.release,
    user: common.userKey,
    logger: common.logger,
    dist: asText(event.dist),
    server_name: asText(event.server_name),
    transaction: asText(event.transaction),
    handled: handled === null ? null : handled ? 'yes' : 'no',
    mechanism: asText(exceptions.at(-1)?.mechanism?.type),
    url,
  };
}

/** SDKs and loggers use several words; Sentry knows five. What it does not know is an error. */
const LEVELS: Record<string, string> = {
  fatal: 'fatal',
  critical: 'fatal',
  error: 'error',
  warning: 'warning',
  warn: 'warning',
  info: 'info',
  log: 'info',
  debug: 'debug',
};

const levelOf = (value: unknown): string => LEVELS[asText(value)?.toLowerCase() ?? 'error'] ?? 'error';

const versionOf = (value: unknown): string | null => asText(asRecord(value)?.version ?? value);

function sdkOf(event: Loose): Loose | null {
  const sdk = asRecord(event.sdk);
  return sdk ? { name: asAnyText(sdk.name), version: asAnyText(sdk.version) } : null;
}
