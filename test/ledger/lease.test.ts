import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { holdLease, leaseKeeper } from '../../ledger/lease.ts';
import { cmd, openDesk, ownerOf } from './helpers.ts';

test('keeps several runs alive until it is stopped, and tells of one that was lost', async () => {
  const desk = await openDesk();
  const clock = () => desk.now();
  const ttlMs = 30;
  const first = await desk.granted('alice', ['sentry:a/B-1'], [], ttlMs);
  const second = await desk.granted('alice', ['sentry:a/B-2'], [], ttlMs);
  const lost: string[] = [];
  const keeper = holdLease(desk.ledger, first, {
    ttlMs,
    clock,
    log: desk.log,
    onLost: (run, reason) => lost.push(`${run.run}: ${reason}`),
  });
  onTestFinished(() => keeper.stop());
  keeper.hold(second);
  const beat = async () => {
    desk.pass(20);
    const due = desk.now();
    for (let tries = 0; tries < 500; tries++) {
      const { active } = await desk.ledger.list();
      if (keeper.held().every((held) => active.find((run) => run.run === held.run)?.renewedAt === due))
        return;
      await delay(5);
    }
    throw new Error('not renewed');
  };
  for (let round = 0; round < 5; round++) await beat();
  expect((await desk.ledger.list()).active.map((run) => run.liveness)).toEqual(['live', 'live']);

  await desk.ledger.close({
    cmd: cmd(),
    run: second.run,
    fence: second.fence,
    status: 'aborted',
    commits: [],
  });
  desk.pass(20);
  for (let tries = 0; tries < 500 && lost.length === 0; tries++) await delay(5);
  expect(lost).toEqual([expect.stringContaining(`${second.run}: Run ${second.run} was aborted`)]);
  expect(keeper.held()).toEqual([{ run: first.run, fence: first.fence }]);

  keeper.stop();
  desk.pass(40);
  await delay(50);
  expect((await desk.ledger.list()).active.map((run) => run.liveness)).toEqual(['suspect']);
});

test('a released run is not reported as lost, a failed renewal is tried again', async () => {
  const desk = await openDesk();
  const run = await desk.granted('alice', ['sentry:a/B-1'], [], 10);
  const lost: string[] = [];
  let failures = 2;
  let renewals = 0;
  const flaky = {
    renew: async (command: Parameters<typeof desk.ledger.renew>[0]) => {
      if (failures-- > 0) throw new Error('busy');
      renewals++;
      return desk.ledger.renew(command);
    },
  };
  const keeper = leaseKeeper(flaky, {
    ttlMs: 9,
    clock: () => desk.now(),
    log: desk.log,
    onLost: () => lost.push('lost'),
  });
  onTestFinished(() => keeper.stop());
  keeper.hold(run);
  for (let tries = 0; tries < 500 && renewals === 0; tries++) {
    desk.pass(5);
    await delay(5);
  }
  expect(renewals).toBeGreaterThan(0);
  expect(desk.log.lines.filter((line) => line.includes('busy'))).toHaveLength(2);
  keeper.release(run.run);
  await desk.ledger.takeover({
    cmd: cmd(),
    run: run.run,
    expectFence: run.fence,
    session: 'b',
    owner: ownerOf('b'),
    ttlMs: 9,
    reason: '',
  });
  desk.pass(50);
  await delay(30);
  expect(lost).toEqual([]);
});
