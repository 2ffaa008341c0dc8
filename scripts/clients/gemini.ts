import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OtherClient } from './client.ts';
import { generateContent } from './wires/gemini.ts';

export const gemini: OtherClient = {
  id: 'gemini',
  title: 'Gemini CLI',
  npm: '@google/gemini-cli',
  version: '0.61.0',
  wire: generateContent,
  command: (folder) => [process.execPath, join(folder, 'node_modules/@google/gemini-cli/bundle/gemini.js')],
  async furnish({ home, repository }) {
    await mkdir(join(home, '.gemini'));
    await writeFile(join(home, '.gemini/settings.json'), `${JSON.stringify(SETTINGS, null, 2)}\n`);
    const trusted = { [repository]: 'TRUST_FOLDER' };
    await writeFile(join(home, '.gemini/trustedFolders.json'), JSON.stringify(trusted));
  },
  env: ({ model }) => ({
    GEMINI_API_KEY: 'none',
    GOOGLE_GEMINI_BASE_URL: model,
    GEMINI_TELEMETRY_ENABLED: 'false',
    // It starts itself a second time with more memory otherwise.
    GEMINI_CLI_NO_RELAUNCH: 'true',
  }),
  ask: (question) => ['--prompt', question],
  // Without a terminal it does not even list a tool to the model about which it would have to ask.
  allow: ['--approval-mode', 'yolo'],
  askByPrompt: (request) => ['--prompt', `/sentry --request="${request}"`],
};

const SETTINGS = {
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  security: { auth: { selectedType: 'gemini-api-key' } },
  model: { name: 'gemini-2.5-pro' },
};
