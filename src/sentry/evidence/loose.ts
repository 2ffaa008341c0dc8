/** Readers for JSON whose shape cannot be trusted: each answers `undefined` or an empty list, none throws. */

export type Loose = Record<string, unknown>;

export const asRecord = (value: unknown): Loose | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Loose) : undefined;

/** The elements of a list, or of Sentry's `{values: [...]}` around one. */
export function asList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const values = asRecord(value)?.values;
  return Array.isArray(values) ? values : [];
}

export const asRecords = (value: unknown, limit: number): Loose[] =>
  asList(value)
    .slice(0, limit)
    .map(asRecord)
    .filter((entry) => entry !== undefined);

/** A text that says something: strings, numbers and booleans; empty ones and everything else are `undefined`. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function firstText(record: Loose | undefined, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = asText(record?.[name]);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A positive whole number, also from a numeric string: lines, columns, counts. */
export function asCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

export const asBoolean = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined;

/** Name and value pairs from `{a: 1}`, `[["a", 1]]`, `[{key: "a", value: 1}]`, or `"a=1&b=2"`. */
export function asPairs(value: unknown, limit: number): [string, unknown][] {
  if (typeof value === 'string') return queryPairs(value, limit);
  if (Array.isArray(value)) return value.slice(0, limit).flatMap(pairOf);
  const record = asRecord(value);
  if (!record) return [];
  const pairs: [string, unknown][] = [];
  for (const name in record) {
    if (pairs.length >= limit) break;
    pairs.push([name, record[name]]);
  }
  return pairs;
}

function pairOf(entry: unknown): [string, unknown][] {
  if (Array.isArray(entry)) {
    const name = asText(entry[0]);
    return name === undefined ? [] : [[name, entry[1]]];
  }
  const record = asRecord(entry);
  const name = firstText(record, 'key', 'name');
  return name === undefined ? [] : [[name, record?.value]];
}

function queryPairs(query: string, limit: number): [string, unknown][] {
  try {
    return [...new URLSearchParams(query.slice(0, 8192))].slice(0, limit);
  } catch {
    return [];
  }
}

/**
 * An ISO 8601 time from Sentry's forms: seconds (or milliseconds) since 1970, or text.
 * A text without a zone is UTC, as Sentry reads it.
 */
export function asTime(value: unknown): string | undefined {
  if (typeof value === 'number') return isoOf(value > 1e11 ? value : value * 1000);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  if (/^\d{9,11}(\.\d{1,9})?$/.test(value)) return isoOf(Number(value) * 1000);
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value.replace(' ', 'T')}Z`;
  return isoOf(Date.parse(zoned));
}

function isoOf(milliseconds: number): string | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
