import { existsSync } from 'node:fs';
import { type Change, textOf } from '../changes.ts';
import { readJson } from '../edit/json-edit.ts';
import { hasTomlTable } from '../edit/toml-table.ts';
import type { Wiring } from './client.ts';

/** What all changes of one client have in common. */
export interface Base {
  client: string;
  note?: string;
  shown(path: string): string;
}

/** Wiring that this program writes itself. */
export type Editable = Exclude<Wiring, { kind: 'elsewhere' }>;

export async function isThere(wiring: Editable): Promise<boolean> {
  if (wiring.kind === 'folder') return wiring.isOurs && existsSync(wiring.path);
  const text = (await textOf(wiring.path)) ?? '';
  return wiring.kind === 'json'
    ? wiring.entries.some(({ at }) => readJson(text, at) !== undefined)
    : hasTomlTable(text, wiring.table.name);
}

export const change = (
  { client, shown, note }: Base,
  path: string,
  action: Change['action'],
  lines: string[],
  more: Partial<Change> = {},
): Change => ({
  path,
  shown: shown(path),
  action,
  client,
  lines,
  ...(note !== undefined && action !== 'same' ? { note } : {}),
  ...more,
});
