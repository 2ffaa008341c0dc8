import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planStints } from '../src/strategy/stint-plan.mjs';

test('the laps left are cut into stints', () => {
  assert.deepEqual(planStints({ totalLaps: 57, currentLap: 13, stintLength: 20 }), [20, 20, 4]);
});

test('nothing is planned on the last lap', () => {
  assert.deepEqual(planStints({ totalLaps: 57, currentLap: 57, stintLength: 20 }), []);
});
