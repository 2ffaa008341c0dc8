import { join } from 'node:path';
import { textOf } from '../changes.ts';
import { readJson } from '../edit/json-edit.ts';
import { type Client, HANDED_ON, type Place, type Scope, signOf } from './client.ts';

const serverOf = (place: Place, shared: boolean) => {
  const { command, args } = place.launch(shared);
  return { command, args };
};

export const cursor: Client = {
  id: 'cursor',
  title: 'Cursor',
  sign: (place) => signOf(place, [join(place.root, '.cursor'), join(place.home, '.cursor')], 'cursor'),
  async wiring(place, scope) {
    // A server of the user-level file is started in a folder of Cursor's choice; one of the project, in the project.
    const shared = scope === 'project' || place.exists(join(place.root, '.cursor'));
    return {
      kind: 'json',
      path: join(shared ? place.root : place.home, '.cursor', 'mcp.json'),
      entries: [{ at: ['mcpServers', 'pitcrew'], value: serverOf(place, shared) }],
    };
  },
};

export const vscode: Client = {
  id: 'vscode',
  title: 'VS Code',
  sign: (place) => signOf(place, [join(place.root, '.vscode'), join(place.home, '.vscode')], 'code'),
  wiring: async (place) => ({
    kind: 'json',
    path: join(place.root, '.vscode', 'mcp.json'),
    entries: [{ at: ['servers', 'pitcrew'], value: { type: 'stdio', ...serverOf(place, true) } }],
  }),
};

export const gemini: Client = {
  id: 'gemini',
  title: 'Gemini CLI',
  sign: (place) => signOf(place, [join(place.home, '.gemini'), join(place.root, '.gemini')], 'gemini'),
  wiring: async (place, scope) => ({
    kind: 'json',
    path: join(scope === 'project' ? place.root : place.home, '.gemini', 'settings.json'),
    entries: [
      {
        at: ['mcpServers', 'pitcrew'],
        // It takes variables that look like secrets out of a server's environment unless they are named here. What
        // stands here is the variable's name, not its value; an empty one counts as absent.
        value: {
          ...serverOf(place, scope === 'project'),
          env: Object.fromEntries(
            HANDED_ON.filter((name) => /TOKEN|AUTH|CERT/.test(name)).map((name) => [name, `\${${name}:-}`]),
          ),
        },
      },
    ],
  }),
  note: () =>
    'Gemini CLI starts servers only in folders that it trusts: it asks when it is started there, later /permissions does.',
};

export const opencode: Client = {
  id: 'opencode',
  title: 'opencode',
  sign: (place) => signOf(place, [opencodeFolder(place), ...namesIn(place.root)], 'opencode'),
  async wiring(place, scope) {
    const { command, args } = place.launch(scope === 'project');
    return {
      kind: 'json',
      path: await opencodeFile(place, scope),
      entries: [{ at: OPENCODE_KEY, value: { type: 'local', command: [command, ...args], enabled: true } }],
    };
  },
};

const opencodeFolder = ({ env, home }: Place): string =>
  join(env.XDG_CONFIG_HOME || join(home, '.config'), 'opencode');

const namesIn = (folder: string): string[] =>
  ['opencode.jsonc', 'opencode.json'].map((name) => join(folder, name));

/** The file that has the server already, else the one that is there. opencode reads both. */
async function opencodeFile(place: Place, scope: Scope): Promise<string> {
  const folder = scope === 'project' ? place.root : opencodeFolder(place);
  const files = namesIn(folder);
  for (const file of files) if (readJson((await textOf(file)) ?? '', OPENCODE_KEY) !== undefined) return file;
  return files.find(place.exists) ?? join(folder, 'opencode.json');
}

const OPENCODE_KEY = ['mcp', 'pitcrew'];
