import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../core/processes.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, fails, person, select, works } from '../support/steps.ts';

const [FIRST, SECOND, THIRD] = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3'] as const;

let stage: Stage;
let holder: TestClient;
let early: TestClient;
let late: TestClient;

beforeAll(async () => {
  stage = await openStage();
  for (const name of ['one', 'two', 'three']) await stage.crash(crashIn(`src/${name}.mjs`));
  [holder, early, late] = (await Promise.all(
    ['holder', 'early', 'late'].map((name) => connect(stage, { name, answer: person().answer })),
  )) as [TestClient, TestClient, TestClient];
  await select(holder, [FIRST, SECOND, THIRD]);
});
afterAll(async () => {
  await Promise.all([holder, early, late].map((client) => client?.close()));
  await stage?.close();
});

const waiting = async (): Promise<{ holder: string; position: number }[]> =>
  (await works(holder, 'ledger_status')).data.waiting;
const whenWaiting = (count: number) => until(`${count} wait`, async () => (await waiting()).length === count);

describe('waiting in line', () => {
  test('those who came first are served first; the line is shown; nobody else slips in', async () => {
    await works(holder, 'ledger_register', { issues: [FIRST], paths: ['src/**'] });
    const order: string[] = [];
    const first = works(early, 'ledger_register', {
      issues: [SECOND],
      paths: ['src/a/**'],
      wait_seconds: 60,
    });
    void first.then(() => order.push('early'));
    await whenWaiting(1);
    const second = works(late, 'ledger_register', {
      issues: [THIRD],
      paths: ['src/a/b.mjs'],
      wait_seconds: 60,
    });
    void second.then(() => order.push('late'));
    await whenWaiting(2);
    const { text } = await works(holder, 'ledger_status');
    expect(text).toMatch(
      /- waiting, position 1: early, pid \d+ on \S+ since \d+ s, for RACE-DAY-2, src\/a\/\*\*/,
    );
    expect(text).toMatch(/- waiting, position 2: late/);
    await works(holder, 'ledger_complete', { status: 'aborted' });
    await first;
    const slipped = await fails(
      holder,
      'ledger_register',
      { issues: [FIRST], paths: ['src/a/b.mjs'] },
      'refused',
    );
    expect(slipped.message).toContain('early');
    expect(order).toEqual(['early']);
    await works(early, 'ledger_complete', { status: 'aborted' });
    await second;
    expect(order).toEqual(['early', 'late']);
    await works(late, 'ledger_complete', { status: 'aborted' });
    expect(await waiting()).toEqual([]);
  });

  test('time that is over names the holder and gives the place up', async () => {
    await works(holder, 'ledger_register', { issues: [FIRST], paths: [] });
    const failure = await fails(
      early,
      'ledger_register',
      { issues: [FIRST], paths: [], wait_seconds: 1 },
      'refused',
    );
    expect(failure.message).toMatch(/RACE-DAY-1 is held by holder/);
    expect(await waiting()).toEqual([]);
  });

  test('time that is over names who holds it by then, not who held it when the wait began', async () => {
    const first = works(early, 'ledger_register', { issues: [FIRST], paths: [], wait_seconds: 60 });
    await whenWaiting(1);
    const second = fails(late, 'ledger_register', { issues: [FIRST], paths: [], wait_seconds: 5 }, 'refused');
    await whenWaiting(2);
    await works(holder, 'ledger_complete', { status: 'aborted' });
    await first;
    expect((await second).message).toMatch(
      /^Nothing was claimed\. RACE-DAY-1 is held by early, pid \d+ on \S+ since \S+ \(live\)\.$/,
    );
    await works(early, 'ledger_complete', { status: 'aborted' });
    await works(holder, 'ledger_register', { issues: [FIRST], paths: [] });
  });

  test('a cancelled call gives its place up', async () => {
    const cancel = new AbortController();
    const call = early.call(
      'ledger_register',
      { issues: [FIRST], paths: [], wait_seconds: 60 },
      cancel.signal,
    );
    await whenWaiting(1);
    cancel.abort();
    await expect(call).rejects.toThrow();
    await whenWaiting(0);
    await works(holder, 'ledger_complete', { status: 'aborted' });
  });
});

describe('resources', () => {
  test('a port is reserved with a claim, and held until its end', async () => {
    const claimed = await works(holder, 'ledger_register', {
      issues: [FIRST],
      paths: [],
      resources: ['port:5173', 'db:dev'],
    });
    expect(claimed.text).toContain('Reserved: port:5173, db:dev.');
    const args = { issues: [SECOND], paths: [], resources: ['port:5173'] };
    const refused = await fails(early, 'ledger_register', args, 'refused');
    expect(refused.message).toMatch(/port:5173 is held by holder/);
    expect(refused.hint).toMatch(/^Register again without port:5173 or wait in line/);
    await works(early, 'ledger_register', { issues: [SECOND], paths: [] });
    const update = { issue: SECOND, add: ['db:dev'] };
    const missed = await fails(early, 'ledger_update', update, 'refused');
    expect(missed.message).toMatch(/^A resource that this step needs is held\. db:dev is held by holder/);
    expect(missed.hint).toMatch(/repeat this step once db:dev is free, or do without it\./);
    await works(early, 'ledger_complete', { status: 'aborted' });
    await works(holder, 'ledger_complete', { status: 'aborted' });
    await works(early, 'ledger_register', args);
    await works(early, 'ledger_complete', { status: 'aborted' });
  });

  test.each(['port:0', 'port:http', 'no colon', ':x'])('%j is no resource', async (resource) => {
    const args = { issues: [FIRST], paths: [], resources: [resource] };
    expect((await fails(holder, 'ledger_register', args, 'input')).hint).toContain('port:5173');
  });
});

test('a folder whose name ends like a file is all that lies beneath it', async () => {
  await mkdir(join(stage.repository, 'packages/socket.io'), { recursive: true });
  const claimed = { issues: [FIRST], paths: ['packages/socket.io', 'packages/socket.ts'] };
  const { data } = await works(holder, 'ledger_register', claimed);
  expect(data.paths).toEqual(['packages/socket.io/**', 'packages/socket.ts']);
  const wanted = { issues: [SECOND], paths: ['packages/*/package.json'] };
  expect((await fails(early, 'ledger_register', wanted, 'refused')).message).toContain('is held by holder');
  await works(holder, 'ledger_update', { issue: FIRST, drop: ['packages/socket.io/**'] });
  await works(early, 'ledger_register', wanted);
  const update = { issue: FIRST, add: ['packages/socket.io'] };
  expect((await fails(holder, 'ledger_update', update, 'refused')).message).toContain('is held by early');
  for (const one of [holder, early]) await works(one, 'ledger_complete', { status: 'aborted' });
});

describe('the lane', () => {
  const claimedIn = async (lane: string, client: TestClient, issue: string): Promise<number> => {
    await claim(client, [issue]);
    return (await works(client, 'ledger_lane', { issue, lane })).data.position;
  };

  test('one has the turn, the next waits for it, leaving passes it on', async () => {
    await claim(holder, [FIRST]);
    await claim(early, [SECOND]);
    const lane = (client: TestClient, issue: string, more = {}) =>
      works(client, 'ledger_lane', { issue, ...more });
    expect((await lane(holder, FIRST)).data).toMatchObject({ lane: 'merge', position: 1, turn: true });
    const behind = await lane(early, SECOND);
    expect(behind.data).toMatchObject({ position: 2, turn: false });
    expect(behind.text).toMatch(
      /^Position 2 in the lane merge; ahead: holder, pid \d+ on \S+ \(live\)\. Do not merge yet/,
    );
    const turn = lane(early, SECOND, { wait_seconds: 60 });
    expect((await works(holder, 'ledger_status')).text).toContain('in the lane merge');
    expect((await lane(holder, FIRST, { leave: true })).text).toBe(
      'The place in the lane merge is given up.',
    );
    expect((await turn).data).toMatchObject({ position: 1, turn: true });
    await works(early, 'ledger_complete', { status: 'aborted' });
    expect((await lane(holder, FIRST)).data.turn).toBe(true);
  });

  test("a lane's name in the place of an issue: what is needed, and who is in the lane", async () => {
    const [first, second] = [
      await claimedIn('deploy', holder, FIRST),
      await claimedIn('deploy', early, SECOND),
    ];
    expect([first, second]).toEqual([1, 2]);
    const failure = await fails(late, 'ledger_lane', { issue: 'deploy' }, 'input');
    expect(failure.message).toBe(
      'deploy is the name of a lane; a place in it belongs to a claim, so an issue has to be named.',
    );
    expect(failure.hint).toMatch(
      /In the lane deploy now: RACE-DAY-1 \(holder, pid \d+ on \S+, live\); RACE-DAY-2 \(early, pid/,
    );
    const typed = await cli(stage, ['ledger', 'lane', 'rebase']);
    expect(typed.code).toBe(2);
    expect(typed.stderr).toMatch(/^rebase is the name of a lane;.*\n.*In the lane rebase now: nobody\.\n$/);
    for (const one of [holder, early]) await works(one, 'ledger_complete', { status: 'aborted' });
  });

  test('without a claim there is no place', async () => {
    await fails(late, 'ledger_lane', { issue: THIRD }, 'refused');
  });
});
