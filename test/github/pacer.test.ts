import { expect, test } from 'vitest';
import { pacer } from '../../src/github/pacer.ts';

test('starts are at least a window apart beyond the limit, in the order of the calls', async () => {
  const due = pacer(2, 80);
  const begun = performance.now();
  const order: number[] = [];
  const times = await Promise.all(
    [0, 1, 2, 3, 4].map(async (index) => {
      await due();
      order.push(index);
      return performance.now() - begun;
    }),
  );
  expect(order).toEqual([0, 1, 2, 3, 4]);
  // Timers may fire a millisecond early, never more.
  expect(times[2]).toBeGreaterThanOrEqual(78);
  expect(times[4]).toBeGreaterThanOrEqual(157);
});

test('a window of nothing never waits', async () => {
  const due = pacer(1, 0);
  let done = 0;
  for (let call = 0; call < 3; call += 1) void due().then(() => (done += 1));
  await Promise.resolve();
  await Promise.resolve();
  expect(done).toBe(3);
});
