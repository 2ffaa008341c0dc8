import { expect, test } from 'vitest';
import { inputError, messageOf, PitcrewError, refusedError, upstreamError } from '../../src/core/errors.ts';

test.each([
  ['input', inputError],
  ['refused', refusedError],
  ['upstream', upstreamError],
] as const)('%s: an error that says whose move it is', (kind, make) => {
  const error = make('It is so.', 'Do this.');
  expect(error).toBeInstanceOf(PitcrewError);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ kind, message: 'It is so.', hint: 'Do this.', name: 'PitcrewError' });
});

test('the cause is kept', () => {
  const cause = new Error('below');
  expect(inputError('a', 'b', cause).cause).toBe(cause);
  expect(upstreamError('a', 'b', cause).cause).toBe(cause);
});

test.each([
  [new Error('told'), 'told'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [null, 'null'],
  [{}, '[object Object]'],
])('messageOf(%s) is %s', (thrown, expected) => {
  expect(messageOf(thrown)).toBe(expected);
});

test('messageOf does not throw for a thrown thing without a text', () => {
  expect(typeof messageOf(Object.create(null))).toBe('string');
});
