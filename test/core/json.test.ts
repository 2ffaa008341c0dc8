import { expect, test } from 'vitest';
import { envelope, tryParseJson } from '../../src/core/json.ts';

test('the envelope says its version first', () => {
  expect(JSON.stringify(envelope({ a: 1 }))).toBe('{"schema_version":1,"data":{"a":1}}');
});

test.each([
  ['{"a":[1,null]}', { a: [1, null] }],
  ['null', null],
  ['0', 0],
  ['', undefined],
  ['{"a":', undefined],
  ['<html>', undefined],
  ['\ufeff{}', undefined],
])('%j parses to %j', (text, expected) => {
  expect(tryParseJson(text)).toEqual(expected);
});
