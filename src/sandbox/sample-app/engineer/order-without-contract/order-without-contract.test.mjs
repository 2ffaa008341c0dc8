import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderTotal } from '../src/orders/pricing.mjs';

const lines = [{ part: 'wheel-nut', quantity: 10 }];

test('a privateer without a contract pays the list price', () => {
  assert.equal(orderTotal({ team: { name: 'Privateer' }, lines }), 42_000);
});

test('a contract without terms gives no discount yet', () => {
  assert.equal(orderTotal({ team: { name: 'Newcomer', contract: {} }, lines }), 42_000);
});

test('a privateer keeps the volume discount', () => {
  const large = [{ part: 'front-wing', quantity: 2 }];
  assert.equal(orderTotal({ team: { name: 'Privateer' }, lines: large }), 2_502_600);
});
