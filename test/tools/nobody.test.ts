import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../core/processes.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { writeAll } from '../support/small-fix.ts';
import { openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { claim, fails, person, select, works, worktreeOf } from '../support/steps.ts';

// Every tool that asks a person, with every reason why an answer would be nobody's.
const [CHOSEN, ASLEEP] = ['RACE-DAY-1', 'RACE-DAY-2'] as const;
let stage: Stage;
let asleep: TestClient;

beforeAll(async () => {
  stage = await openStage();
  await appendFile(join(stage.repository, 'pitcrew.yml'), '\nlease_seconds: 5\n');
  await stage.git('commit', '--quiet', '--all', '--message', 'short leases');
  for (const name of ['one', 'two']) await stage.crash(crashIn(`src/${name}.mjs`));
  asleep = await connect(stage, { name: 'asleep-crew', answer: person().answer });
  await claim(asleep, [ASLEEP]);
  await select(asleep, [CHOSEN]);
  process.kill(asleep.transport.pid ?? 0, 'SIGSTOP');
  const looking = await connect(stage, { name: 'looking' });
  await until(
    'it counts as suspect',
    async () => {
      const { active } = (await works(looking, 'ledger_status')).data;
      return active.some((run: { liveness: string }) => run.liveness === 'suspect');
    },
    30_000,
  );
  await looking.close();
});
afterAll(async () => {
  process.kill(asleep.transport.pid ?? 0, 'SIGCONT');
  await asleep?.close();
  await stage?.close();
});

const settings = () => join(stage.folder, 'with-hook');
const yes = (): ElicitResult => ({
  action: 'accept',
  content: { selection: 'all', approval: 'approve', answer: 'release' },
});

describe.each<[string, RegExp, () => Parameters<typeof connect>[1]]>([
  ['a client without dialogs', /this client shows no questions of a server/, () => ({})],
  [
    'a run without a person',
    /the client runs without a person before it \(sdk-cli\)/,
    () => ({ answer: yes, env: { CLAUDE_CODE_ENTRYPOINT: 'sdk-cli' } }),
  ],
  [
    'Codex that declines by itself',
    /Codex is set to ask nobody/,
    () => ({ name: 'codex-mcp-client', answer: () => ({ action: 'decline' }) }),
  ],
  [
    'a hook that may answer',
    /a hook in \S+settings\.json could answer in the person's place/,
    () => ({
      name: 'claude-code',
      answer: yes,
      env: { CLAUDE_CODE_ENTRYPOINT: 'cli', CLAUDE_CONFIG_DIR: settings() },
    }),
  ],
  [
    'a client whose dialog fails',
    /the client could not ask: MCP error -32603: no room for a dialog/,
    () => ({
      answer: () => {
        throw new Error('no room for a \u001b[31mdialog');
      },
    }),
  ],
])('%s', (_name, reason, how) => {
  let client: TestClient;
  beforeAll(async () => {
    await mkdir(settings(), { recursive: true });
    const hook = { hooks: { Elicitation: [{ hooks: [{ type: 'command', command: 'echo yes' }] }] } };
    await writeFile(join(settings(), 'settings.json'), JSON.stringify(hook));
    client = await connect(stage, how());
  });
  afterAll(async () => {
    await client?.call('ledger_complete', { status: 'aborted' });
    await client?.close();
  });

  test('triage_select says why, and selects nothing', async () => {
    await works(client, 'sentry_list_issues', { issues: [CHOSEN] });
    const failure = await fails(client, 'triage_select', {}, 'refused');
    expect(failure.message).toMatch(sentence(reason, 'nothing is selected and no issue may be worked on'));
    expect(failure.hint).toMatch(
      /`node \S+pitcrew\.mjs triage-select --triage \S+` in a terminal of their own/,
    );
  });

  test('fix_approve says why, and approves nothing', async () => {
    await works(client, 'ledger_register', { issues: [CHOSEN], paths: [] });
    await writeAll(await worktreeOf(client, CHOSEN), { Dockerfile: 'FROM scratch\n' });
    const failure = await fails(client, 'fix_approve', { issue: CHOSEN }, 'refused');
    expect(failure.message).toMatch(sentence(reason, 'nothing is approved'));
    expect(failure.hint).toContain(`\`node ${PROGRAM} fix-approve ${CHOSEN}\` in a terminal of their own`);
  });

  test.each(['ledger_takeover', 'ledger_release'])('%s says why, and leaves the claim', async (tool) => {
    const failure = await fails(client, tool, { issue: ASLEEP }, 'refused');
    expect(failure.message).toMatch(sentence(reason, 'the claim stays with asleep-crew, pid \\d+ on \\S+'));
    expect(failure.hint).toMatch(/`node \S+pitcrew\.mjs ledger \w+ RACE-DAY-2` in a terminal of their own/);
  });
});

const sentence = (reason: RegExp, so: string): RegExp =>
  new RegExp(`^There is nobody to ask here \\(${reason.source}\\), so ${so}\\.$`);
