/** A JSON object whose fields nobody has checked yet. */
export type Loose = Record<string, unknown>;

export function asRecord(value: unknown): Loose | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;
}

/** A list as SDKs write it: an array, `{values: [...]}`, or nothing; null entries are left out. */
export function asList(value: unknown): unknown[] {
  const list = Array.isArray(value) ? value : asRecord(value)?.values;
  return Array.isArray(list) ? list.filter((entry) => entry !== null && entry !== undefined) : [];
}

/** Text, or the text of a number or boolean; null for what is neither, and for the empty string. */
export function asText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** As `asText`, but objects and lists come as their JSON: for fields whose content must not be lost. */
export function asAnyText(value: unknown): string | null {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : asText(value);
}

export function asNumber(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

export const asBoolean = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

/**
 * Names and values as SDKs write them: an object, a list of pairs, or a list of `{key, value}`.
 * A value that is itself a list (repeated headers) gives one pair for each.
 */
export function asPairs(value: unknown): [string, string][] {
  const entries = Array.isArray(value) ? value.map(entryOf) : Object.entries(asRecord(value) ?? {});
  return entries.flatMap(([name, content]) => {
    const key = asText(name);
    if (key === null) return [];
    const contents = Array.isArray(content) ? content : [content];
    return contents.map((one): [string, string] => [key, asAnyText(one) ?? '']);
  });
}

function entryOf(entry: unknown): [unknown, unknown] {
  if (Array.isArray(entry)) return [entry[0], entry[1]];
  const record = asRecord(entry);
  return [record?.key, record?.value];
}

/** The first line of `text`, at most `most` characters, with Sentry's three dots where it was cut. */
export function firstLine(text: string, most: number): string {
  const line = text.trimStart().split(/\r?\n/, 1)[0] ?? '';
  return line.length > most ? `${line.slice(0, most - 3)}...` : line;
}
