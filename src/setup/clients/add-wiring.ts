import { join } from 'node:path';
import type { JsonValue } from '../../core/json.ts';
import { redact } from '../../core/redact.ts';
import { type Change, textOf } from '../changes.ts';
import { isObject, readJson, setJson } from '../edit/json-edit.ts';
import { hasTomlTable, readTomlTable, renderTomlTable, setTomlTable } from '../edit/toml-table.ts';
import type { Wiring } from './client.ts';
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
  const { path, at, value } = wiring;
  const before = await textOf(path);
  const after = setJson(before ?? '', at, value);
  if (after === undefined) {
    const snippet = JSON.stringify(
      at.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), value),
      null,
      2,
    );
    return byHand(base, path, before, snippet);
  }
  if (after === before) return change(base, path, 'same', []);
  const old = readJson(before ?? '', at);
  return change(base, path, before === undefined ? 'create' : 'change', jsonLines(at.join('.'), old, value), {
    ...(before === undefined ? {} : { before }),
    after,
  });
}

/** Only of our own entry: lines of the person's file are not repeated, they may hold secrets. */
function jsonLines(name: string, old: JsonValue | undefined, value: { [key: string]: JsonValue }): string[] {
  const shown = (item: JsonValue) => redact(JSON.stringify(item));
  if (!isObject(old))
    return [...(old === undefined ? [] : [`- ${name}: ${shown(old)}`]), `+ ${name}: ${shown(value)}`];
  return Object.entries(value).flatMap(([key, item]) => {
    const held = old[key];
    if (held !== undefined && JSON.stringify(held) === JSON.stringify(item)) return [];
    return [
      ...(held === undefined ? [] : [`- ${name}.${key}: ${shown(held)}`]),
      `+ ${name}.${key}: ${shown(item)}`,
    ];
  });
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
