import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '../../core/json.ts';
import { redact } from '../../core/redact.ts';
import { type Change, type Original, textOf } from '../changes.ts';
import { isObject, readJson, setJson } from '../edit/json-edit.ts';
import { hasTomlTable, readTomlTable, renderTomlTable, setTomlTable } from '../edit/toml-table.ts';
import type { JsonEntry, Wiring } from './client.ts';
import { nameIn, withoutWiring } from './remove-wiring.ts';
import { type Base, change } from './wiring-change.ts';

/** What has to be written for the client to start the server; what is so already is among it, as `same`. */
export async function planAdding(wiring: Wiring, base: Base): Promise<Change[]> {
  switch (wiring.kind) {
    case 'elsewhere':
      return [change(base, wiring.path, 'same', [], { note: wiring.how })];
    case 'json':
      return [await addJson(wiring, base)];
    case 'toml':
      return [await addToml(wiring, base)];
    case 'folder':
      return addFolder(wiring, base);
  }
}

async function addJson(wiring: Extract<Wiring, { kind: 'json' }>, base: Base): Promise<Change> {
  const { path, entries } = wiring;
  const before = await textOf(path);
  const after = entries.reduce<string | undefined>(
    (text, { at, value }) => (text === undefined ? undefined : setJson(text, at, value)),
    before ?? '',
  );
  if (after === undefined) return byHand(base, path, before, snippetOf(entries));
  if (after === before) return change(base, path, 'same', []);
  const lines = entries.flatMap(({ at, value }) =>
    jsonLines(at.join('.'), readJson(before ?? '', at), value),
  );
  return change(base, path, before === undefined ? 'create' : 'change', lines, {
    ...(before === undefined ? {} : { before }),
    after,
    original: originalOf(before, wiring),
  });
}

const snippetOf = (entries: readonly JsonEntry[]): string =>
  entries.reduce<string>((text, { at, value }) => setJson(text, at, value) ?? text, '');

/** Only of our own entry: lines of the person's file are not repeated, they may hold secrets. */
function jsonLines(name: string, old: JsonValue | undefined, value: JsonValue): string[] {
  const shown = (item: JsonValue) => redact(JSON.stringify(item));
  if (isDeepStrictEqual(old, value)) return [];
  if (isObject(old) && isObject(value))
    return Object.entries(value).flatMap(([key, item]) => jsonLines(`${name}.${key}`, old[key], item));
  return [...(old === undefined ? [] : [`- ${name}: ${shown(old)}`]), `+ ${name}: ${shown(value)}`];
}

/** What the file was before this program wired it, as far as its text tells. */
function originalOf(
  before: string | undefined,
  wiring: Extract<Wiring, { kind: 'json' | 'toml' }>,
): Original {
  const bare = before === undefined ? undefined : withoutWiring(before, wiring);
  const isNew = before !== undefined && nameIn(before, wiring) === '';
  if (isNew) return { text: before };
  return bare ? { text: bare } : {};
}

async function addToml(wiring: Extract<Wiring, { kind: 'toml' }>, base: Base): Promise<Change> {
  const { path, table } = wiring;
  const before = await textOf(path);
  const after = setTomlTable(before ?? '', table);
  if (after === undefined) return byHand(base, path, before, renderTomlTable(table));
  if (after === before) return change(base, path, 'same', []);
  const isNew = !hasTomlTable(before ?? '', table.name);
  const lines = Object.entries(table.entries).flatMap(([key, value]) => {
    const old = readTomlTable(before ?? '', table.name, key);
    if (old === value) return [];
    return [...(old === undefined ? [] : [`- ${key} = ${redact(old)}`]), `+ ${key} = ${value}`];
  });
  return change(
    base,
    path,
    before === undefined ? 'create' : 'change',
    [`${isNew ? '+' : ' '} [${table.name}]`, ...lines],
    {
      ...(before === undefined ? {} : { before }),
      after,
      original: originalOf(before, wiring),
    },
  );
}

async function addFolder(wiring: Extract<Wiring, { kind: 'folder' }>, base: Base): Promise<Change[]> {
  if (!wiring.isOurs) return [change(base, wiring.path, 'by-hand', [], { note: wiring.instead })];
  const group = base.shown(wiring.path);
  const changes = [...wiring.files].map(async ([name, text]) => {
    const path = join(wiring.path, name);
    const before = await textOf(path);
    if (before === text) return change(base, path, 'same', [], { group });
    return change(base, path, before === undefined ? 'create' : 'change', [], {
      group,
      ...(before === undefined ? {} : { before }),
      after: text,
      original: {},
    });
  });
  return Promise.all(changes);
}

const byHand = (base: Base, path: string, before: string | undefined, snippet: string): Change =>
  change(
    base,
    path,
    'by-hand',
    snippet
      .trimEnd()
      .split('\n')
      .map((line) => `+ ${line}`),
    {
      ...(before === undefined ? {} : { before }),
      note: 'it is written in a way that cannot be edited safely: add this yourself',
    },
  );
