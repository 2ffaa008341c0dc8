import { join } from 'node:path';
import type { JsonValue } from '../../core/json.ts';
import { textOf } from '../changes.ts';
import type { Wiring } from '../clients/client.ts';
import { isObject, readJson } from '../edit/json-edit.ts';
import { readTomlTable } from '../edit/toml-table.ts';

/** What a client starts: the program `command` runs is a file, or a package where npx runs it. */
export interface WiredServer {
  command: string;
  program: string;
}

export interface Wired {
  wanted: WiredServer;
  found: WiredServer;
}

/** The server that a client's settings name, beside the one that they should; undefined where either names none. */
export async function wiredServer(wiring: Wiring): Promise<Wired | undefined> {
  const [wanted, found] = (await settingsOf(wiring)).map(serverIn);
  return wanted && found && { wanted, found };
}

/** What the settings should say of the server, and what they do. */
async function settingsOf(wiring: Wiring): Promise<[JsonValue | undefined, JsonValue | undefined] | []> {
  if (wiring.kind === 'elsewhere') return [];
  if (wiring.kind === 'folder') {
    const at = ['mcpServers', 'pitcrew'];
    const text = await textOf(join(wiring.path, SERVERS));
    return [readJson(wiring.files.get(SERVERS) ?? '', at), readJson(text ?? '', at)];
  }
  const text = (await textOf(wiring.path)) ?? '';
  if (wiring.kind === 'json') {
    const [entry] = wiring.entries;
    return entry ? [entry.value, readJson(text, entry.at)] : [];
  }
  const { name, entries } = wiring.table;
  // A string or a list of TOML as this program writes them is JSON.
  const table = (read: (key: string) => string | undefined): JsonValue =>
    Object.fromEntries(['command', 'args'].map((key) => [key, readJson(read(key) ?? 'null', []) ?? null]));
  return [table((key) => entries[key]), table((key) => readTomlTable(text, name, key))];
}

const SERVERS = '.mcp.json';

/** From `{ command, args }`, or `{ command: [...] }`. */
function serverIn(value: JsonValue | undefined): WiredServer | undefined {
  if (!isObject(value)) return undefined;
  const words = [value.command, value.args].flat().filter((word) => typeof word === 'string');
  const [command, ...args] = words;
  const program = args.find((word) => !word.startsWith('-'));
  return command === undefined || program === undefined ? undefined : { command, program };
}
