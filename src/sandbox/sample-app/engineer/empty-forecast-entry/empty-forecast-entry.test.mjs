import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readForecast } from '../src/weather/forecast-cache.mjs';

test('a forecast that is still being fetched reads as none', () => {
  assert.equal(readForecast('spa', new Map([['spa', '']])), undefined);
});

test('a fetched forecast is summed up', () => {
  const cache = new Map([['spa', '{"hours":[{"rainPercent":10},{"rainPercent":60}]}']]);
  assert.deepEqual(readForecast('spa', cache), { hours: 2, rain: true });
});
