import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { tools } from '../../src/tools/registry.ts';
import { until } from '../core/processes.ts';
import { cli } from '../support/cli.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { canOpenTerminal, inTerminalOfItsOwn } from '../support/person-terminal.ts';
import { contractCrash, openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { claim, fails, person, works, worktreeOf } from '../support/steps.ts';

const ISSUE = 'RACE-DAY-1';
let stage: Stage;
let client: TestClient;
let worktree: string;

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(contractCrash());
  client = await connect(stage, { answer: person().answer });
  await claim(client, [ISSUE]);
  worktree = await worktreeOf(client, ISSUE);
});
afterEach(() => rm(join(stage.repository, '.pitcrew', 'stop'), { force: true }));
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

/** Arguments that are good enough to get past the parsing of each tool that writes. */
const ARGUMENTS: Record<string, Record<string, unknown>> = {
  sentry_list_issues: {},
  triage_select: {},
  ledger_register: { issues: [ISSUE] },
  fix_commit: { issue: ISSUE, files: ['a'], root_cause: 'long enough', fix: 'long enough too' },
  github_create_draft_pr: { issue: ISSUE, summary: 'what it does' },
  sentry_resolve: { issue: ISSUE, how: 'commit' },
};

test('after pitcrew stop every tool that writes is refused, and what only reads is not', async () => {
  const stopped = await cli(stage, ['stop', 'freeze until Monday', '--json']);
  expect(stopped.code).toBe(0);
  expect(stopped.data.stopped).toBe(true);
  const writing = tools.filter((tool) => tool.effect !== 'read');
  expect(writing.length).toBeGreaterThan(8);
  for (const { name, inputSchema } of writing) {
    const usual = 'issue' in inputSchema.properties ? { issue: ISSUE } : {};
    const failure = await fails(client, name, ARGUMENTS[name] ?? usual, 'refused');
    expect(failure.message, name).toContain('All work of Pitcrew is stopped here: freeze until Monday');
    expect(failure.hint).toContain(`node ${PROGRAM} resume`);
  }
  await works(client, 'ledger_status');
  await works(client, 'sentry_list_issues', { record: false });
});

test('doctor says that all work is stopped, and how it goes on', async () => {
  await cli(stage, ['stop', 'freeze until Monday']);
  const { data } = await cli(stage, ['doctor', '--json']);
  expect(data.checks).toContainEqual({
    id: 'stopped',
    group: 'repository',
    state: 'warn',
    text: expect.stringContaining('All work of Pitcrew is stopped here: freeze until Monday'),
    next: `Run node ${PROGRAM} resume to let it go on.`,
    kind: null,
  });
  await rm(join(stage.repository, '.pitcrew', 'stop'));
  const { data: again } = await cli(stage, ['doctor', '--json']);
  expect(again.checks.map(({ id }: { id: string }) => id)).not.toContain('stopped');
});

test('pitcrew resume is refused for an agent', async () => {
  await cli(stage, ['stop']);
  const agent = await cli(stage, ['resume'], { env: { CLAUDECODE: '1' } });
  expect(agent.code).toBe(3);
  expect(agent.stderr).toContain('Only a person lets the work go on');
  expect(existsSync(join(stage.repository, '.pitcrew', 'stop'))).toBe(true);
});

test.skipIf(!canOpenTerminal)('pitcrew resume lets it go on, for a person', async () => {
  const resume = (...flags: string[]) =>
    inTerminalOfItsOwn([process.execPath, PROGRAM, 'resume', ...flags], {
      cwd: stage.repository,
      env: stage.env,
    });
  await cli(stage, ['stop']);
  expect((await resume('--json')).shown).toContain('"stopped":false');
  await works(client, 'sentry_list_issues', { issues: [ISSUE] });
  expect((await resume()).shown).toContain('Nothing was stopped here.');
});

test('PITCREW_STOP stops the session in whose environment it is', async () => {
  const answer = await cli(stage, ['sentry-list-issues'], { env: { PITCREW_STOP: '1' } });
  expect(answer.code).toBe(3);
  expect(answer.stderr).toContain('PITCREW_STOP is set');
  expect((await cli(stage, ['ledger-status'], { env: { PITCREW_STOP: '1' } })).code).toBe(0);
});

test('a proof that runs is ended', async () => {
  const started = join(stage.folder, 'started');
  await writeFile(join(worktree, 'test', 'new.test.mjs'), '');
  await writeFile(join(worktree, 'src', 'fix.mjs'), 'export const fixed = true;\n');
  const proof = client.call('fix_verify', {
    issue: ISSUE,
    test: `touch ${started} && sleep 60`,
    test_files: ['test/new.test.mjs'],
  });
  await Promise.race([until('the test starts', () => existsSync(started)), proof]);
  expect(existsSync(started), (await Promise.race([proof, sleep(1)]))?.text).toBe(true);
  await cli(stage, ['stop']);
  const answer = await proof;
  expect(answer.isError).toBe(true);
  expect(answer.text).toContain('All work of Pitcrew is stopped here: stopped by a person');
});

test('a wrong argument changes nothing', async () => {
  expect((await cli(stage, ['stop', '--force'])).code).toBe(2);
  expect((await cli(stage, ['resume', 'now'])).code).toBe(2);
  expect(existsSync(join(stage.repository, '.pitcrew', 'stop'))).toBe(false);
});
