import { appendFileSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, person, worktreeOf } from '../support/steps.ts';
import { askHook } from './ask-hook.ts';

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
    await stage.crash(crashIn('src/one.mjs'));
    client = await connect(stage, { name: 'first-crew', answer: person().answer });
    await claim(client, ['RACE-DAY-1'], ['src/orders/**']);
    worktree = await worktreeOf(client, 'RACE-DAY-1');
  });
  afterAll(async () => {
    await client?.close();
    await stage?.close();
    await (server as TestPostgres).stop();
  });

  const ask = async (tool: string, input: Record<string, unknown>, clientPid = 1): Promise<string> =>
    (await askHook({ tool, input, cwd: stage.repository }, { clientPid, env: stage.env })).decision;

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
    expect(await ask('Edit', { file_path: join(realpathSync(worktree), 'src/new.mjs') }, own)).toBe('deny');
    expect(await ask('Edit', { file_path: join(stage.repository, 'README.md') }, own)).toBe('deny');
  });

  test('a copy that cannot be read closes the gate for writes', async () => {
    const mirror = join(stage.repository, '.git/pitcrew/active-runs.json');
    const text = readFileSync(mirror, 'utf8');
    writeFileSync(mirror, text.slice(0, 20));
    expect(await ask('Bash', { command: 'git stash' })).toBe('deny');
    expect(await ask('Edit', { file_path: join(stage.repository, 'README.md') })).toBe('deny');
    writeFileSync(mirror, text);
  });
});
