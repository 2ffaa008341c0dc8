import type { Breadcrumb, EventRequest, Tag } from '../event.ts';
import { asList, asPairs, asRecord, asRecords, asText, asTime, firstText } from './loose.ts';

const MOST_PAIRS = 200;
const MOST_BREADCRUMBS = 200;

/** The last breadcrumbs of an event, oldest first. */
export function parseBreadcrumbs(raw: unknown): Breadcrumb[] {
  return asList(raw)
    .slice(-MOST_BREADCRUMBS)
    .map(asRecord)
    .filter((crumb) => crumb !== undefined)
    .map((crumb) => ({
      timestamp: asTime(crumb.timestamp),
      type: asText(crumb.type),
      category: asText(crumb.category),
      level: asText(crumb.level),
      message: asText(crumb.message),
      data: asRecord(crumb.data) ?? {},
    }));
}

export function parseTags(raw: unknown): Tag[] {
  return asPairs(raw, MOST_PAIRS).flatMap(([key, value]) => {
    const text = asText(value);
    return text === undefined ? [] : [{ key, value: text }];
  });
}

/** The request without its cookies and its environment, which nobody needs to mend a crash. */
export function parseRequest(raw: unknown): EventRequest | undefined {
  const request = asRecord(raw);
  if (!request) return undefined;
  const parsed: EventRequest = {
    method: asText(request.method),
    url: asText(request.url),
    query: textPairs(request.query ?? request.query_string),
    headers: textPairs(request.headers),
    data: request.data ?? undefined,
  };
  const empty =
    parsed.method === undefined &&
    parsed.url === undefined &&
    parsed.query.length + parsed.headers.length === 0 &&
    parsed.data === undefined;
  return empty ? undefined : parsed;
}

/** The debug IDs of scripts, by `code_file`, from the images of `debug_meta`. */
export function parseDebugIds(raw: unknown): Map<string, string> {
  const ids = new Map<string, string>();
  for (const image of asRecords(asRecord(raw)?.images, MOST_PAIRS)) {
    const file = asText(image.code_file);
    const id = asText(image.debug_id);
    if (file !== undefined && id !== undefined && image.type === 'sourcemap') ids.set(file, id);
  }
  return ids;
}

/** Which facts about the user the event has, never what they are. */
export function parseUser(raw: unknown): { fields: string[] } | undefined {
  const fields = asPairs(asRecord(raw), MOST_PAIRS)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name]) => name);
  return fields.length > 0 ? { fields } : undefined;
}

/** The text of a log message: `"..."`, `{formatted}`, `{message}`. */
export const parseMessage = (raw: unknown): string | undefined =>
  asText(raw) ?? firstText(asRecord(raw), 'formatted', 'message');

function textPairs(raw: unknown): [string, string][] {
  return asPairs(raw, MOST_PAIRS).flatMap(([name, value]): [string, string][] => {
    const text = asText(Array.isArray(value) ? value[0] : value);
    return text === undefined ? [] : [[name, text]];
  });
}
