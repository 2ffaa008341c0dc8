import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { refreshStock } from '../src/inventory/stock-feed.mjs';

test('a supplier that does not answer is named and does not stop the others', async () => {
  const shelf = new Map();
  const suppliers = [
    { name: 'northline', answer: { status: 503 } },
    { name: 'calder', answer: { status: 200, levels: [['wheel-nut', 40]] } },
  ];
  const refreshed = await refreshStock(suppliers, shelf);
  // A rejection that nobody waits for comes out here, as itself, before anything is compared.
  await nextTurn();
  assert.deepEqual(refreshed, { parts: 1, failed: ['northline'] });
  assert.equal(shelf.get('wheel-nut'), 40);
});
