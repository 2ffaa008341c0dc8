import { inputError } from '../core/errors.ts';
import { untrustedBlock } from '../core/untrusted.ts';
import { asRecord, asRecords, asText, asTime, firstText, type Loose } from './evidence/loose.ts';
import {
  parseBreadcrumbs,
  parseDebugIds,
  parseMessage,
  parseRequest,
  parseTags,
  parseUser,
} from './evidence/parse-parts.ts';
import { parseExceptions, parseFrames, parseThreads } from './evidence/parse-stack.ts';

export interface Frame {
  /** The path as reported: often cut, mapped or made up by a bundler. */
  file?: string;
  absolutePath?: string;
  module?: string;
  function?: string;
  line?: number;
  column?: number;
  /** As declared; guessed from the place where the event does not say. */
  inApp: boolean;
  /** The binary or package that holds the code. */
  package?: string;
  /** Source lines that came with the event: line number and text. */
  context: [number, string][];
  address?: string;
  /** Local variables, where the SDK sends them. Values are personal data until shown otherwise. */
  variables?: Record<string, unknown>;
}

export interface ExceptionRecord {
  /** Empty where the SDK sent none. */
  type: string;
  value: string;
  module?: string;
  /** False for a crash that nothing caught. */
  handled?: boolean;
  mechanism?: string;
  /** Oldest call first, the crash last. */
  frames: Frame[];
}

export interface Thread {
  id?: string;
  name?: string;
  crashed: boolean;
  current: boolean;
  /** Oldest call first. */
  frames: Frame[];
}

export interface Breadcrumb {
  /** ISO 8601. */
  timestamp?: string;
  type?: string;
  category?: string;
  level?: string;
  message?: string;
  data: Record<string, unknown>;
}

export interface Tag {
  key: string;
  value: string;
}

/** A request as reported. Cookies are not kept; headers, query and data still hold secrets. */
export interface EventRequest {
  method?: string;
  url?: string;
  query: [string, string][];
  headers: [string, string][];
  data?: unknown;
}

/** One error event. Every text in it is an outsider's: clean it before it is shown or stored. */
export interface SentryEvent {
  id: string;
  platform: string;
  title: string;
  message?: string;
  /** The message before its values were filled in, where the SDK sends it: `order %s is late`. */
  messageTemplate?: string;
  level?: string;
  culprit?: string;
  /** ISO 8601. */
  dateCreated?: string;
  release?: string;
  environment?: string;
  dist?: string;
  serverName?: string;
  transaction?: string;
  /** Innermost cause first, outermost last, as Sentry sends them. */
  exceptions: ExceptionRecord[];
  threads: Thread[];
  /** Oldest first. */
  breadcrumbs: Breadcrumb[];
  tags: Tag[];
  request?: EventRequest;
  /** Names of what is known about the user; the values are not kept. */
  user?: { fields: string[] };
  /** The builds of the scripts in the stack, by the script's path or URL: debug IDs of their source maps. */
  debugIds: ReadonlyMap<string, string>;
  extra: Record<string, unknown>;
  contexts: Record<string, unknown>;
}

/** Sentry's own word for an event that names nothing. */
export const NO_TITLE = '<no title>';

/**
 * Reads an event in either form: what Sentry's API answers (`entries[]`, camelCase) or what an SDK sends.
 * A field of a shape that is not expected costs that field. Throws an input error only where there is no object.
 */
export function parseEvent(json: unknown): SentryEvent {
  const root = asRecord(json);
  if (!root) {
    throw inputError('The event is not a JSON object.', 'Fetch the event again; Sentry answers one object.');
  }
  const part = partsOf(root);
  const exceptions = parseExceptions(part('exception'));
  const message = parseMessage(part('message')) ?? parseMessage(root.message);
  const tags = parseTags(root.tags);
  const tag = (key: string) => tags.find((entry) => entry.key === key)?.value;
  return {
    id: firstText(root, 'eventID', 'event_id', 'id') ?? '',
    platform: asText(root.platform) ?? 'other',
    title: asText(root.title) ?? titleOf(exceptions.at(-1), message),
    message,
    messageTemplate: firstText(asRecord(part('message')), 'message'),
    level: asText(root.level) ?? tag('level'),
    culprit: firstText(root, 'culprit', 'location'),
    dateCreated: asTime(root.dateCreated) ?? asTime(root.timestamp) ?? asTime(root.datetime),
    release: releaseOf(root.release) ?? tag('release'),
    environment: asText(root.environment) ?? tag('environment'),
    dist: asText(root.dist) ?? tag('dist'),
    serverName: asText(root.server_name) ?? tag('server_name'),
    transaction: asText(root.transaction) ?? tag('transaction'),
    exceptions,
    threads: threadsOf(part('threads'), part('stacktrace')),
    breadcrumbs: parseBreadcrumbs(part('breadcrumbs')),
    tags,
    request: parseRequest(part('request')),
    user: parseUser(root.user),
    debugIds: parseDebugIds(part('debugmeta')),
    extra: asRecord(root.extra) ?? asRecord(root.context) ?? {},
    contexts: asRecord(root.contexts) ?? {},
  };
}

/**
 * The stack in which the event happened, crash first: the outermost exception's; without one the crashed thread's;
 * else a cause's; else the current or the first thread that has frames.
 */
export function crashFrames(event: SentryEvent): Frame[] {
  const outermost = event.exceptions.at(-1)?.frames ?? [];
  if (outermost.length > 0) return outermost.toReversed();
  const threads = event.threads.filter((thread) => thread.frames.length > 0);
  const stack =
    threads.find((thread) => thread.crashed) ??
    event.exceptions.findLast((exception) => exception.frames.length > 0) ??
    threads.find((thread) => thread.current) ??
    threads[0];
  return stack?.frames.toReversed() ?? [];
}

/** Where to look first: the frame of the application that is nearest to the crash, else the crash itself. */
export function crashFrame(event: SentryEvent): Frame | undefined {
  const frames = crashFrames(event);
  return frames.find((frame) => frame.inApp) ?? frames[0];
}

/** The raw parts of an event by their name in `entries[]`, wherever this form of event keeps them. */
function partsOf(root: Loose): (name: string) => unknown {
  const entries = new Map<string, unknown>();
  for (const entry of asRecords(root.entries, 100)) {
    const type = asText(entry.type);
    if (type !== undefined && !entries.has(type)) entries.set(type, entry.data);
  }
  return (name) => entries.get(name) ?? INGEST_NAMES[name]?.map((key) => root[key]).find(isPresent);
}

const isPresent = (value: unknown): boolean => value !== undefined && value !== null;

// The long names are those of protocol versions before 7, which old SDKs still send.
const INGEST_NAMES: Record<string, readonly string[]> = {
  exception: ['exception', 'sentry.interfaces.Exception'],
  threads: ['threads'],
  stacktrace: ['stacktrace', 'sentry.interfaces.Stacktrace'],
  breadcrumbs: ['breadcrumbs'],
  debugmeta: ['debug_meta'],
  request: ['request', 'sentry.interfaces.Http'],
  message: ['logentry', 'sentry.interfaces.Message'],
};

/** A lone stack trace belongs to no exception and no thread: it is read as the crashed thread. */
function threadsOf(threads: unknown, stacktrace: unknown): Thread[] {
  const parsed = parseThreads(threads);
  const frames = parseFrames(stacktrace);
  return frames.length > 0 ? [...parsed, { crashed: true, current: true, frames }] : parsed;
}

const releaseOf = (release: unknown): string | undefined =>
  asText(release) ?? firstText(asRecord(release), 'version', 'shortVersion');

function titleOf(exception: ExceptionRecord | undefined, message: string | undefined): string {
  const text = exception ? [exception.type, exception.value].filter(Boolean).join(': ') : message;
  // Cleaned before it is cut at its first line's end: half of a folded secret is not known for one.
  return untrustedBlock(text, 2000).split('\n', 1)[0]?.trim() || NO_TITLE;
}
