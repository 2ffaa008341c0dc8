import { spawn } from 'node:child_process';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until, untilGone } from '../core/processes.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { faultyClock } from '../support/fault-clock.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { namedCopy } from '../support/person-terminal.ts';
import { openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { claim, fails, newestIssue, person, works, worktreeOf } from '../support/steps.ts';

const FIRST = '0f2f6c1e-5b0a-4a51-9d5e-2f1b7c9f4d10';
const SECOND = '7d1a0c55-93f1-4b1c-8f1e-0a9d3c2b1e44';
let stage: Stage;
let crashes = 0;
const open: TestClient[] = [];

beforeAll(async () => {
  stage = await openStage();
  await appendFile(join(stage.repository, 'pitcrew.yml'), '\nlease_seconds: 5\n');
  await stage.git('commit', '--quiet', '--all', '--message', 'short leases');
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});
afterAll(() => stage?.close());

/** Claude Code with a person before it; `session` is what its hook says when they type. */
async function claude(session?: string, env: Record<string, string> = {}): Promise<TestClient> {
  const options = { name: 'claude-code', answer: person().answer, env };
  const client = await connect(stage, options);
  open.push(client);
  if (session !== undefined) await says(client, session);
  return client;
}
const says = (client: TestClient, session: string) =>
  client.call('person_prompt', { prompt: 'go on', session });

/** A new issue that this client has claimed. */
async function claimed(client: TestClient): Promise<string> {
  crashes += 1;
  await stage.crash(crashIn(`src/crash-${crashes}.mjs`));
  const issue = await newestIssue(client);
  await claim(client, [issue], [`src/crash-${crashes}.mjs`]);
  return issue;
}

async function kill(client: TestClient): Promise<void> {
  const pid = client.transport.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  await untilGone(pid, 5000);
}

const runOf = async (issue: string) => {
  const status = (await cli(stage, ['ledger-status', '--json'])).data;
  const incident = `sentry:pitstop/${issue}`;
  const named = (run: { incidents: string[] }) => run.incidents.includes(incident);
  return { active: status.active.find(named), ended: status.recent.find(named) };
};

describe('a client that was killed', () => {
  test('goes on with its runs when its session is resumed, with all that they claim', async () => {
    const before = await claude(FIRST);
    const issue = await claimed(before);
    const room = await worktreeOf(before, issue);
    const { run, paths } = (await runOf(issue)).active;
    await kill(before);
    const after = await claude(FIRST);
    const made = await works(after, 'worktree_create', { issue });
    expect(made.text).toContain(`This session was started again and goes on with ${issue} (run ${run}, now `);
    expect(made.data.path).toBe(room);
    const { active } = await runOf(issue);
    expect(active).toMatchObject({ liveness: 'live', paths });
    expect(active.run).not.toBe(run);
    expect((await works(after, 'worktree_create', { issue })).text).not.toContain('started again');
  });

  test('its fork has another id, and gets nothing of it', async () => {
    const before = await claude(FIRST);
    const issue = await claimed(before);
    await kill(before);
    const fork = await claude(SECOND);
    const failure = await fails(fork, 'worktree_create', { issue }, 'refused');
    expect(failure.message).toContain(`${issue} is claimed by claude-code`);
    expect((await works(await claude(FIRST), 'worktree_create', { issue })).isError).toBe(false);
  });

  test('a second process with the same session takes nothing while the first lives', async () => {
    const before = await claude(FIRST);
    const issue = await claimed(before);
    const twin = await claude(FIRST);
    await fails(twin, 'worktree_create', { issue }, 'refused');
    await works(before, 'worktree_create', { issue });
  });

  test('after a clear, its runs are still its own, and belong to the session that goes on', async () => {
    const before = await claude(FIRST);
    const issue = await claimed(before);
    await says(before, SECOND);
    await works(before, 'worktree_create', { issue });
    await kill(before);
    await fails(await claude(FIRST), 'worktree_create', { issue }, 'refused');
    const after = await claude(SECOND);
    expect((await works(after, 'worktree_create', { issue })).text).toContain('started again');
  });
});

describe('the end of a session', () => {
  test('a run under which nothing was changed is closed, and says so', async () => {
    const client = await claude();
    const [none, untouched, touched] = [await claimed(client), await claimed(client), await claimed(client)];
    await worktreeOf(client, untouched);
    await writeFile(join(await worktreeOf(client, touched), 'new.mjs'), 'export {};\n');
    await client.close();
    for (const issue of [none, untouched]) {
      const { active, ended } = await runOf(issue);
      expect(active).toBeUndefined();
      expect(ended).toMatchObject({
        status: 'aborted',
        note: 'its session ended before anything was changed',
      });
    }
    expect((await runOf(touched)).active.liveness).toBe('dead');
    const next = await claude();
    await works(next, 'ledger_register', { issues: [touched], paths: [] });
    expect((await works(next, 'worktree_create', { issue: touched })).text).toContain('Taken up again');
  });

  test('a session that nothing is asked of for eight hours stops renewing, and goes on when it is asked', async () => {
    const clock = faultyClock(stage.folder);
    const client = await claude(undefined, clock.env);
    const issue = await claimed(client);
    clock.set(9 * 3_600_000);
    await until('it says so', () => client.stderr().includes('is not renewed any more'));
    expect(client.stderr()).toContain(`Nothing was asked of Pitcrew for 9 h, so the claim of ${issue} is`);
    const liveness = async (): Promise<string> => {
      const { data } = await cli(stage, ['ledger-status', '--json']);
      return data.active.find((run: { incidents: string[] }) =>
        run.incidents.includes(`sentry:pitstop/${issue}`),
      ).liveness;
    };
    // Its process is there, so nobody can say that it is gone.
    await until('its lease is over', async () => (await liveness()) === 'suspect', 30_000);
    await works(client, 'worktree_create', { issue });
    expect(await liveness()).toBe('live');
  });
});

describe('commands that an agent runs', () => {
  test('their claim is the agent’s, whatever its session is called later, and ends with it', async () => {
    const shell = namedCopy('/bin/sh', stage.folder, 'claude');
    const other = await claude();
    const issue = await claimed(other);
    await works(other, 'ledger_complete', { issue, status: 'aborted' });
    const { PITCREW_SESSION: _, ...env } = stage.env;
    const agent = spawn(shell, { cwd: stage.repository, env, stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    agent.stdout.on('data', (chunk) => {
      said += chunk;
    });
    const types = async (session: string, command: string) => {
      said = '';
      agent.stdin.write(
        `CLAUDE_CODE_SESSION_ID=${session} ${process.execPath} ${PROGRAM} ${command} 2>&1; echo "[exit $?]"\n`,
      );
      await until(`${command} ends`, () => said.includes('[exit '));
      return said;
    };
    expect(await types(FIRST, `ledger-register ${issue} --paths src/x.mjs`)).toContain('[exit 0]');
    const failure = await fails(other, 'ledger_register', { issues: [issue], paths: [] }, 'refused');
    expect(failure.message).toContain('command line');
    expect(await types(SECOND, `worktree-create ${issue}`)).toContain('[exit 0]');
    agent.kill('SIGKILL');
    await untilGone(agent.pid ?? 0, 5000);
    await works(other, 'ledger_register', { issues: [issue], paths: [] });
  });
});
