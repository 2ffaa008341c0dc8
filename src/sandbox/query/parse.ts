/** One filter of a Sentry issue search: `level:error`, `!release:1.*`, `lastSeen:-24h`, `times_seen:>10`. */
export interface Term {
  key: string;
  negated: boolean;
  /** Several for `key:[a, b]`: any of them. */
  values: string[];
}

export interface IssueQuery {
  terms: Term[];
  /** What is not a filter, as one phrase; null where there is none. */
  text: string | null;
}

/** Thrown for a query that Sentry refuses with 400 too. */
export class QuerySyntaxError extends Error {}

/** Reads Sentry's issue search syntax. Throws `QuerySyntaxError`. */
export function parseQuery(query: string): IssueQuery {
  const terms: Term[] = [];
  const words: string[] = [];
  for (const token of tokens(query)) {
    if (/^(OR|AND)$|^\(|^\)$/.test(token))
      throw new QuerySyntaxError(
        'Boolean statements containing "OR" or "AND" are not supported in this search',
      );
    const match = /^(!?)([A-Za-z][\w.-]*|"[^"]+"):(.*)$/s.exec(token);
    if (match) terms.push(termOf(match));
    else words.push(unquoted(token));
  }
  return { terms, text: words.length > 0 ? words.join(' ') : null };
}

/** Split at white space, but not inside quotes or brackets. */
function tokens(query: string): string[] {
  return query.match(/(?:"(?:\\.|[^"\\])*"|\[[^\]]*\]|[^\s"[])+|\[/g) ?? [];
}

function termOf([, mark = '', name = '', rest = '']: RegExpExecArray): Term {
  const key = unquoted(name);
  if (rest === '') throw new QuerySyntaxError(`Empty string after '${key}:'`);
  const list = /^\[(.*)\]$/s.exec(rest)?.[1];
  const values = list === undefined ? [rest] : (list.match(/"(?:\\.|[^"\\])*"|[^,]+/g) ?? []);
  return { key, negated: mark === '!', values: values.map((value) => unquoted(value.trim())) };
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replace(/\\(.)/g, '$1')
    : text;
}

const UNIT_MS: Record<string, number> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `14d`, `24h`, `90m`: a span in milliseconds; undefined for anything else. */
export function periodOf(text: string): number | undefined {
  const match = /^(\d{1,6})([smhdw])$/.exec(text);
  return match ? Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0) : undefined;
}
