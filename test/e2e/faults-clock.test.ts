import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pitcrew } from '../cli/failing.ts';
import { CONFIG, ISSUE } from '../cli/trouble.ts';
import { type RawServer, startServer, textOf } from '../mcp-server/raw-server.ts';
import { tool, works } from '../mcp-server/servers.ts';
import { faultyClock } from '../support/fault-clock.ts';
import { useFaultPlace } from '../support/fault-place.ts';
import { faultyServer, json, listOfOne } from '../support/fault-server.ts';
import { contractCrash, openStage, type Stage } from '../support/stage.ts';

const HOUR = 3_600_000;
const world = useFaultPlace();

/** Refuses the first list with a limit whose end it names by its own clock, which is so far off; then answers. */
async function limitedOnce(skewMs: number, reset: (now: number) => number) {
  const times: number[] = [];
  const server = await world.serve(
    faultyServer((_request, response, count) => {
      times.push(performance.now());
      const now = Date.now() + skewMs;
      const date = new Date(now).toUTCString();
      if (count > 1) return json(response, listOfOne(), { date });
      const headers = {
        date,
        'x-sentry-rate-limit-remaining': '0',
        'x-sentry-rate-limit-reset': String(reset(now)),
      };
      json(response, { detail: 'limited' }, headers, 429);
    }),
  );
  return { server, times };
}

describe.concurrent('a limit that ends', () => {
  const inTwoSeconds = (now: number) => Math.ceil(now / 1000) + 1;
  test.each([
    ['in a second, by a clock that is 5 h ahead', 5 * HOUR, 0, inTwoSeconds],
    ['in a second, by a clock that is 5 h behind', -5 * HOUR, 0, inTwoSeconds],
    ['in a second, and our own clock is 5 h ahead', 0, 5 * HOUR, inTwoSeconds],
    ['in a second, and our own clock is 5 h behind', 0, -5 * HOUR, inTwoSeconds],
    ['in the past', 0, 0, (now: number) => Math.floor(now / 1000) - 600],
    ['in milliseconds instead of seconds', 0, 0, (now: number) => now + 1000],
    ['never, as the number is none', 0, 0, () => Number.NaN],
  ] as const)('%s, is waited for once and for no longer', async (_name, theirs, ours, reset) => {
    const { server, times } = await limitedOnce(theirs, reset);
    const clock = faultyClock(world.folder(), ours);
    const result = await pitcrew(
      ['sentry-list-issues', '--no-record', '--stale-days', '300'],
      world.at(server, clock.env),
    );
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(ISSUE);
    expect(server.requests.filter(({ path }) => path.includes('/issues/?'))).toHaveLength(2);
    const [refused = 0, again = 0] = times;
    expect(again - refused).toBeGreaterThan(0);
    expect(again - refused, 'not for hours').toBeLessThan(20_000);
  });
});

describe('a clock that steps', () => {
  let stage: Stage;
  const started: RawServer[] = [];
  beforeAll(async () => {
    stage = await openStage({ config: CONFIG });
    await stage.crash(contractCrash(1));
  });
  afterAll(async () => {
    for (const one of started) await one.close();
    await stage?.close();
  });

  /** Two servers whose clock the test sets; the first one holds the issue. */
  const two = async () => {
    const clock = faultyClock(stage.folder);
    const { PITCREW_SESSION: _, ...env } = { ...stage.env, ...clock.env };
    const servers = await Promise.all([
      startServer(stage.repository, env),
      startServer(stage.repository, env),
    ]);
    started.push(...servers);
    const [holder, other] = servers;
    for (const one of servers) {
      await works(one, 'sentry_list_issues', { issues: [ISSUE] });
      await works(one, 'triage_select', { selection: 'all' });
    }
    await works(holder, 'ledger_register', { issues: [ISSUE] });
    return { clock, holder, other };
  };
  const claim = tool('ledger_register', { issues: [ISSUE] });

  test('forward by an hour and back by a night does not give the claim of a living session to another', async () => {
    const { clock, holder, other } = await two();
    const isRefused = async () =>
      expect(textOf(await other.request('tools/call', claim))).toMatch(/^refused: .*held by raw, pid/);
    clock.set(HOUR);
    await isRefused();
    clock.set(-10 * HOUR);
    await isRefused();
    // The holder's heartbeat looks every 5 s.
    await sleep(5500);
    await isRefused();
    await works(holder, 'ledger_complete', { note: 'done' });
    await works(other, 'ledger_register', { issues: [ISSUE] });
    await works(other, 'ledger_complete', { note: 'done' });
    for (const one of [holder, other]) expect(one.stderr()).toBe('');
  });

  test('forward by a night, as after a sleep, leaves one holder, and the other is refused each step', async () => {
    const { clock, holder, other } = await two();
    clock.set(10 * HOUR);
    await other.request('tools/call', claim);
    const update = tool('ledger_update', { issue: ISSUE, add: ['docs/**'] });
    const answers = await Promise.all([holder, other].map((one) => one.request('tools/call', update)));
    expect(answers.filter(({ result }) => result.isError !== true)).toHaveLength(1);
    const refused = answers.find(({ result }) => result.isError === true);
    expect(textOf(refused ?? {})).toMatch(/^refused: .+\nNext step: .+/);
    const [held] = (await works(other, 'ledger_status')).active;
    expect(held.incidents).toHaveLength(1);
    const keeper = answers[0]?.result.isError === true ? other : holder;
    await works(keeper, 'ledger_complete', { note: 'done' });
  });
});
