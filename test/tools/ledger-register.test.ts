import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { writtenByHand } from '../support/handwritten.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { contractCrash, openStage, readText, type Stage } from '../support/stage.ts';
import { fails, person, select, works } from '../support/steps.ts';

const [CONTRACT, FORECAST, BARE, UNSELECTED] = [
  'RACE-DAY-1',
  'RACE-DAY-2',
  'RACE-DAY-3',
  'RACE-DAY-4',
] as const;

let stage: Stage;
let client: TestClient;
let other: TestClient;
let entries: ReturnType<typeof writtenByHand>;

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(contractCrash());
  await stage.crash(crashIn('src/weather/forecast-cache.mjs', { type: 'SyntaxError', line: 10 }));
  await stage.crash({ message: 'the order was lost' });
  await stage.crash(crashIn('src/radio/beacon.mjs'));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  other = await connect(stage, { name: 'second-crew', answer: person().answer });
  await select(client, [CONTRACT, FORECAST, BARE]);
  entries = writtenByHand(stage);
});
afterEach(async () => {
  entries.remove();
  for (const one of [client, other]) await one.call('ledger_complete', { status: 'aborted' });
});
afterAll(async () => {
  await client?.close();
  await other?.close();
  await stage?.close();
});

const register = (args: Record<string, unknown>) => works(client, 'ledger_register', args);
const refused = (who: TestClient, args: Record<string, unknown>) =>
  fails(who, 'ledger_register', args, 'refused');

describe('a claim', () => {
  test('the whole answer; the paths are the first suspects unless they are named', async () => {
    const answer = await register({ issues: [CONTRACT, FORECAST], intent: 'two at once' });
    expect(masked(answer.text, stage)).toMatchInlineSnapshot(`
      "Claimed RACE-DAY-1, RACE-DAY-2 for this session (run <run>).
      Paths: src/orders/pricing.mjs, src/weather/forecast-cache.mjs.
      Next, for one issue at a time: worktree_create."
    `);
    expect(answer.data).toEqual({
      run: expect.stringMatching(/^r\d+-/),
      fence: expect.any(Number),
      issues: [CONTRACT, FORECAST],
      paths: ['src/orders/pricing.mjs', 'src/weather/forecast-cache.mjs'],
      shared: [],
      resources: [],
      ports: [],
      base: await stage.git('rev-parse', 'HEAD'),
    });
  });

  test('an issue whose event names no file is claimed without paths', async () => {
    const answer = await register({ issues: [BARE] });
    expect(answer.data.paths).toEqual([]);
    expect(answer.text).toContain('Paths: none yet; fix_commit adds the files it commits.');
  });

  test('it is on record for people, in the file that they know', async () => {
    await register({ issues: [CONTRACT], paths: ['src/orders/**'], intent: 'no contract' });
    const view = join(stage.repository, '.claude/active-runs.md');
    await expect
      .poll(() => existsSync(view) && readText(view), { timeout: 10_000 })
      .toContain('`src/orders/**`');
    const text = await readText(view);
    expect(text).toContain('first-crew');
    expect(text).toContain('sentry:pitstop/RACE-DAY-1');
    expect(text).toContain('no contract');
    expect(await stage.git('status', '--porcelain')).toBe('');
  });

  test('registered again it is the same run, widened', async () => {
    const first = await register({ issues: [CONTRACT], paths: ['src/orders/pricing.mjs'] });
    const same = await register({ issues: [CONTRACT], paths: ['src/orders/pricing.mjs'] });
    expect(same.data).toEqual(first.data);
    const wider = await register({ issues: ['race-day-1', FORECAST, FORECAST], paths: ['test/**'] });
    expect(wider.data).toMatchObject({
      run: first.data.run,
      issues: [CONTRACT, FORECAST],
      paths: ['src/orders/pricing.mjs', 'test/**'],
    });
    expect((await works(client, 'ledger_status')).data.active).toHaveLength(1);
  });

  test('paths have one written form', async () => {
    const answer = await register({
      issues: [CONTRACT],
      paths: ['./src//orders/../orders/pricing.mjs', 'test\\', 'app/[id].ts'],
    });
    expect(answer.data.paths).toEqual(['src/orders/pricing.mjs', 'test/**', 'app/[id].ts']);
  });
});

describe('conflicts', () => {
  test('an issue that another session holds: who, since when, and what to do', async () => {
    await register({ issues: [CONTRACT], paths: [] });
    const failure = await refused(other, { issues: [CONTRACT], paths: [] });
    expect(masked(failure.message, stage)).toMatchInlineSnapshot(
      `"Nothing was claimed. RACE-DAY-1 is held by first-crew, pid <pid> on <host> since <time> (live)."`,
    );
    expect(masked(failure.hint, stage)).toMatchInlineSnapshot(
      `"Register again without RACE-DAY-1 or wait in line with \`wait_seconds\`, and tell the person. Take another issue, or wait: first-crew, pid <pid> on <host> still works on it, and its claim ends with its session."`,
    );
  });

  test('without paths the ledger is asked first, and Sentry only for an issue that is free', async () => {
    await register({ issues: [CONTRACT], paths: [] });
    const fresh = await connect(stage, { name: 'third-crew', answer: person().answer });
    stage.sandbox.misbehave({ match: { path: /\/events\// }, kind: 'status', status: 403 });
    const held = await refused(fresh, { issues: [FORECAST, CONTRACT] });
    expect(held.message).toMatch(/^Nothing was claimed\. RACE-DAY-1 is held by first-crew/);
    await fails(fresh, 'ledger_register', { issues: [FORECAST] }, 'input');
    stage.sandbox.behave();
    await fresh.close();
  });

  test('nothing of a refused call is claimed', async () => {
    await register({ issues: [CONTRACT], paths: [] });
    await refused(other, { issues: [FORECAST, CONTRACT], paths: ['src/weather/**'] });
    const status = await works(client, 'ledger_status');
    expect(status.data.active).toHaveLength(1);
    await works(other, 'ledger_register', { issues: [FORECAST], paths: ['src/weather/**'] });
  });

  test.each([
    ['src/orders/pricing.mjs', 'src/**'],
    ['src/*/pricing.mjs', 'src/orders/p*.mjs'],
    ['src/orders', 'src/orders/pricing.mjs'],
    ['{src,test}/orders/**', 'test/orders/a.mjs'],
    ['**', 'README.md'],
  ])('paths that can meet: %s and %s', async (held, wanted) => {
    await register({ issues: [CONTRACT], paths: [held] });
    const failure = await refused(other, { issues: [FORECAST], paths: ['docs/a.md', wanted] });
    expect(failure.message).toContain(`${wanted} (held as ${held})`);
    expect(failure.hint).toContain('Register again without those paths');
  });

  test('paths that cannot meet do not', async () => {
    await register({ issues: [CONTRACT], paths: ['src/orders/*.mjs'] });
    await works(other, 'ledger_register', {
      issues: [FORECAST],
      paths: ['src/weather/*.mjs', 'src/orders/a/b.mjs'],
    });
  });

  test('the files that every session writes are nobody’s', async () => {
    await register({ issues: [CONTRACT], paths: ['.claude/active-runs.md', '.claude/sentry/**'] });
    await works(other, 'ledger_register', { issues: [FORECAST], paths: ['.claude/sentry/**'] });
  });

  test('an entry that a person wrote by hand is respected, by path and by issue', async () => {
    entries.add('someone is rewriting orders', ['src/orders/**'], 'started');
    const byPath = await refused(client, { issues: [CONTRACT] });
    expect(byPath.message).toMatch(
      /^Nothing was claimed\. src\/orders\/pricing\.mjs \(held as src\/orders\/\*\*\) is held by an entry written by hand \("someone is rewriting orders[^"]*"\)/,
    );
    expect(byPath.hint).toContain('Ask whoever wrote this entry into .claude/active-runs.md.');
    entries.remove();
    entries.add('looking at RACE-DAY-2', [], 'started');
    const byIssue = await refused(client, { issues: [FORECAST], paths: [] });
    expect(byIssue.message).toContain('RACE-DAY-2 is held by');
    await register({ issues: [CONTRACT] });
    expect(await readText(join(stage.repository, '.claude/active-runs.md'))).toContain(
      'looking at RACE-DAY-2',
    );
  });

  test('an entry by hand that is over or old is in nobody’s way', async () => {
    entries.add('done with orders', ['src/orders/**'], 'completed');
    entries.add('began last week', ['src/orders/**'], 'started', 7 * 24);
    await register({ issues: [CONTRACT] });
  });
});

describe('what cannot be claimed', () => {
  test('an issue that no person selected', async () => {
    const failure = await refused(client, { issues: [CONTRACT, UNSELECTED] });
    expect(failure.message).toBe(`${UNSELECTED} was not selected by a person.`);
    expect(failure.hint).toBe(
      'List it with sentry_list_issues, then ask with triage_select; only selected issues are worked on.',
    );
    expect((await works(client, 'ledger_status')).data.active).toEqual([]);
  });

  test.each([
    ['../other/secret.txt', 'leads out of the repository'],
    ['src/../../x', 'leads out of the repository'],
    ['{a,../b}/c', 'leads out of the repository'],
    ['/etc/passwd', 'is absolute'],
    ['~/notes', 'is absolute'],
    ['C:\\x', 'is absolute'],
    ['!src/**', 'is a negation'],
    ['+(a|b)', 'uses an extended form'],
    ['a\u0000b', 'has control characters'],
    [' ', 'A path is empty'],
  ])('the path %j', async (path, sentence) => {
    const failure = await fails(
      client,
      'ledger_register',
      { issues: [CONTRACT], paths: ['src/ok.mjs', path] },
      'input',
    );
    expect(failure.message).toContain(sentence);
    expect((await works(client, 'ledger_status')).data.active).toEqual([]);
  });

  test.each([
    [{}, /issues: /],
    [{ issues: [] }, /issues: /],
    [{ issues: ['$(reboot)'] }, /"\$\(reboot\)" is not a Sentry short id/],
    [{ issues: [CONTRACT], force: true }, /Unrecognized key: "force"/],
  ])('%j', async (args, sentence) => {
    expect((await fails(client, 'ledger_register', args, 'input')).message).toMatch(sentence);
  });

  test('an issue whose event cannot be read, unless its paths are named', async () => {
    const fresh = await connect(stage, { answer: person().answer });
    stage.sandbox.misbehave({ match: { path: /\/events\// }, kind: 'status', status: 403 });
    const failure = await fails(fresh, 'ledger_register', { issues: [CONTRACT] }, 'input');
    expect(failure.message).toMatch(
      /^The files of RACE-DAY-1 cannot be read from its latest event: .*\(403\)/,
    );
    expect(failure.hint).toBe('Name the files yourself in `paths`, or try again.');
    await works(fresh, 'ledger_register', { issues: [CONTRACT], paths: ['src/orders/**'] });
    stage.sandbox.behave();
    await fresh.close();
  });
});

describe('when a session ends', () => {
  test('a claim ends with the process that made it', async () => {
    const doomed = await connect(stage, { name: 'doomed', answer: person().answer });
    await works(doomed, 'ledger_register', { issues: [CONTRACT], paths: ['src/orders/**'] });
    await refused(client, { issues: [CONTRACT] });
    process.kill(doomed.transport.pid ?? 0, 'SIGKILL');
    await doomed.close();
    await register({ issues: [CONTRACT] });
    const { recent } = (await works(client, 'ledger_status')).data;
    expect(recent[0]).toMatchObject({ status: 'expired', holder: expect.stringMatching(/^doomed, pid/) });
  });

  test('the commands of one session are one holder', async () => {
    const first = await cli(stage, ['ledger-register', CONTRACT, '--paths', 'a.mjs', '--json']);
    expect(first.code, first.stdout).toBe(0);
    const again = await cli(stage, ['ledger-register', CONTRACT, '--paths', 'b.mjs', '--json']);
    expect(again.data).toMatchObject({ run: first.data.run, paths: ['a.mjs', 'b.mjs'] });
    const stranger = await cli(stage, ['ledger-register', CONTRACT, '--paths', '', '--json'], {
      env: { PITCREW_SESSION: 'stranger' },
    });
    expect(stranger.code).toBe(3);
    expect(stranger.data.error.message).toContain('is held by command line (session named:test)');
    await cli(stage, ['ledger-complete', '--status', 'aborted']);
  });
});
