import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../core/processes.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { claim, person, works } from '../support/steps.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

const server = await startPostgres();
if (typeof server === 'string') console.warn(`SKIPPED: ${server} Nobody watched a ledger in a database.`);

describe.skipIf(typeof server === 'string')('the ledger in a database that goes away and comes back', () => {
  let stage: Stage;
  let far: TcpProxy;
  let client: TestClient;

  beforeAll(async () => {
    const { url, listens, user, password } = server as TestPostgres;
    stage = await openStage();
    appendFileSync(join(stage.repository, 'pitcrew.yml'), '\nledger:\n  repository: race-day\n');
    await stage.git('commit', '--quiet', '--all', '--message', 'a ledger for all');
    await stage.crash(crashIn('src/one.mjs'));
    far = await tcpProxy(listens);
    const near = { repository: stage.repository, env: { ...stage.env, PITCREW_LEDGER_URL: url } };
    stage.env.PITCREW_LEDGER_URL = `postgres://${user}:${password}@127.0.0.1:${far.port}/postgres`;
    client = await connect(near, { name: 'first-crew', answer: person().answer });
    await claim(client, ['RACE-DAY-1'], ['src/one.mjs']);
  });
  afterAll(async () => {
    await client?.close();
    await far?.close();
    await stage?.close();
    await (server as TestPostgres).stop();
  });

  test('watch says so once, goes on, and tells what happened meanwhile', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'ledger', 'watch'], {
      cwd: stage.repository,
      env: stage.env,
    });
    const shown = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      shown.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      shown.stderr += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
    await until('the picture', () => shown.stdout.includes('RACE-DAY-1: first-crew'));
    far.sever();
    await until('the loss is said', () => shown.stderr.includes('The watch goes on'), 40_000);
    await works(client, 'ledger_update', { issue: 'RACE-DAY-1', add: ['src/meanwhile.mjs'] });
    far.restore();
    await until('what happened meanwhile', () => shown.stdout.includes('src/meanwhile.mjs'), 40_000);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(shown.stderr).toMatch(
      /^The ledger's database \S+ cannot be reached: [^\n]* The watch goes on, and says when it answers again\.\nThe ledger answers again\.\n$/,
    );
  });
});
