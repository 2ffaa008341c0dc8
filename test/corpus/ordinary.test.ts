import { expect, test } from 'vitest';
import { maskPersons, redact } from '../../src/core/redact.ts';
import { LOG_LINES } from './log-lines.ts';
import { ordinaryLines } from './ordinary.ts';

const lines = ordinaryLines();

/** What is allowed: 0.5 %. Held at a tenth of that, so that a rule which is a little too wide is seen here. */
const MOST = 0.0005;

test('of ordinary lines, hardly one is taken for a secret', () => {
  expect(lines.length).toBeGreaterThan(20_000);
  const hits = lines.filter(({ line }) => redact(line) !== line);
  const shown = hits.map(({ from, line }) => `${from}: ${redact(line).trim()}`);
  expect(hits.length / lines.length, shown.join('\n')).toBeLessThan(MOST);
});

test('hardly one is taken for the address of a person', () => {
  const hits = lines.filter(({ line }) => maskPersons(line) !== line);
  const shown = hits.map(({ from, line }) => `${from}: ${maskPersons(line).trim()}`);
  expect(hits.length / lines.length, shown.join('\n')).toBeLessThan(MOST);
});

test.each(LOG_LINES)('%s', (line) => {
  expect(maskPersons(redact(line))).toBe(line);
});
