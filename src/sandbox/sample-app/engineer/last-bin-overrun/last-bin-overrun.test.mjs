import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocate } from '../src/inventory/allocation.mjs';

test('what the bins do not hold is missing', () => {
  const bins = [
    { id: 'a1', available: 3 },
    { id: 'a2', available: 2 },
  ];
  const picks = [
    { bin: 'a1', quantity: 3 },
    { bin: 'a2', quantity: 2 },
  ];
  assert.deepEqual(allocate(9, bins), { picks, missing: 4 });
});

test('no bins, no picks', () => {
  assert.deepEqual(allocate(1, []), { picks: [], missing: 1 });
});
