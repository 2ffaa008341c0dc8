/**
 * Edits one table of a TOML text by its lines and leaves every other line as it is. Enough for a table that this
 * program writes itself; a text that names it in another way (inline, dotted, twice) is not touched.
 */
export interface TomlTable {
  /** `mcp_servers.pitcrew`: names without quotes. */
  name: string;
  /** Rendered values, each on one line: `["a", "b"]`. */
  entries: Readonly<Record<string, string>>;
}

/** `text` with the table's entries; keys that people added to it stay. `undefined` where it cannot be done safely. */
export function setTomlTable(text: string, table: TomlTable): string | undefined {
  if (isNamedOtherwise(text, table.name)) return undefined;
  const lines = text.split('\n');
  const range = rangeOf(lines, table.name);
  if (range === undefined) return appended(text, table);
  const body = lines.slice(range.start + 1, range.end);
  for (const [key, value] of Object.entries(table.entries)) {
    const wanted = `${key} = ${value}`;
    const at = body.findIndex((line) =>
      line
        .trim()
        .replace(/\s*=\s*/, ' = ')
        .startsWith(`${key} = `),
    );
    if (at < 0) body.splice(lastFilled(body) + 1, 0, wanted);
    else if (!isWhole(body[at] ?? '')) return undefined;
    else if (normal(body[at] ?? '') !== normal(wanted)) body[at] = wanted;
  }
  return [...lines.slice(0, range.start + 1), ...body, ...lines.slice(range.end)].join('\n');
}

/** `text` without the table and the tables below it. The same text where there is none. */
export function removeTomlTable(text: string, name: string): string | undefined {
  if (isNamedOtherwise(text, name)) return undefined;
  let lines = text.split('\n');
  for (let range = rangeOf(lines, name, true); range; range = rangeOf(lines, name, true)) {
    // The blank line before the header came with it.
    const start = range.start > 0 && lines[range.start - 1]?.trim() === '' ? range.start - 1 : range.start;
    lines = [...lines.slice(0, start), ...lines.slice(range.end)];
  }
  const rest = lines.join('\n');
  return rest.trim() === '' ? '' : rest;
}

/** The rendered value of a key of the table, or undefined. */
export function readTomlTable(text: string, name: string, key: string): string | undefined {
  const lines = text.split('\n');
  const range = rangeOf(lines, name);
  const line =
    range && lines.slice(range.start + 1, range.end).find((one) => normal(one).startsWith(`${key} =`));
  return line === undefined ? undefined : normal(line).slice(`${key} =`.length).trim();
}

export const hasTomlTable = (text: string, name: string): boolean =>
  rangeOf(text.split('\n'), name, true) !== undefined ||
  (isNamedOtherwise(text, name) && text.includes(name.split('.')[1] ?? name));

export const renderTomlTable = ({ name, entries }: TomlTable): string =>
  `[${name}]\n${Object.entries(entries)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')}`;

interface Range {
  start: number;
  /** Behind its last line; blank lines before the next header are not part of it. */
  end: number;
}

function rangeOf(lines: readonly string[], name: string, orBelow = false): Range | undefined {
  const start = lines.findIndex((line) => {
    const header = headerOf(line);
    return header === name || (orBelow && header?.startsWith(`${name}.`));
  });
  if (start < 0) return undefined;
  const next = lines.findIndex((line, index) => index > start && headerOf(line) !== undefined);
  const end = next < 0 ? lines.length : next;
  return { start, end: start + 1 + lastFilled(lines.slice(start + 1, end)) + 1 };
}

/** `mcp_servers.pitcrew` of a line `[mcp_servers."pitcrew"] # note`. */
function headerOf(line: string): string | undefined {
  const header =
    /^\s*\[\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*\]\s*(?:#.*)?$/.exec(
      line,
    );
  const other = /^\s*\[\[.*\]\]\s*(?:#.*)?$/.test(line);
  return header?.[1]?.replace(/\s|["']/g, '') ?? (other ? line.trim() : undefined);
}

/** An inline table, a dotted key or a second header: valid TOML, but not ours to edit by lines. */
function isNamedOtherwise(text: string, name: string): boolean {
  const [parent = '', child = ''] = name.split('.');
  const lines = text.split('\n');
  let table = '';
  let headers = 0;
  for (const line of lines) {
    const header = headerOf(line);
    if (header !== undefined) {
      table = header;
      if (header === name) headers += 1;
      continue;
    }
    const key = /^\s*["']?([\w-]+)["']?\s*([.=])/.exec(line);
    if (table === '' && key?.[1] === parent) return true;
    if (table === parent && key?.[1] === child) return true;
  }
  return headers > 1;
}

function appended(text: string, table: TomlTable): string {
  if (text.trim() === '') return renderTomlTable(table);
  return `${text}${text.endsWith('\n') ? '' : '\n'}\n${renderTomlTable(table)}`;
}

/** Index of the last line that is neither blank nor only a comment; -1 for none. */
const lastFilled = (lines: readonly string[]): number =>
  lines.findLastIndex((line) => line.trim() !== '' && !line.trim().startsWith('#'));

const normal = (line: string): string => line.trim().replace(/\s*=\s*/, ' = ');

/** True for a value that ends on its own line. */
const isWhole = (line: string): boolean =>
  (line.match(/[[{]/g) ?? []).length === (line.match(/[\]}]/g) ?? []).length && !/"""|'''/.test(line);
