import { expect, test } from 'vitest';
import { recent } from '../../src/core/recent.ts';

const held = (forMs: number, most: number) => {
  const time = { now: 1000 };
  return { time, cache: recent<string>(() => time.now, forMs, most) };
};

test('a value is good until its time is over, not a moment longer', () => {
  const { time, cache } = held(100, 10);
  cache.set('a', 'one');
  time.now += 99;
  expect(cache.get('a')).toBe('one');
  time.now += 1;
  expect(cache.get('a')).toBeUndefined();
  time.now -= 50;
  expect(cache.get('a')).toBeUndefined();
});

test('a clock that was set back makes it unknown, not eternal', () => {
  const { time, cache } = held(100, 10);
  cache.set('a', 'one');
  time.now -= 1;
  expect(cache.get('a')).toBeUndefined();
});

test('the oldest goes when there are too many; writing again makes young', () => {
  const { cache } = held(100, 2);
  cache.set('a', '1');
  cache.set('b', '2');
  cache.set('a', '3');
  cache.set('c', '4');
  expect(['a', 'b', 'c'].map((name) => cache.get(name))).toEqual(['3', undefined, '4']);
});

test('names such as __proto__ are names', () => {
  const { cache } = held(100, 2);
  expect(cache.get('__proto__')).toBeUndefined();
  cache.set('constructor', 'x');
  expect(cache.get('constructor')).toBe('x');
});
