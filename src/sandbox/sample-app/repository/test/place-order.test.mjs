import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOrder } from '../src/orders/place-order.mjs';

const works = { name: 'Aurora', contract: { terms: { discountPercent: 10 } } };
const quiet = { step() {} };

test('a works team gets the discount of its contract', () => {
  const order = { id: 'o-1', team: works, lines: [{ part: 'brake-pad-set', quantity: 2 }] };
  assert.deepEqual(placeOrder(order, quiet), { id: 'o-1', team: 'Aurora', total: 110_700 });
});

test('the surcharge of an express order is never discounted', () => {
  const order = { id: 'o-2', team: works, express: true, lines: [{ part: 'wheel-nut', quantity: 10 }] };
  assert.equal(placeOrder(order, quiet).total, 37_800 + 45_000);
});

test('an empty order is refused', () => {
  assert.throws(() => placeOrder({ id: 'o-3', team: works, lines: [] }, quiet), /at least one line/);
});
