import { expect, test, vi } from 'vitest';
import { commandId } from '../../src/core/command-id.ts';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('is a UUID of version 7, and none is made twice', () => {
  const ids = Array.from({ length: 2000 }, commandId);
  for (const id of ids) expect(id).toMatch(UUID_7);
  expect(new Set(ids).size).toBe(ids.length);
});

test('one that is made later comes later in the order of the index', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const ids = [0, 1, 0xffff, 2 ** 41, 2 ** 47].map((time) => {
      vi.setSystemTime(time);
      return commandId();
    });
    expect(ids).toEqual([...ids].sort());
  } finally {
    vi.useRealTimers();
  }
});
