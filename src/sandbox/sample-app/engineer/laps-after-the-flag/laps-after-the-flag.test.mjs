import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planStints } from '../src/strategy/stint-plan.mjs';

test('nothing is left to plan on the lap back to the pits', () => {
  assert.deepEqual(planStints({ totalLaps: 57, currentLap: 58, stintLength: 20 }), []);
});

test('the last stint before the flag is planned', () => {
  assert.deepEqual(planStints({ totalLaps: 57, currentLap: 56, stintLength: 20 }), [1]);
});
