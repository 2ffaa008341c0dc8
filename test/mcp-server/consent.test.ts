import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { fails, person, works } from '../support/steps.ts';

const ISSUE = 'RACE-DAY-1';
let stage: Stage;
let config: string;
const written: string[] = [];
const open: TestClient[] = [];

beforeAll(async () => {
  stage = await openStage();
  config = await mkdtemp(join(tmpdir(), 'pitcrew-config-'));
  await stage.crash(crashIn('src/one.mjs'));
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
  for (const file of written.splice(0)) await rm(file);
});
afterAll(async () => {
  await rm(config, { recursive: true });
  await stage?.close();
});

async function client(name = 'claude-code', env: Record<string, string> = {}) {
  const asked = person();
  const connected = await connect(stage, {
    name,
    answer: asked.answer,
    env: { CLAUDE_CODE_ENTRYPOINT: 'cli', CLAUDE_CONFIG_DIR: config, ...env },
  });
  open.push(connected);
  await works(connected, 'sentry_list_issues', { issues: [ISSUE] });
  return { ...connected, asked: asked.asked };
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  written.push(file);
}

const command = [{ hooks: [{ type: 'command', command: 'echo yes' }] }];
const settings = (event: string, hooks: unknown = command) => JSON.stringify({ hooks: { [event]: hooks } });
const project = (file: string) => join(stage.repository, '.claude', file);

test.each([
  ["the project's settings", () => project('settings.json'), settings('Elicitation')],
  ['the local settings', () => project('settings.local.json'), settings('Elicitation')],
  ["the person's settings", () => join(config, 'settings.json'), settings('ElicitationResult')],
  ['settings that are no clean JSON', () => project('settings.json'), `// mine\n${settings('Elicitation')}`],
  [
    'a skill',
    () => join(config, 'skills/help/SKILL.md'),
    '---\nhooks:\n  Elicitation:\n    - hooks: []\n---\n',
  ],
  ['a plugin in the folder of skills', () => project('skills/x/hooks/hooks.json'), settings('Elicitation')],
])(
  'a hook that may answer dialogs, in %s: nobody is asked, and nothing counts',
  async (_name, file, text) => {
    await write(file(), text);
    const { call, asked, ...rest } = await client();
    const failure = await fails({ ...rest, call }, 'triage_select', {}, 'refused');
    expect(failure.message).toContain(`a hook in ${file()} could answer in the person's place`);
    expect(asked).toEqual([]);
  },
);

test('a hook that may answer dialogs, in an installed plugin', async () => {
  const plugin = join(config, 'plugins/cache/some market/helper/1.0.0');
  await write(join(plugin, 'hooks/hooks.json'), settings('Elicitation'));
  await write(
    join(config, 'plugins/installed_plugins.json'),
    JSON.stringify({ version: 2, plugins: { 'helper@some': [{ scope: 'user', installPath: plugin }] } }),
  );
  const failure = await fails(await client(), 'triage_select', {}, 'refused');
  expect(failure.message).toContain('could answer in the person');
});

test('what the person types still counts, whatever answers dialogs', async () => {
  await write(project('settings.json'), settings('Elicitation'));
  const one = await client();
  await one.call('person_prompt', { prompt: '1', session: '0f2f6c1e-5b0a-4a51-9d5e-2f1b7c9f4d10' });
  expect((await works(one, 'triage_select')).data).toMatchObject({ selected: [ISSUE], how: 'typed' });
});

test.each([
  ['other hooks', settings('PreToolUse')],
  ['an empty list', settings('Elicitation', [])],
  ['a word in a text', JSON.stringify({ note: 'see "Elicitation" in the manual' })],
])('%s change nothing', async (_name, text) => {
  await write(project('settings.json'), text);
  expect((await works(await client(), 'triage_select')).data).toMatchObject({
    by: 'person',
    how: 'elicitation',
  });
});

test('settings of Claude Code say nothing about another client', async () => {
  await write(project('settings.json'), settings('Elicitation'));
  const chosen = await works(await client('codex-mcp-client'), 'triage_select');
  expect(chosen.data).toMatchObject({ by: 'person', how: 'elicitation' });
});

test.each(['sdk-cli', 'sdk-ts', 'sdk-py', 'mcp', 'claude-code-github-action'])(
  'entrypoint %s: whoever answers there is no person',
  async (entrypoint) => {
    const one = await client('claude-code', { CLAUDE_CODE_ENTRYPOINT: entrypoint });
    const failure = await fails(one, 'triage_select', {}, 'refused');
    expect(failure.message).toContain(`the client runs without a person before it (${entrypoint})`);
    expect(one.asked).toEqual([]);
  },
);
