import { appendFileSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, person, works, worktreeOf } from '../support/steps.ts';
import { type Asked, askHook } from './ask-hook.ts';

const server = await startPostgres();
if (typeof server === 'string') console.warn(`SKIPPED: ${server} The guard beside a database was not tried.`);

describe.skipIf(typeof server === 'string')('with the ledger in a database', () => {
  let stage: Stage;
  let client: TestClient;
  let worktree: string;

  beforeAll(async () => {
    stage = await openStage();
    appendFileSync(join(stage.repository, 'pitcrew.yml'), '\nledger:\n  repository: race-day\n');
    await stage.git('commit', '--quiet', '--all', '--message', 'a ledger for all');
    const { url } = server as TestPostgres;
    stage.env.PITCREW_LEDGER_URL = url;
    for (const file of ['src/one.mjs', 'src/two.mjs']) await stage.crash(crashIn(file));
    client = await connect(stage, { name: 'first-crew', answer: person().answer });
    await claim(client, ['RACE-DAY-1'], ['src/orders/**']);
    worktree = await worktreeOf(client, 'RACE-DAY-1');
  });
  afterAll(async () => {
    await client?.close();
    await stage?.close();
    await (server as TestPostgres).stop();
  });

  const asked = (tool: string, input: Record<string, unknown>, clientPid = 1): Promise<Asked> =>
    askHook({ tool, input, cwd: stage.repository }, { clientPid, env: stage.env });
  const ask = async (tool: string, input: Record<string, unknown>, clientPid = 1): Promise<string> =>
    (await asked(tool, input, clientPid)).decision;

  const serverPid = (): number =>
    JSON.parse(
      readFileSync(join(stage.repository, '.git/pitcrew/active-runs.json'), 'utf8'),
    ).picture.runs.find(({ incidents }: { incidents: string[] }) => incidents[0]?.endsWith('RACE-DAY-1'))
      .owner.pid;

  test('another session may not stash, nor edit what is claimed', async () => {
    expect(await ask('Bash', { command: 'git stash' })).toBe('deny');
    expect(await ask('Bash', { command: 'git status' })).toBe('allow');
    expect(await ask('Edit', { file_path: join(stage.repository, 'src/orders/pricing.mjs') })).toBe('deny');
    expect(await ask('Edit', { file_path: join(stage.repository, 'README.md') })).toBe('allow');
  });

  test('the session itself edits in its worktree what it claimed, and adds what it did not', async () => {
    const own = process.pid;
    expect(
      await ask('Edit', { file_path: join(realpathSync(worktree), 'src/orders/pricing.mjs') }, own),
    ).toBe('allow');
    expect(await ask('Edit', { file_path: join(realpathSync(worktree), 'src/new [id].mjs') }, own)).toBe(
      'allow',
    );
    const status = await works(client, 'ledger_status');
    expect(JSON.stringify(status.data)).toContain('src/new [[]id].mjs');
    expect(await ask('Edit', { file_path: join(stage.repository, 'README.md') }, own)).toBe('deny');
  });

  test('a file that no claim can name is refused in words that say why', async () => {
    const file = join(realpathSync(worktree), 'two\nlines.mjs');
    const refused = await asked('Edit', { file_path: file }, process.pid);
    expect(refused.decision).toBe('deny');
    expect(refused.reason).toContain('no claim can name it: The path');
  });

  test('what it shares it edits, and goes on sharing it', async () => {
    await works(client, 'ledger_update', { issue: 'RACE-DAY-1', shared: ['CHANGELOG.md'] });
    const file = join(realpathSync(worktree), 'CHANGELOG.md');
    expect(await ask('Edit', { file_path: file }, process.pid)).toBe('allow');
    const { data } = await works(client, 'ledger_status');
    expect(data.active[0].paths).toContainEqual({ glob: 'CHANGELOG.md', mode: 'shared' });
  });

  test('a path that the database gives to another machine meanwhile is not added', async () => {
    const repository = join(stage.folder, 'second-machine');
    await stage.git('clone', '--quiet', stage.repository, repository);
    const elsewhere = await connect(
      { repository, env: stage.env },
      { name: 'other-crew', answer: person().answer },
    );
    await claim(elsewhere, ['RACE-DAY-2'], ['src/weather/**']);
    const file = join(realpathSync(worktree), 'src/weather/radar.mjs');
    const refused = await asked('Edit', { file_path: file }, process.pid);
    expect(refused.decision).toBe('deny');
    expect(refused.reason).toMatch(/src\/weather\/radar\.mjs is (held|claimed) by /);
    await elsewhere.close();
  });

  test('a copy that cannot be read closes the gate for writes', async () => {
    const mirror = join(stage.repository, '.git/pitcrew/active-runs.json');
    const pid = serverPid();
    // It renews its claims, and the copy with them: that would repair it under our hands.
    process.kill(pid, 'SIGSTOP');
    const text = readFileSync(mirror, 'utf8');
    writeFileSync(mirror, text.slice(0, 20));
    expect(await ask('Bash', { command: 'git stash' })).toBe('deny');
    const refused = await asked('Edit', { file_path: join(stage.repository, 'README.md') });
    expect(refused.decision).toBe('deny');
    expect(refused.reason).toContain(`the ledger ${realpathSync(mirror)} cannot be read`);
    writeFileSync(mirror, text);
    process.kill(pid, 'SIGCONT');
  });

  test('with a server that is stopped, a new path is refused within the time of a hook', async () => {
    const file = join(realpathSync(worktree), 'src/later.mjs');
    const pid = serverPid();
    process.kill(pid, 'SIGSTOP');
    const refused = await asked('Edit', { file_path: file }, process.pid);
    process.kill(pid, 'SIGCONT');
    expect(refused.decision).toBe('deny');
    expect(refused.reason).toContain('ledger_update');
  });
});
