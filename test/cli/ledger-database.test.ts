import { spawn } from 'node:child_process';
import { appendFileSync, readdirSync, rmSync } from 'node:fs';
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
    for (const name of ['one', 'two']) await stage.crash(crashIn(`src/${name}.mjs`));
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
      const lines = [['history'], ['takeover', 'RACE-DAY-1'], ['complete'], ['trim']];
      const all = await Promise.all(lines.map((line) => cli(stage, ['ledger', ...line])));
      for (const done of all) {
        expect(done).toMatchObject({ code: 4, stdout: '' });
        expect(done.stderr.match(LOST), done.stderr).toHaveLength(1);
        expect(done.stderr.split('\n'), done.stderr).toHaveLength(3);
      }
      const [sentence, hint] = all[0]?.stderr.split('\n') ?? [];
      expect(sentence).toMatch(
        /^The ledger's database \S+ cannot be reached: .*\. What happened is recorded only there; this clone keeps who holds what, as of \S+Z\.$/,
      );
      expect(hint).toMatch(/^`[^`]+ ledger status` shows that\. Look at the network and the database, /);
      const listed = await cli(stage, ['sentry-list-issues', '--no-record']);
      expect(listed.stderr).toBe('');
      expect(listed.stdout).toMatch(/^Notice: As of .* cannot be asked now\. /m);
      expect(listed.stdout).not.toContain('not recorded');
    });
  });

  test('issues are listed all the same, and it is said that they cannot be selected', async () => {
    const reports = () => readdirSync(join(stage.repository, '.claude/sentry'));
    const before = reports();
    const [text, { data }] = await whileLost(() =>
      Promise.all([cli(stage, ['sentry-list-issues']), cli(stage, ['sentry-list-issues', '--json'])]),
    );
    expect([text.code, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toMatch(
      /\nThe ledger does not answer, so this triage is not recorded, and none of these issues can be selected\. Next: list them again when it answers\.\n$/,
    );
    expect(data).toMatchObject({ triage: null, report: null, asOf: expect.any(Number) });
    expect(data.issues.length).toBeGreaterThan(0);
    expect(data.issues.find(({ shortId }: { shortId: string }) => shortId === 'RACE-DAY-1').heldBy).toMatch(
      /^first-crew/,
    );
    expect(reports()).toEqual(before);
  });

  test('doctor does the half that needs no database, and says what it did not look at', async () => {
    const path = (await works(client, 'worktree_create', { issue: 'RACE-DAY-1' })).data.path;
    rmSync(path, { recursive: true });
    const unknown = join(stage.repository, '.pitcrew/worktrees/of-nobody');
    await stage.git('worktree', 'add', '--quiet', '-b', 'fix/sentry-of-nobody', unknown);
    rmSync(unknown, { recursive: true });
    const [text, { code, data }] = await whileLost(() =>
      Promise.all([cli(stage, ['ledger', 'doctor']), cli(stage, ['ledger', 'doctor', '--repair', '--json'])]),
    );
    expect([text.code, text.stderr, code]).toEqual([0, '', 0]);
    expect(data.asOf).toEqual(expect.any(Number));
    expect(data.findings.map(({ kind }: { kind: string }) => kind)).toEqual([
      'ledger_unknown',
      'folder_missing',
      'folder_missing',
    ]);
    expect(
      data.findings.some((row: { repairable: boolean; repaired: boolean }) => row.repairable || row.repaired),
    ).toBe(false);
    expect(text.stdout).toMatch(
      /^3 findings:\n- The ledger was not looked at\. As of \S+Z, \d+ \w+ ago: the ledger's database cannot be asked now\. The ledger's database \S+ cannot be reached: /,
    );
    expect(text.stdout).toContain('nobody can say which sessions are gone');
    expect(text.stdout).toContain(`The worktree of RACE-DAY-1 is gone from the disk (${path})`);
    expect(text.stdout).toContain('Once the ledger answers: `--repair` takes it off the list; branch fix/');
    expect(text.stdout).toContain(`The worktree ${unknown} (fix/sentry-of-nobody) is gone from the disk`);
    const { findings, asOf } = (await cli(stage, ['ledger', 'doctor', '--json'])).data;
    expect(asOf).toBe(null);
    expect(findings.map(({ kind }: { kind: string }) => kind)).toEqual(['folder_missing', 'folder_missing']);
    await stage.git('worktree', 'prune');
    await works(client, 'worktree_create', { issue: 'RACE-DAY-1' });
  });

  test('files that two worktrees change are named also while the database is away', async () => {
    await claim(client, ['RACE-DAY-2']);
    for (const issue of ['RACE-DAY-1', 'RACE-DAY-2']) {
      const { path } = (await works(client, 'worktree_create', { issue })).data;
      appendFileSync(join(path, 'package.json'), '\n');
    }
    const [status, doctor] = await whileLost(() =>
      Promise.all([cli(stage, ['ledger', '--json']), cli(stage, ['ledger', 'doctor', '--json'])]),
    );
    expect(status.data.asOf).toEqual(expect.any(Number));
    expect(status.data.sameFiles).toMatchObject([{ paths: ['package.json'], count: 1 }]);
    expect(doctor.data.findings.map(({ kind }: { kind: string }) => kind)).toEqual([
      'ledger_unknown',
      'same_files',
    ]);
    await works(client, 'ledger_complete', { issue: 'RACE-DAY-2', status: 'aborted' });
  });

  test('doctor in a clone that never reached the database does the same', async () => {
    const clone = join(stage.folder, 'clone');
    await stage.git('clone', '--quiet', stage.repository, clone);
    const { code, data } = await whileLost(() =>
      cli({ repository: clone, env: stage.env }, ['ledger', 'doctor', '--json']),
    );
    expect([code, data.asOf]).toEqual([0, null]);
    expect(data.findings).toEqual([
      expect.objectContaining({
        kind: 'ledger_unknown',
        what: expect.stringMatching(
          /^The ledger was not looked at\. The ledger's database \S+ cannot be reached: /,
        ),
        next: expect.stringMatching(
          /^Look at the network and the database, .* Until it answers nobody can say/,
        ),
      }),
    ]);
  });

  test('of when the answer is stands in a field of its own; a notice is no entry, for programs too', async () => {
    entries.add('rewriting the radio', ['src/radio/**'], 'started');
    const before = Date.now();
    expect((await cli(stage, ['ledger', '--json'])).data.asOf).toBe(null);
    const { handwritten, asOf } = await whileLost(async () => (await cli(stage, ['ledger', '--json'])).data);
    expect(asOf).toBeGreaterThan(before - 60_000);
    expect(asOf).toBeLessThan(Date.now());
    expect(handwritten).toEqual([
      {
        title: expect.stringContaining('cannot be asked now'),
        paths: [],
        status: 'unclear',
        since: asOf,
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
