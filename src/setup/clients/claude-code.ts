import { join } from 'node:path';
import { textOf } from '../changes.ts';
import { isObject, readJson } from '../edit/json-edit.ts';
import {
  type Client,
  type JsonEntry,
  type Mode,
  type Place,
  type Scope,
  signOf,
  type Wiring,
} from './client.ts';
import { MANIFEST, pluginFiles } from './plugin-folder.ts';

/**
 * For a person: a folder `~/.claude/skills/sentry` that is a skill and a plugin in one. It gives exactly `/sentry`,
 * beats other plugins' skills of that name, and asks no dialog at start. For a project: this package as a plugin in
 * the project's settings, which Claude Code loads with all its parts once a person trusts the folder. Where npx started
 * us there is no package that stays, and the project gets a server in `.mcp.json`.
 */
export const claudeCode: Client = {
  id: 'claude',
  title: 'Claude Code',
  sign: (place) => signOf(place, [configFolder(place)], 'claude'),
  async wiring(place, scope) {
    if (scope === 'project') return projectWiring(place);
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
  strays,
  note: (place, scope) => (scope === 'project' ? NOTES[projectForm(place)] : undefined),
};

const configFolder = ({ env, home }: Place): string => env.CLAUDE_CONFIG_DIR || join(home, '.claude');

/** `shared`: installed in the project. `own`: somewhere on this machine. `npx`: nowhere that stays. */
type ProjectForm = 'shared' | 'own' | 'npx';

const NOTES: Record<ProjectForm, string> = {
  shared:
    'Claude Code loads it for everybody who trusts the folder and has run npm install. A first run without a terminal (-p) only makes it known; the next one has it.',
  own: 'Claude Code loads it in this checkout, for you.',
  npx: 'Claude Code asks each person about a server of .mcp.json, and the answer offered first is no. It brings the tools, not the skill /sentry and not the guard: for those install pitcrew in the project (npm install --save-dev pitcrew) and run this again.',
};

function projectForm(place: Place): ProjectForm {
  const { command, isMachineBound } = place.launch(true);
  if (isMachineBound) return 'own';
  return command === 'npx' ? 'npx' : 'shared';
}

function projectWiring(place: Place): Wiring {
  const form = projectForm(place);
  if (form === 'npx') return projectServer(place);
  return form === 'shared'
    ? settingsWiring(join(place.root, '.claude', 'settings.json'), IN_PROJECT)
    : settingsWiring(join(place.root, '.claude', 'settings.local.json'), place.packageRoot);
}

/** Claude Code takes a path that starts with `./` from the project's folder. */
const IN_PROJECT = './node_modules/pitcrew';

function settingsWiring(path: string, source: string): Wiring {
  const entries: JsonEntry[] = [
    { at: ['extraKnownMarketplaces', 'pitcrew'], value: { source: { source: 'directory', path: source } } },
    { at: ['enabledPlugins', 'pitcrew@pitcrew'], value: true },
  ];
  return { kind: 'json', path, entries };
}

function projectServer(place: Place): Wiring {
  const { command, args } = place.launch(true);
  return {
    kind: 'json',
    path: join(place.root, '.mcp.json'),
    entries: [{ at: ['mcpServers', 'pitcrew'], value: { command, args, alwaysLoad: true } }],
  };
}

/** The project's other forms; and, when all is taken out, what the client took down for itself about the marketplace. */
async function strays(place: Place, scope: Scope, mode: Mode): Promise<Wiring[]> {
  if (scope === 'user') return [];
  const chosen = projectWiring(place).path;
  const forms = [
    settingsWiring(join(place.root, '.claude', 'settings.json'), IN_PROJECT),
    settingsWiring(join(place.root, '.claude', 'settings.local.json'), place.packageRoot),
    projectServer(place),
  ].filter(({ path }) => path !== chosen);
  return mode === 'add' ? forms : [...forms, ...(await knownMarketplace(place))];
}

async function knownMarketplace(place: Place): Promise<Wiring[]> {
  const path = join(configFolder(place), 'plugins', 'known_marketplaces.json');
  const source = readJson((await textOf(path)) ?? '', ['pitcrew', 'source', 'path']);
  const isOurs = [place.packageRoot, join(place.root, IN_PROJECT)].some((folder) => folder === source);
  const isInstalled = enabledPlugin(await textOf(join(configFolder(place), 'settings.json'))) !== undefined;
  if (!isOurs || isInstalled) return [];
  return [{ kind: 'json', path, entries: [{ at: ['pitcrew'], value: {} }] }];
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
    alsoEmptied: [join(configFolder(place), 'plugins', 'data', 'pitcrew-skills-dir')],
  };
}
