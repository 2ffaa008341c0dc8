import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { JsonValue } from '../../core/json.ts';
import { isObject, readJson } from '../edit/json-edit.ts';
import type { Place } from './client.ts';

export const MANIFEST = '.claude-plugin/plugin.json';

/**
 * The plugin of this package as a folder of its own: relative paths and their texts. The guard is copied with it, so
 * that a package which is moved or thrown away leaves no session whose edits nobody can allow; the server and the
 * commands are named where they are.
 */
export async function pluginFiles(place: Place): Promise<Map<string, string>> {
  const { packageRoot } = place;
  const files = new Map<string, string>();
  const skill = join(packageRoot, 'skills', 'sentry');
  for (const path of await filesBelow(skill, ['scenarios']))
    files.set(path, await readFile(join(skill, path), 'utf8'));
  for (const folder of ['hooks', 'agents', 'commands'])
    for (const path of await filesBelow(join(packageRoot, folder)))
      files.set(`${folder}/${path}`, adapted(await readFile(join(packageRoot, folder, path), 'utf8'), place));
  for (const name of (await readdir(join(packageRoot, 'dist'))).filter((file) => GUARD.test(file)))
    files.set(`dist/${name}`, await readFile(join(packageRoot, 'dist', name), 'utf8'));
  const manifest = await manifestOf(packageRoot);
  files.set(MANIFEST, pretty(manifest));
  // The guard tells by it which package it is of.
  files.set('package.json', pretty({ name: 'pitcrew', version: manifest.version ?? '', private: true }));
  const { command, args } = place.launch(false);
  files.set('.mcp.json', pretty({ mcpServers: { pitcrew: { command, args, alwaysLoad: true } } }));
  return files;
}

/** The file that is started, and those that it loads where somebody works. */
const GUARD = /^hook(-\w+)?\.cjs$/;
const PROGRAM = `node "\${CLAUDE_PLUGIN_ROOT}/dist/pitcrew.mjs"`;
const START_GUARD = `"args": ["\${CLAUDE_PLUGIN_ROOT}/hooks/guard.sh"]`;

/** With this installation's program in the commands, and in the hooks the Node that it needs. */
function adapted(text: string, { node, launch }: Place): string {
  const { command, args } = launch(false);
  const program = [command, ...args.slice(0, -1)].map(shellWord).join(' ');
  const withNode = `${START_GUARD.slice(0, -1)}, ${JSON.stringify(node)}]`;
  return text
    .replaceAll(PROGRAM, () => program)
    .replaceAll(START_GUARD, () => (node === 'node' ? START_GUARD : withNode));
}

const shellWord = (word: string): string => (/^[\w@./+-]+$/.test(word) ? word : JSON.stringify(word));

/** Without its servers, which name the program relative to the package. */
async function manifestOf(packageRoot: string): Promise<{ [key: string]: JsonValue }> {
  const parsed = readJson(await readFile(join(packageRoot, MANIFEST), 'utf8'), []);
  if (!isObject(parsed)) throw new Error(`${join(packageRoot, MANIFEST)} is no JSON object.`);
  const { mcpServers: _, ...kept } = parsed;
  return kept;
}

const pretty = (value: JsonValue): string => `${JSON.stringify(value, null, 2)}\n`;

async function filesBelow(folder: string, without: readonly string[] = []): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !without.some((name) => path.startsWith(`${name}/`)))
    .sort();
}
