import { tryParseJson } from '../../core/json.ts';
import { fenced, untrustedBlock, untrustedLine } from '../../core/untrusted.ts';
import { type Breadcrumb, type EventRequest, NO_TITLE, type SentryEvent, type Tag } from '../event.ts';
import { asPairs } from './loose.ts';
import {
  isPersonalName,
  isSensitive,
  safeField,
  safeLine,
  safeQuery,
  safeUrl,
  withoutPersons,
} from './safe-values.ts';

/** `lines` in a fence of at most `budget` characters, its label included; what does not fit is counted. */
export function fencedLines(lines: readonly string[], label: string, budget: number): string {
  const kept: string[] = [];
  let left = budget - label.length - 60;
  for (const line of lines) {
    if (line.length + 1 > left) {
      // Better the beginning of the first line than nothing.
      if (kept.length === 0 && left > 20) kept.push(`${line.slice(0, left - 2)}…`);
      break;
    }
    kept.push(line);
    left -= line.length + 1;
  }
  for (;;) {
    const omitted = lines.length - kept.length;
    const text = fenced([...kept, ...(omitted > 0 ? [`… ${omitted} more lines`] : [])].join('\n'), label);
    // A line of back-ticks makes the fence itself long.
    if (text.length <= budget || kept.length === 0) return text;
    kept.pop();
  }
}

/** The exceptions as lines, outermost first, each cause behind `caused by`; the message, the thread or the issue's title where there is none. */
export function chainLines(event: SentryEvent, issueTitle: string | undefined, budget: number): string[] {
  const chain = event.exceptions.toReversed();
  const shown = chain.length > 8 ? [...chain.slice(0, 4), ...chain.slice(-4)] : chain;
  const each = Math.max(120, Math.floor((budget - 150) / Math.max(1, shown.length)) - 90);
  const lines = shown.flatMap((exception, position) => {
    const value = withoutPersons(untrustedBlock(exception.value, each)).split('\n');
    const type = untrustedLine(exception.type, 120);
    const how = [
      exception.handled === false ? 'unhandled' : '',
      untrustedLine(exception.mechanism, 40),
    ].filter(Boolean);
    const first = [type, value[0]].filter(Boolean).join(': ') || '<exception without type and message>';
    const skipped = position === 4 && chain.length > 8 ? [`… ${chain.length - 8} more causes`] : [];
    return [
      ...skipped,
      `${position > 0 ? 'caused by ' : ''}${first}${how.length > 0 ? ` (${how.join(', ')})` : ''}`,
      ...value.slice(1, 12).map((line) => `  ${line}`),
    ];
  });
  const message = event.message && !event.exceptions.some((exception) => exception.value === event.message);
  if (message) lines.push(...messageLines(event.message ?? '', chain.length > 0 ? 300 : budget - 60));
  if (lines.length > 0) return lines;
  const crashed = event.threads.find((thread) => thread.crashed);
  const where = crashed ? `crash in thread ${safeLine(crashed.name ?? crashed.id ?? '', 60)}` : '';
  const title = safeLine(issueTitle ?? event.title, 300);
  return [where && title === NO_TITLE ? where : [title, where].filter(Boolean).join(': ')];
}

function messageLines(message: string, budget: number): string[] {
  const [first = '', ...more] = withoutPersons(untrustedBlock(message, budget)).split('\n');
  return [`message: ${first}`, ...more.slice(0, 12).map((line) => `  ${line}`)];
}

/** The last breadcrumbs that say what happened, newest last, each with its distance to the event. */
export function breadcrumbLines(event: SentryEvent, most: number): string[] {
  return telling(event.breadcrumbs, most).map((crumb) => {
    const before = distance(crumb.timestamp, event.dateCreated);
    const kind = [crumb.category ?? crumb.type, crumb.level === 'info' ? undefined : crumb.level].filter(
      Boolean,
    );
    return [before, safeLine(kind.join(' '), 50), crumbText(crumb)].filter(Boolean).join(' ');
  });
}

/** Errors and warnings of the last forty, then the newest, in their order; tracing and debug noise is left out. */
export function telling(breadcrumbs: readonly Breadcrumb[], most: number): Breadcrumb[] {
  const recent = breadcrumbs.slice(-40).filter((crumb) => !isNoise(crumb));
  const bad = recent.filter(isBad).slice(-Math.ceil(most / 2));
  const rest = recent.filter((crumb) => !bad.includes(crumb)).slice(bad.length - most);
  return recent.filter((crumb) => bad.includes(crumb) || (bad.length < most && rest.includes(crumb)));
}

const isNoise = (crumb: Breadcrumb): boolean =>
  crumb.level === 'debug' || /^(tracing|sentry\.)/.test(crumb.category ?? '');

const isBad = (crumb: Breadcrumb): boolean =>
  /^(error|fatal|warning|critical)$/.test(crumb.level ?? '') || Number(crumb.data.status_code) >= 400;

/** What a breadcrumb says, in one line. */
export function crumbText(crumb: Breadcrumb): string {
  const { data } = crumb;
  const url = typeof data.url === 'string' ? safeLine(safeUrl(data.url), 120) : '';
  if (url) {
    return [safeLine(data.method, 10), url, safeLine(data.status_code ?? data.reason, 20)]
      .filter(Boolean)
      .join(' ');
  }
  if (data.from !== undefined && data.to !== undefined) {
    return `${safeLine(safeUrl(String(data.from)), 80)} -> ${safeLine(safeUrl(String(data.to)), 80)}`;
  }
  if (crumb.message) return safeLine(crumb.message, 140);
  return asPairs(data, 4)
    .map(([name, value]) => `${safeLine(name, 30)}=${safeField(name, value, 60)}`)
    .join(' ');
}

function distance(time: string | undefined, event: string | undefined): string {
  if (!time || !event) return '';
  const seconds = (Date.parse(time) - Date.parse(event)) / 1000;
  return Number.isFinite(seconds) ? `${seconds > 0 ? '+' : ''}${seconds.toFixed(1)}s` : '';
}

/** Tags that help: not the person's, and not those that the header and the request say already. */
export function usefulTags(tags: readonly Tag[], most: number): Tag[] {
  return tags
    .filter(({ key }) => !SAID_ELSEWHERE.test(key) && !isPersonalName(key) && !isSensitive(key))
    .slice(0, most)
    .map(({ key, value }) => ({ key: safeLine(key, 40), value: safeField(key, value, 80) }));
}

const SAID_ELSEWHERE = /^(release|environment|level|url|user|sentry:.*|dist|transaction|title|message)$/;

/** Method and address; in full also the headers that are not secret or personal, and the data. */
export function requestLines(request: EventRequest, full: boolean): string[] {
  const query = request.query
    .map(([name, value]) => `${safeLine(name, 40)}=${safeField(name, value, 40)}`)
    .slice(0, 20);
  const url = requestUrl(request);
  const lines = [[safeLine(request.method, 10), url].filter(Boolean).join(' ')].filter(Boolean);
  if (query.length > 0 && !url.includes('?')) lines.push(`query: ${query.join('&')}`);
  if (!full) return lines;
  const headers = request.headers
    .slice(0, 30)
    .map(([name, value]) => `${safeLine(name, 40)}: ${safeField(name, value, 100)}`);
  const data = request.data === undefined ? [] : [`data: ${dataText(request.data)}`];
  return [...lines, ...headers, ...data];
}

export const requestUrl = (request: EventRequest): string => safeLine(safeUrl(request.url ?? ''), 200);

/** A body that is a form is read as one, so that its secret fields are known by their names. */
function dataText(data: unknown): string {
  if (typeof data !== 'string') return safeField('data', data, 600);
  const parsed = /^\s*[[{]/.test(data) ? tryParseJson(data.slice(0, 65_536)) : undefined;
  if (parsed !== undefined) return safeField('data', parsed, 600);
  return /^[\w.[\]%-]{1,60}=/.test(data) ? safeQuery(data).slice(0, 600) : safeLine(data, 300);
}
