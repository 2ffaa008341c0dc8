import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weigh } from '../src/garage/assembly-tree.mjs';

test('two parts that are mounted on each other are weighed once each', () => {
  const parts = {
    'nose-cone': { grams: 4200, mounts: ['front-wing'] },
    'front-wing': { grams: 9800, mounts: ['nose-cone', 'wheel-nut', 'wheel-nut'] },
    'wheel-nut': { grams: 60, mounts: [] },
  };
  assert.equal(weigh('nose-cone', parts), 4200 + 9800 + 2 * 60);
});
