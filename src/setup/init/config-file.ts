import { isDeepStrictEqual } from 'node:util';
import { isMap, isNode, isScalar, parseDocument, stringify, type YAMLMap } from 'yaml';
import { configSchema } from '../../config/schema.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ConfigKey } from './config-keys.ts';

const HEAD = `# Pitcrew finds most things by itself. What stands here goes before what it finds; what is commented out is what it
# finds anyway. Every key: docs/configuration.md of Pitcrew.
`;

/** The text of a new pitcrew.yml. `schema` is where editors find its description, where that is in the checkout. */
export function newConfig(keys: readonly ConfigKey[], schema?: string): string {
  const sections = new Map<string, ConfigKey[]>();
  for (const key of keys) sections.set(key.path[0], [...(sections.get(key.path[0]) ?? []), key]);
  const blocks = [...sections].map(([section, inSection]) => blockOf(section, inSection));
  const modeline = schema === undefined ? '' : `# yaml-language-server: $schema=./${schema}\n`;
  return [modeline + HEAD, ...blocks].join('\n');
}

export interface Merged {
  /** The file's text with what was missing, or undefined where it cannot be added safely. */
  text: string | undefined;
  added: ConfigKey[];
  /** Where the file says otherwise than what was found. The file stays as it is. */
  differences: { key: ConfigKey; held: JsonValue }[];
}

/** Adds needed keys that an existing file lacks, and changes nothing that stands in it. */
export function mergeConfig(text: string, keys: readonly ConfigKey[]): Merged {
  const held = heldIn(text);
  const missing = keys.filter((key) => key.isNeeded && at(held, key.path) === undefined);
  const differences = keys.flatMap((key) => {
    const value = at(held, key.path);
    return value === undefined || isSame(value, key) ? [] : [{ key, held: value }];
  });
  const merged = missing.reduce<string | undefined>(
    (so, key) => (so === undefined ? undefined : withKey(so, key)),
    text,
  );
  const isValid = merged !== undefined && configSchema.safeParse(heldIn(merged) ?? {}).success;
  return { text: isValid ? merged : undefined, added: missing, differences };
}

/** A key as lines of YAML, at the top level or below its section. */
export const keyLines = ({ path, value }: ConfigKey, indent = ''): string[] =>
  stringify({ [path[1] ?? path[0]]: value }, { lineWidth: 0, flowCollectionPadding: false })
    .trimEnd()
    .split('\n')
    .map((line) => indent + line);

/** A section of the file; one whose keys are all comments is a comment itself, as it would be null otherwise. */
function blockOf(section: string, keys: readonly ConfigKey[]): string {
  const isNested = keys.some(({ path }) => path.length === 2);
  const isComment = keys.every(({ isNeeded }) => !isNeeded);
  const lines = keys.flatMap((key) => {
    const said = explained(key, isNested ? '  ' : '');
    return key.isNeeded || isComment ? said : said.map((line) => line.replace(/^ {2}/, '  # '));
  });
  const block = isNested ? [`${section}:`, ...lines] : lines;
  return `${block.map((line) => (isComment ? `# ${line}` : line)).join('\n')}\n`;
}

/** The key with its reason: behind it where both are short, else above it. */
function explained(key: ConfigKey, indent: string): string[] {
  const [first = '', ...others] = keyLines(key, indent);
  return others.length === 0 && first.length + key.why.length < 90
    ? [`${first}  # ${key.why}`]
    : [`${indent}# ${key.why}`, first, ...others];
}

function heldIn(text: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 20 });
}

function at(held: unknown, path: readonly string[]): JsonValue | undefined {
  let value: unknown = held;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  return value === undefined || value === null ? undefined : (value as JsonValue);
}

/** Checks are compared by what they run. */
function isSame(held: JsonValue, { path, value }: ConfigKey): boolean {
  if (path[0] !== 'checks') return isDeepStrictEqual(held, value);
  return isDeepStrictEqual(commandsOf(held), commandsOf(value));
}

const commandsOf = (checks: JsonValue): unknown[] =>
  Array.isArray(checks)
    ? checks.map((one) => (typeof one === 'object' && one !== null && 'run' in one ? one.run : one))
    : [];

/** Puts one key in, by lines: a YAML writer would lay out the whole file anew. */
function withKey(text: string, key: ConfigKey): string | undefined {
  const { contents } = parseDocument(text);
  const lines = (indent: string) => explained(key, indent).join('\n');
  if (contents !== null && (!isMap(contents) || contents.flow)) return undefined;
  const [section, inner] = key.path;
  const pair = contents?.items.find(({ key: name }) => isScalar(name) && name.value === section);
  if (!pair) {
    const whole = inner === undefined ? lines('') : `${section}:\n${lines('  ')}`;
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${whole}\n`;
  }
  if (inner === undefined || !isMap(pair.value) || pair.value.flow) return undefined;
  return withLast(text, pair.value, lines);
}

/** Behind the last line of a section: comments above its keys stay with them. */
function withLast(text: string, section: YAMLMap, lines: (indent: string) => string): string | undefined {
  const first = section.items[0]?.key;
  const last = section.items.at(-1);
  const start = isScalar(first) ? first.range?.[0] : undefined;
  const end = (isNode(last?.value) ? last.value : isNode(last?.key) ? last.key : undefined)?.range?.[1];
  if (start === undefined || end === undefined) return undefined;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (!/^ +$/.test(indent)) return undefined;
  if (text[end - 1] === '\n') return `${text.slice(0, end)}${lines(indent)}\n${text.slice(end)}`;
  const lineEnd = text.indexOf('\n', end);
  const at = lineEnd < 0 ? text.length : lineEnd;
  return `${text.slice(0, at)}\n${lines(indent)}${text.slice(at)}`;
}
