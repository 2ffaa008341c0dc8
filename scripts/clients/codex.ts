import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OtherClient } from './client.ts';
import { responses } from './wires/responses.ts';

export const codex: OtherClient = {
  id: 'codex',
  title: 'Codex',
  npm: '@openai/codex',
  version: '0.169.0',
  wire: responses,
  command: (folder) => [process.execPath, join(folder, 'node_modules/@openai/codex/bin/codex.js')],
  async furnish({ home, repository, model }) {
    await mkdir(join(home, '.codex'));
    await writeFile(join(home, '.codex/config.toml'), configOf(repository, model));
  },
  env: () => ({ SCRIPTED_MODEL_KEY: 'none' }),
  ask: (question) => ['exec', question],
  // Without a terminal it has nobody to ask before a call that may change something, and refuses it.
  allow: ['--config', 'mcp_servers.pitcrew.default_tools_approval_mode="approve"'],
};

const configOf = (repository: string, model: string): string => `# A person's own settings.
model = "scripted"
model_provider = "scripted"
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
base_url = "${model}/v1"
wire_api = "responses"
env_key = "SCRIPTED_MODEL_KEY"

[features]
plugins = false

[analytics]
enabled = false

[feedback]
enabled = false

[projects."${repository}"]
trust_level = "trusted"
`;
