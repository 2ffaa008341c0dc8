import { expect, test } from 'vitest';
import { isoSeconds, spanOf } from '../../src/core/clock.ts';

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [1_795_253_400_999, '2026-11-21T09:30:00Z'],
])('%i is %s', (ms, expected) => {
  expect(isoSeconds(ms)).toBe(expected);
});

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
test.each([
  [-5 * HOUR, '0 s'],
  [0, '0 s'],
  [999, '0 s'],
  [59 * SECOND + 999, '59 s'],
  [MINUTE, '1 min'],
  [HOUR - 1, '59 min'],
  [HOUR, '1 h'],
  [47 * HOUR + 59 * MINUTE, '47 h'],
  [2 * DAY, '2 d'],
  [400 * DAY, '400 d'],
])('%i ms are %s', (ms, expected) => {
  expect(spanOf(ms)).toBe(expected);
});
