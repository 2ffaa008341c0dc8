import { dirname, join } from 'node:path';
import { type Change, textOf } from '../changes.ts';
import { removeJson } from '../edit/json-edit.ts';
import { removeTomlTable } from '../edit/toml-table.ts';
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
  const after =
    wiring.kind === 'json' ? withoutJson(before, wiring) : removeTomlTable(before, wiring.table.name);
  const name = wiring.kind === 'json' ? wiring.at.join('.') : `[${wiring.table.name}]`;
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

/** Empty for a file that holds nothing else: it was made for the server. */
function withoutJson(before: string, { at }: Extract<Wiring, { kind: 'json' }>): string | undefined {
  const after = removeJson(before, at);
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
    const emptied = [...upTo(dirname(path), wiring.path), ...emptiedBy(wiring.path, place)];
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
