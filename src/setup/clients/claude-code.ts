import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type JsonValue, tryParseJson } from '../../core/json.ts';
import { textOf } from '../changes.ts';
import { isObject, readJson } from '../edit/json-edit.ts';
import { type Client, type Place, signOf, type Wiring } from './client.ts';

/**
 * For a person: a folder `~/.claude/skills/sentry` that is a skill and a plugin in one. It gives exactly `/sentry`,
 * beats other plugins' skills of that name, and asks no dialog at start. For a project: a server in `.mcp.json`, about
 * which the client asks each person.
 */
export const claudeCode: Client = {
  id: 'claude',
  title: 'Claude Code',
  sign: (place) => signOf(place, [configFolder(place)], 'claude'),
  async wiring(place, scope) {
    if (scope === 'project') return projectServer(place);
    const settings = join(configFolder(place), 'settings.json');
    const plugin = enabledPlugin(await textOf(settings));
    if (plugin !== undefined)
      return {
        kind: 'elsewhere',
        path: settings,
        how: `the plugin ${plugin} is enabled; of two copies only one would be loaded`,
      };
    return skillFolder(place);
  },
  note: (_place, scope) =>
    scope === 'project'
      ? 'Claude Code asks each person about a server of .mcp.json, and the answer offered first is no. It brings the tools, not the skill /sentry.'
      : undefined,
};

const configFolder = ({ env, home }: Place): string => env.CLAUDE_CONFIG_DIR || join(home, '.claude');

function projectServer(place: Place): Wiring {
  const { command, args } = place.launch(true);
  return {
    kind: 'json',
    path: join(place.root, '.mcp.json'),
    at: ['mcpServers', 'pitcrew'],
    value: { command, args, alwaysLoad: true },
  };
}

function enabledPlugin(settings: string | undefined): string | undefined {
  const enabled = readJson(settings ?? '', ['enabledPlugins']);
  if (!isObject(enabled)) return undefined;
  return Object.keys(enabled).find((name) => name.startsWith('pitcrew@') && enabled[name] === true);
}

async function skillFolder(place: Place): Promise<Wiring> {
  const path = join(configFolder(place), 'skills', 'sentry');
  const manifest = await textOf(join(path, MANIFEST));
  const isFree = !place.exists(path);
  return {
    kind: 'folder',
    path,
    files: await pluginFiles(place),
    isOurs: isFree || readJson(manifest ?? '', ['name']) === 'pitcrew',
    instead: `There is a skill of that name already, which is not Pitcrew's. Move it away and run this again, or use the plugin: claude plugin marketplace add ${place.packageRoot}, then claude plugin install pitcrew@pitcrew.`,
  };
}

const MANIFEST = '.claude-plugin/plugin.json';

/** The plugin of this package, with its own files copied and its programs named where they are. */
async function pluginFiles(place: Place): Promise<Map<string, string>> {
  const { packageRoot } = place;
  const files = new Map<string, string>();
  for (const path of await filesBelow(join(packageRoot, 'skills', 'sentry')))
    files.set(path, await readFile(join(packageRoot, 'skills', 'sentry', path), 'utf8'));
  for (const folder of ['hooks', 'agents']) {
    for (const path of await filesBelow(join(packageRoot, folder))) {
      const text = await readFile(join(packageRoot, folder, path), 'utf8');
      const programs = `${packageRoot.split(sep).join('/')}/dist/`;
      files.set(`${folder}/${path}`, text.replaceAll(/\$\{CLAUDE_PLUGIN_ROOT\}\/dist\//g, programs));
    }
  }
  files.set(MANIFEST, await manifestOf(packageRoot));
  const { command, args } = place.launch(false);
  files.set('.mcp.json', pretty({ mcpServers: { pitcrew: { command, args, alwaysLoad: true } } }));
  return files;
}

/** Without its servers, which name the program relative to the package. */
async function manifestOf(packageRoot: string): Promise<string> {
  const parsed = tryParseJson(await readFile(join(packageRoot, MANIFEST), 'utf8'));
  const { mcpServers: _, ...kept } = parsed as { [key: string]: JsonValue };
  return pretty(kept);
}

const pretty = (value: JsonValue): string => `${JSON.stringify(value, null, 2)}\n`;

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
