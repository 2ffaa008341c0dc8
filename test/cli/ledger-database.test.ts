import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/core/run.ts';
import { until } from '../core/processes.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { type Handwritten, writtenByHand } from '../support/handwritten.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { claim, person, works } from '../support/steps.ts';
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts';

/** A repository that has no remote, and whose configuration names nothing. */
async function repositoryWithout({ folder, env }: Stage, name: string): Promise<string> {
  const cwd = join(folder, name);
  await run('git', ['init', '--quiet', cwd], { cwd: folder, env, timeoutMs: 30_000 });
  return cwd;
}

const server = await startPostgres();
if (typeof server === 'string') console.warn(`SKIPPED: ${server} Nobody watched a ledger in a database.`);

describe.skipIf(typeof server === 'string')('the ledger in a database that goes away and comes back', () => {
  let stage: Stage;
  let far: TcpProxy;
  let client: TestClient;
  let entries: Handwritten;

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
    entries = writtenByHand(stage);
  });
  afterAll(async () => {
    await client?.close();
    await far?.close();
    await stage?.close();
    await (server as TestPostgres).stop();
  });

  /** While nothing of the database gets through. */
  const whileLost = async <T>(work: () => Promise<T>): Promise<T> => {
    await cli(stage, ['ledger']);
    far.sever();
    try {
      return await work();
    } finally {
      far.restore();
    }
  };
  const LOST = /The ledger's database \S+ cannot be reached/g;

  test('the loss is said once: in the picture of what was known last, or as the error of what needs it', async () => {
    await whileLost(async () => {
      const status = await cli(stage, ['ledger']);
      expect(status.stderr).toBe('');
      expect(status.code).toBe(0);
      const [heading, notice, ...rest] = status.stdout.split('\n');
      expect(heading).toBe('1 live run:');
      expect(notice).toMatch(
        /^Notice: As of \S+Z, \d+ \w+ ago: the ledger's database cannot be asked now\. The ledger's database \S+ cannot be reached: .+ nothing can be claimed or recorded until it answers\.$/,
      );
      expect(rest.join('\n')).toMatch(/^- RACE-DAY-1: first-crew.*\n$/);
      const lines = [['history'], ['takeover', 'RACE-DAY-1'], ['complete'], ['trim'], ['doctor']];
      const all = await Promise.all(lines.map((line) => cli(stage, ['ledger', ...line])));
      for (const done of all) {
        expect(done).toMatchObject({ code: 4, stdout: '' });
        expect(done.stderr.match(LOST), done.stderr).toHaveLength(1);
        expect(done.stderr.split('\n'), done.stderr).toHaveLength(3);
      }
      const listed = await cli(stage, ['sentry-list-issues', '--no-record']);
      expect(listed.stderr).toBe('');
      expect(listed.stdout).toMatch(/^Notice: As of .* cannot be asked now\. /m);
    });
  });

  test('a notice is no entry, for programs too', async () => {
    entries.add('rewriting the radio', ['src/radio/**'], 'started');
    const { handwritten } = await whileLost(async () => (await cli(stage, ['ledger', '--json'])).data);
    expect(handwritten).toEqual([
      {
        title: expect.stringContaining('cannot be asked now'),
        paths: [],
        status: 'unclear',
        since: null,
        notice: expect.stringMatching(LOST),
      },
      expect.objectContaining({ title: expect.stringContaining('rewriting the radio'), notice: null }),
    ]);
    entries.remove();
  });

  test('the loss is said before the name that the repository needs there, and both where both are wanting', async () => {
    const nameless = await repositoryWithout(stage, 'nameless');
    const status = () => cli({ repository: nameless, env: stage.env }, ['ledger', 'status']);
    const both = await whileLost(status);
    expect(both.code).toBe(4);
    const [sentence = '', hint = ''] = both.stderr.split('\n');
    expect(sentence).toMatch(
      /^The ledger's database \S+ cannot be reached: .* It also needs a name for this repository, and its remote called origin has none\.$/,
    );
    expect(hint).toMatch(
      /^Look at the network and the database, .*\. Then name it as ledger\.repository in pitcrew\.yml, the same on every machine\.$/,
    );
    const one = await status();
    expect(one.code).toBe(2);
    expect(one.stderr).toBe(
      "The ledger's database needs a name for this repository, and its remote called origin has none.\nName it as ledger.repository in pitcrew.yml, the same on every machine.\n",
    );
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
