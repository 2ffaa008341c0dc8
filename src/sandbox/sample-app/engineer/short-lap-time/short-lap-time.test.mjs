import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordLap } from '../src/timing/lap-board.mjs';

test('a lap of less than a minute is shown with no minutes', () => {
  assert.equal(recordLap({ car: '27', time: '58.204' }), ' 27  00:58.204');
});

test('a lap of a minute and more is shown as before', () => {
  assert.equal(recordLap({ car: '27', time: '1:03.070' }), ' 27  01:03.070');
});
