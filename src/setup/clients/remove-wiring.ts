import { dirname, join } from 'node:path';
import { type Change, textOf } from '../changes.ts';
import { readJson, removeJson } from '../edit/json-edit.ts';
import { hasTomlTable, removeTomlTable } from '../edit/toml-table.ts';
import type { Place, Wiring } from './client.ts';
import { type Base, change, isThere } from './wiring-change.ts';

/** What takes the server out of the client's settings again; nothing where it is not in them. */
export async function planRemoving(wiring: Wiring, base: Base, place: Place): Promise<Change[]> {
  if (wiring.kind === 'elsewhere') {
    const note = `${wiring.how.split(';')[0]}; to take it out: claude plugin uninstall pitcrew`;
    return [change(base, wiring.path, 'by-hand', [], { note })];
  }
  if (!(await isThere(wiring))) return [];
  if (wiring.kind === 'folder') return removeFolder(wiring, base, place);
  const before = (await textOf(wiring.path)) ?? '';
  const after = withoutWiring(before, wiring);
  const name = nameIn(before, wiring);
  if (after === undefined)
    return [
      change(base, wiring.path, 'by-hand', [], {
        note: `take out ${name} yourself: it is written in a way that cannot be edited safely`,
      }),
    ];
  if (after !== '') return [change(base, wiring.path, 'change', [`- ${name}`], { before, after })];
  return [
    change(base, wiring.path, 'delete', [`- ${name}`], { before, emptied: emptiedBy(wiring.path, place) }),
  ];
}

/** What of the wiring stands in the text, for people; empty for nothing. */
export function nameIn(text: string, wiring: Extract<Wiring, { kind: 'json' | 'toml' }>): string {
  if (wiring.kind === 'toml') return hasTomlTable(text, wiring.table.name) ? `[${wiring.table.name}]` : '';
  const there = wiring.entries.filter(({ at }) => readJson(text, at) !== undefined);
  return there.map(({ at }) => at.join('.')).join(', ');
}

/** The text without the wiring, as far as the text itself tells; empty for a file that holds nothing else. Undefined where it cannot be edited safely. */
export function withoutWiring(
  text: string,
  wiring: Extract<Wiring, { kind: 'json' | 'toml' }>,
): string | undefined {
  if (wiring.kind === 'toml') return removeTomlTable(text, wiring.table.name);
  const after = wiring.entries.reduce<string | undefined>(
    (rest, { at }) => (rest === undefined ? undefined : removeJson(rest, at)),
    text,
  );
  return after?.trim() === '{}' ? '' : after;
}

async function removeFolder(
  wiring: Extract<Wiring, { kind: 'folder' }>,
  base: Base,
  place: Place,
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const name of wiring.files.keys()) {
    const path = join(wiring.path, name);
    const before = await textOf(path);
    if (before === undefined) continue;
    const emptied = [
      ...upTo(dirname(path), wiring.path),
      ...emptiedBy(wiring.path, place),
      ...wiring.alsoEmptied,
    ];
    changes.push(change(base, path, 'delete', [], { before, emptied, group: base.shown(wiring.path) }));
  }
  return changes;
}

function upTo(folder: string, top: string): string[] {
  return folder === top || folder.length < top.length ? [top] : [folder, ...upTo(dirname(folder), top)];
}

/**
 * The folders between the file and the checkout or the home folder, the innermost first: one that holds nothing else was
 * made for the file. None for a place outside of both, which a variable of the person's names.
 */
function emptiedBy(path: string, { root, home }: Place): string[] {
  const top = [root, home].find((folder) => path.startsWith(`${folder}/`));
  const folders: string[] = [];
  for (let folder = dirname(path); top !== undefined && folder !== top; folder = dirname(folder))
    folders.push(folder);
  return folders;
}
