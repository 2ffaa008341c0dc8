export interface PageLink {
  rel: string;
  cursor: string;
  /** Sentry sends a `next` link on the last page too, with `results="false"`. */
  results: boolean;
}

/** The cursor of the next page, or undefined on the last one. */
export const nextCursor = (header: string | undefined): string | undefined =>
  parseLinkHeader(header ?? '').find((link) => link.rel === 'next' && link.results && link.cursor !== '')
    ?.cursor;

/**
 * Reads a Link header as Sentry sends it: `<url>; rel="next"; results="true"; cursor="0:100:0", ...`.
 * One pass from left to right, commas and semicolons inside `<>` and quotes are text; what is malformed is left out.
 */
export function parseLinkHeader(header: string): PageLink[] {
  return splitOutside(header.slice(0, MAX_HEADER), ',').flatMap((entry) => {
    const [target = '', ...parameters] = splitOutside(entry, ';');
    if (!target.startsWith('<') || !target.endsWith('>')) return [];
    const named = new Map(parameters.map(parameterOf));
    const rel = named.get('rel');
    if (rel === undefined) return [];
    const cursor = named.get('cursor') ?? cursorIn(target.slice(1, -1));
    return [{ rel, cursor, results: named.get('results') !== 'false' }];
  });
}

const MAX_HEADER = 16_384;

function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let closer = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (closer) {
      if (character === closer) closer = '';
    } else if (character === '<') closer = '>';
    else if (character === '"') closer = '"';
    else if (character === separator) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function parameterOf(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 0) return [text.toLowerCase(), ''];
  const value = text.slice(equals + 1).trim();
  const quoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  return [text.slice(0, equals).trim().toLowerCase(), quoted ? value.slice(1, -1) : value];
}

/** Other servers with the same header give the cursor only inside the address. */
const cursorIn = (target: string): string => URL.parse(target)?.searchParams.get('cursor') ?? '';
