import { periodOf, QuerySyntaxError } from './parse.ts';

/** Text with Sentry's wildcard `*`, compared without regard to case. */
export function textMatches(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  if (!wanted.includes('*')) return wanted === given;
  return wildcardMatches(wanted.split('*'), given);
}

/** The same, anywhere in the text. */
export const textContains = (pattern: string, text: string): boolean => textMatches(`*${pattern}*`, text);

/** `pieces` in this order, the first at the start and the last at the end: linear, unlike a pattern of `.*`. */
function wildcardMatches(pieces: readonly string[], text: string): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let position = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, position);
    if (found === -1 || found + piece.length > end) return false;
    position = found + piece.length;
  }
  return true;
}

/** `>10`, `<=3`, `7`. */
export function numberMatches(key: string, expected: string, given: number): boolean {
  const match = /^(>=|<=|>|<|)(\d+)$/.exec(expected);
  if (!match) throw new QuerySyntaxError(`Invalid number for ${key}: '${expected}'`);
  return compares(match[1] ?? '', given, Number(match[2]));
}

/**
 * `-24h` within the last day, `+7d` longer ago than that; `>2026-01-01`, `<=2026-01-01T10:00:00`; a date alone
 * means that day (UTC). `given` and `now` in milliseconds.
 */
export function timeMatches(expected: string, given: number, now: number): boolean {
  const relative = /^([+-])(\d+[smhdw])$/.exec(expected);
  const period = relative ? periodOf(relative[2] ?? '') : undefined;
  if (relative && period !== undefined)
    return relative[1] === '-' ? given >= now - period : given <= now - period;
  const match = /^(>=|<=|>|<|)(\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)$/.exec(expected);
  const at = match ? Date.parse(utc(match[2] ?? '')) : Number.NaN;
  if (!match || Number.isNaN(at))
    throw new QuerySyntaxError(
      `Invalid date: ${expected}. Expected +/-duration (e.g. +1h) or ISO 8601-like.`,
    );
  const isDayAlone = match[1] === '' && !(match[2] ?? '').includes('T');
  return isDayAlone ? given >= at && given < at + 86_400_000 : compares(match[1] ?? '', given, at);
}

const utc = (date: string): string =>
  date.includes('T') && !/(Z|[+-]\d\d:\d\d)$/.test(date) ? `${date}Z` : date;

function compares(operator: string, given: number, expected: number): boolean {
  if (operator === '>') return given > expected;
  if (operator === '>=') return given >= expected;
  if (operator === '<') return given < expected;
  if (operator === '<=') return given <= expected;
  return given === expected;
}
