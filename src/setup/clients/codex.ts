import { join } from 'node:path';
import { type Client, HANDED_ON, type Place, signOf } from './client.ts';

export const CODEX_TABLE = 'mcp_servers.pitcrew';

export const codex: Client = {
  id: 'codex',
  title: 'Codex',
  sign: (place) => signOf(place, [codexHome(place)], 'codex'),
  async wiring(place, scope) {
    const shared = scope === 'project';
    const { command, args } = place.launch(shared);
    return {
      kind: 'toml',
      path: join(shared ? join(place.root, '.codex') : codexHome(place), 'config.toml'),
      table: {
        name: CODEX_TABLE,
        entries: {
          command: text(command),
          args: list(args),
          // Codex hands a server only a few variables of its own choice besides the ones named here.
          env_vars: list(HANDED_ON),
        },
      },
    };
  },
  note: (_place, scope) =>
    scope === 'project' ? 'Codex reads .codex/config.toml only in projects that it trusts.' : undefined,
};

const codexHome = ({ env, home }: Place): string => env.CODEX_HOME || join(home, '.codex');

// A basic string of TOML has the escapes of JSON.
const text = (value: string): string => JSON.stringify(value);
const list = (values: readonly string[]): string => `[${values.map(text).join(', ')}]`;
