import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inRealClient } from '../support/client.ts';
import { copyClone, makeMarketplace, plugin, unpackTarball } from './forms.ts';

inRealClient("the client's own validator", (client) => {
  let folder: string;
  let packed: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitcrew-forms-'));
    packed = await unpackTarball(join(folder, 'tarball'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const PARTS = [
    'skills: pitcrew:sentry',
    'commands: pitcrew:status',
    'commands: pitcrew:stop',
    'commands: pitcrew:doctor',
    'agents: pitcrew:investigator',
    'agents: pitcrew:fixer',
    'hooks: PreToolUse',
    'hooks: UserPromptSubmit',
    'mcpServers: pitcrew stdio',
  ];

  test.each([
    ['the npm tarball', async () => packed],
    ['a clone after npm install', () => copyClone(join(folder, 'clone'))],
  ])('%s passes strictly, with every part', async (_form, make) => {
    const { code, stdout } = await plugin(client, folder, ['validate', '--strict', await make()]);
    expect(stdout).toContain('Validation passed');
    expect(code).toBe(0);
    for (const part of PARTS) expect(stdout).toContain(part);
  });

  test('a folder of plugins that holds it passes strictly', async () => {
    const market = await makeMarketplace(join(folder, 'market'), packed);
    const { code, stdout } = await plugin(client, folder, ['validate', '--strict', market]);
    expect(stdout).toContain('Validation passed');
    expect(code).toBe(0);
  });
});
