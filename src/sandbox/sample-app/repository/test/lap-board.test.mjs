import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordLap } from '../src/timing/lap-board.mjs';

test('a lap is shown with its car', () => {
  assert.equal(recordLap({ car: '7', time: '1:23.456' }), '  7  01:23.456');
});

test('a lap outside the 107 % rule is pointed out', () => {
  const warnings = [];
  recordLap({ car: '7', time: '1:40.000', best: '1:20.000' }, { warning: (text) => warnings.push(text) });
  assert.deepEqual(warnings, ['Lap outside the 107 % rule']);
});
