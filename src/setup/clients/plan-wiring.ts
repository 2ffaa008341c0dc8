import type { Change } from '../changes.ts';
import { planAdding } from './add-wiring.ts';
import { claudeCode } from './claude-code.ts';
import { type Client, type Mode, type Place, type Scope, shownPath, type Wiring } from './client.ts';
import { codex } from './codex.ts';
import { cursor, gemini, opencode, vscode } from './json-clients.ts';
import { planRemoving } from './remove-wiring.ts';
import { type Base, isThere } from './wiring-change.ts';

export const CLIENTS: readonly Client[] = [claudeCode, codex, cursor, vscode, gemini, opencode];

/** What has to change for the client to start the server (`add`), or to know nothing of it (`remove`). */
export async function planWiring(client: Client, place: Place, scope: Scope, mode: Mode): Promise<Change[]> {
  const [wiring, strays] = await Promise.all([
    client.wiring(place, scope),
    client.strays?.(place, scope, mode) ?? [],
  ]);
  const note = mode === 'add' ? noteOf(client, place, scope, wiring) : undefined;
  const base: Base = {
    client: client.title,
    shown: (path) => shownPath(path, place),
    ...(note === undefined ? {} : { note }),
  };
  const { note: _, ...plain } = base;
  const others = await Promise.all(strays.map((stray) => planRemoving(stray, plain, place)));
  const own = mode === 'add' ? await planAdding(wiring, base) : await planRemoving(wiring, base, place);
  return [...others.flat(), ...own];
}

/** Whether a client has the server, has another one of the name, or none. */
export type Presence = 'same' | 'other' | 'none';

export async function presenceOf(client: Client, place: Place, scope: Scope): Promise<Presence> {
  const wiring = await client.wiring(place, scope);
  if (wiring.kind === 'elsewhere') return 'same';
  if (!(await isThere(wiring))) return 'none';
  const changes = await planAdding(wiring, { client: client.title, shown: (path) => path });
  return changes.every(({ action }) => action === 'same') ? 'same' : 'other';
}

function noteOf(client: Client, place: Place, scope: Scope, wiring: Wiring): string | undefined {
  const isShared = wiring.path.startsWith(`${place.root}/`);
  const isBound = isShared && wiring.kind !== 'elsewhere' && place.launch(true).isMachineBound;
  const notes = [
    client.note?.(place, scope),
    isBound
      ? 'It lies in the repository and names a folder of this machine: keep it out of commits, or install pitcrew in the project (npm install --save-dev) and run this again.'
      : undefined,
  ];
  return notes.filter((one) => one !== undefined).join(' ') || undefined;
}
