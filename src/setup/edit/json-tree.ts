import type { JsonValue } from '../../core/json.ts';

/** A value of a JSON text and where it stands; offsets count UTF-16 units, `end` is behind the last one. */
export interface JsonNode {
  start: number;
  end: number;
  /** What it says; comments are not part of it. */
  value: JsonValue;
  /** Of an object, in the order of the text; undefined for everything else. */
  properties?: JsonProperty[];
}

export interface JsonProperty {
  key: string;
  /** Of the key's opening quote. */
  start: number;
  node: JsonNode;
  /** Offset of the comma behind it, where there is one. */
  comma?: number;
}

/**
 * Reads JSON as editors and clients write it: with comments of both kinds and trailing commas. Answers `undefined` for
 * what is not that, so that a text which is not fully understood is never changed.
 */
export function parseJsonTree(text: string): JsonNode | undefined {
  const reader = readerOf(text);
  try {
    const root = readValue(reader, 0);
    reader.skip();
    return reader.at() === text.length ? root : undefined;
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

class NotJson extends Error {}

interface Reader {
  text: string;
  at(): number;
  /** Passes over white space and comments. */
  skip(): void;
  peek(): string;
  take(expected: string): void;
  match(pattern: RegExp): string;
}

/** Deeper nesting than any settings file has; bounds the recursion on hostile input. */
const DEEPEST = 100;

function readerOf(text: string): Reader {
  let position = text.startsWith('\ufeff') ? 1 : 0;
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) throw new NotJson();
    position += found.length;
    return found;
  };
  return {
    text,
    at: () => position,
    skip: () => {
      match(BLANK);
    },
    peek: () => text.charAt(position),
    take(expected) {
      if (text.charAt(position) !== expected) throw new NotJson();
      position += 1;
    },
    match,
  };
}

const BLANK = /(?:\s|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/y;
const STRING = /"(?:[^"\\\n]|\\.)*"/y;
const SCALAR = /-?\d[\d.eE+-]*|true|false|null/y;

function readValue(reader: Reader, depth: number): JsonNode {
  if (depth > DEEPEST) throw new NotJson();
  reader.skip();
  const start = reader.at();
  const opening = reader.peek();
  if (opening === '{') return readObject(reader, start, depth);
  if (opening === '[') return readArray(reader, start, depth);
  const value = scalarOf(reader.match(opening === '"' ? STRING : SCALAR));
  return { start, end: reader.at(), value };
}

function readObject(reader: Reader, start: number, depth: number): JsonNode {
  const properties: JsonProperty[] = [];
  reader.take('{');
  readItems(reader, '}', () => {
    const keyStart = reader.at();
    const key = String(scalarOf(reader.match(STRING)));
    reader.skip();
    reader.take(':');
    const property: JsonProperty = { key, start: keyStart, node: readValue(reader, depth + 1) };
    properties.push(property);
    return (comma) => {
      property.comma = comma;
    };
  });
  const value = Object.fromEntries(properties.map(({ key, node }) => [key, node.value]));
  return { start, end: reader.at(), value, properties };
}

function readArray(reader: Reader, start: number, depth: number): JsonNode {
  const items: JsonValue[] = [];
  reader.take('[');
  readItems(reader, ']', () => {
    items.push(readValue(reader, depth + 1).value);
    return () => {};
  });
  return { start, end: reader.at(), value: items };
}

/** Items parted by commas up to `closing`; each reader answers what to do with the comma that follows it. */
function readItems(reader: Reader, closing: string, readItem: () => (comma: number) => void): void {
  reader.skip();
  while (reader.peek() !== closing) {
    const onComma = readItem();
    reader.skip();
    if (reader.peek() !== ',') break;
    onComma(reader.at());
    reader.take(',');
    reader.skip();
  }
  reader.take(closing);
}

function scalarOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new NotJson();
  }
}
