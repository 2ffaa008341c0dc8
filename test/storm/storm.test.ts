import { expect, test } from 'vitest';
import { storm } from './storm.ts';
import { TEETH } from './words.ts';

// Short forms of `npm run storm`, which goes on for as long as it is told.

test('sessions that are killed leave a history without a fault', async () => {
  const result = await storm({ kind: 'kill', engine: 'sqlite', seconds: 3, processes: 6 });
  expect(result.violations).toEqual([]);
  expect(result.operations).toBeGreaterThan(0);
  expect(result.kills).toBeGreaterThan(0);
  expect(result.hasGroup).toBe(true);
});

test('sessions that stop for longer than their lease change nothing under an old fence', async () => {
  const result = await storm({ kind: 'freeze', engine: 'sqlite', seconds: 3, processes: 6 });
  expect(result.violations).toEqual([]);
  expect(result.freezes).toBeGreaterThan(0);
  expect(result.hasGroup).toBe(true);
});

test.each(TEETH)('the checker sees %s', async (teeth) => {
  const kind = teeth === 'check-then-act' ? 'freeze' : 'kill';
  const seen: string[] = [];
  // How soon a mistake shows is a matter of chance; that it shows is not.
  for (let round = 0; seen.length === 0 && round < 8; round++) {
    seen.push(...(await storm({ kind, engine: 'sqlite', seconds: 3, processes: 8, teeth })).violations);
  }
  expect(seen).not.toEqual([]);
});
