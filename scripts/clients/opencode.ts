import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OtherClient } from './client.ts';
import { chat } from './wires/chat.ts';

export const opencode: OtherClient = {
  id: 'opencode',
  title: 'opencode',
  npm: 'opencode-ai',
  version: '1.18.33',
  wire: chat,
  // The package's own script only puts the program of this platform in its place.
  command: (folder) => [join(folder, `node_modules/opencode-${platform()}-${process.arch}/bin/opencode`)],
  async furnish({ home, model }) {
    const folder = join(home, '.config/opencode');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'opencode.json'), `${JSON.stringify(settingsOf(model), null, 2)}\n`);
  },
  env: () => ({
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_SHARE: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  }),
  ask: (question) => ['run', question],
  askByPrompt: (request) => ['run', '--command', 'pitcrew:sentry', request],
};

const platform = (): string => (process.platform === 'win32' ? 'windows' : process.platform);

const settingsOf = (model: string) => ({
  $schema: 'https://opencode.ai/config.json',
  autoupdate: false,
  share: 'disabled',
  model: 'scripted/scripted',
  small_model: 'scripted/scripted',
  provider: {
    scripted: {
      npm: '@ai-sdk/openai-compatible',
      name: 'Scripted',
      options: { baseURL: `${model}/v1`, apiKey: 'none' },
      models: { scripted: { name: 'Scripted' } },
    },
  },
});
