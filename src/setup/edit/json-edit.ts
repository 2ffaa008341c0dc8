import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '../../core/json.ts';
import { type JsonNode, type JsonProperty, parseJsonTree } from './json-tree.ts';

type JsonObject = { [key: string]: JsonValue };

/**
 * `text` with `value` at `path`, everything else as it stands: comments, order, indentation, line ends. An object is
 * merged key by key, so that keys which people added to it stay. Answers the same text where nothing is missing, and
 * `undefined` where it cannot be done safely: no JSON, no object on the way, a key that stands twice.
 */
export function setJson(text: string, path: readonly string[], value: JsonValue): string | undefined {
  if (text.trim() === '') return `${JSON.stringify(nested(path, value), null, 2)}\n`;
  if (isObject(value) && readJson(text, path) !== undefined) {
    return Object.entries(value).reduce<string | undefined>(
      (changed, [key, item]) => changed && setJson(changed, [...path, key], item),
      isObject(readJson(text, path)) ? text : undefined,
    );
  }
  const found = walk(text, path);
  if (!found) return undefined;
  const { property, parent, rest } = found;
  if (!property) return insert(text, parent, rest, value);
  if (isDeepStrictEqual(property.node.value, value)) return text;
  const indent = indentOf(text, property.start);
  return splice(text, property.node.start, property.node.end, rendered(text, value, indent));
}

/**
 * `text` without what stands at `path`, and without the objects around it that are empty then. Undoes `setJson`
 * to the character where the text had the object before, or none. `undefined` where it cannot be done safely.
 */
export function removeJson(text: string, path: readonly string[]): string | undefined {
  const found = walk(text, path);
  if (!found) return undefined;
  const { property, parent } = found;
  if (!property) return text;
  const siblings = parent.properties ?? [];
  if (siblings.length === 1 && path.length > 1) return removeJson(text, path.slice(0, -1));
  return cutProperty(text, parent, property);
}

/** The value at `path`; undefined where there is none, or the text is no JSON. */
export function readJson(text: string, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = parseJsonTree(text)?.value;
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Place {
  /** The innermost object that exists on the way. */
  parent: JsonNode;
  /** What `path` names, where it exists; else `rest` is what is still to be made of it. */
  property: JsonProperty | undefined;
  rest: readonly string[];
}

function walk(text: string, path: readonly string[]): Place | undefined {
  let parent = parseJsonTree(text);
  for (const [index, key] of path.entries()) {
    if (!parent?.properties) return undefined;
    const named: JsonProperty[] = parent.properties.filter((property) => property.key === key);
    const [property] = named;
    if (named.length > 1) return undefined;
    if (!property) return { parent, property: undefined, rest: path.slice(index) };
    if (index === path.length - 1) return { parent, property, rest: [] };
    parent = property.node;
  }
  return undefined;
}

function insert(text: string, parent: JsonNode, rest: readonly string[], value: JsonValue): string {
  const [key = '', ...inner] = rest;
  const last = parent.properties?.at(-1);
  const brace = parent.end - 1;
  if (!last) {
    const outer = indentOf(text, parent.start);
    const body = `${outer}${unitOf(text)}${pair(text, key, nested(inner, value), `${outer}${unitOf(text)}`)}`;
    return splice(text, parent.start + 1, brace, `${lineEnd(text)}${body}${lineEnd(text)}${outer}`);
  }
  // Behind the comments that follow the last property: they belong to it.
  const behind = parent.start + text.slice(parent.start, brace).trimEnd().length;
  const isMultiLine = text.slice(parent.start, last.start).includes('\n');
  const indent = indentOf(text, last.start);
  const made = pair(text, key, nested(inner, value), isMultiLine ? indent : undefined);
  const lead = isMultiLine ? `${lineEnd(text)}${indent}` : spaceBetween(text, parent, last);
  if (last.comma !== undefined) return splice(text, behind, behind, `${lead}${made},`);
  return splice(splice(text, behind, behind, `${lead}${made}`), last.node.end, last.node.end, ',');
}

function cutProperty(text: string, parent: JsonNode, property: JsonProperty): string {
  const siblings = parent.properties ?? [];
  const before = text.slice(0, property.start).trimEnd().length;
  if (siblings.length === 1) {
    const inside = text.slice(parent.start + 1, before) + text.slice(endOf(property), parent.end - 1);
    if (inside.trim() === '') return splice(text, parent.start, parent.end, '{}');
  }
  const cut = splice(text, before, endOf(property), '');
  const previous = siblings[siblings.indexOf(property) - 1];
  const isLast = property.comma === undefined;
  return isLast && previous?.comma !== undefined ? splice(cut, previous.comma, previous.comma + 1, '') : cut;
}

const endOf = (property: JsonProperty): number =>
  property.comma === undefined ? property.node.end : property.comma + 1;

const splice = (text: string, start: number, end: number, middle: string): string =>
  text.slice(0, start) + middle + text.slice(end);

function pair(text: string, key: string, value: JsonValue, indent: string | undefined): string {
  return `${JSON.stringify(key)}:${indent === undefined && !/":\s/.test(text) ? '' : ' '}${rendered(text, value, indent)}`;
}

/** On several lines with this indentation, or without one on one line. */
function rendered(text: string, value: JsonValue, indent: string | undefined): string {
  if (indent === undefined) return JSON.stringify(value);
  return JSON.stringify(value, null, unitOf(text)).replaceAll('\n', `${lineEnd(text)}${indent}`);
}

function spaceBetween(text: string, parent: JsonNode, last: JsonProperty): string {
  const previous = parent.properties?.at(-2);
  return previous?.comma === undefined
    ? /^\{\s/.test(text.slice(parent.start))
      ? ' '
      : ''
    : text.slice(previous.comma + 1, last.start);
}

const nested = (path: readonly string[], value: JsonValue): JsonValue =>
  path.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), value);

/** The white space before what stands at `offset`, where only white space stands before it on its line. */
function indentOf(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[\t ]*/.exec(line)?.[0] ?? '';
}

/** One step of indentation as this text has it. */
function unitOf(text: string): string {
  return /\n([\t ]+)"/.exec(text)?.[1] ?? '  ';
}

const lineEnd = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');
