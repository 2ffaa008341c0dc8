import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holdersOf, readActiveRuns } from '../../ledger/reader.ts';
import { exclusive, MINUTE, openDesk, tempFolder } from './helpers.ts';

test('says who holds a path, while the ledger is in use', async () => {
  const desk = await openDesk();
  const run = await desk.granted('alice', ['sentry:acme/WEB-1'], exclusive('src/**/*.ts'));
  const reading = readActiveRuns(desk.file, desk.now());
  if (!reading.ok) throw new Error(reading.reason);
  expect(reading.rev).toBe(1);
  expect(holdersOf(reading.runs, 'src/a/b.ts')).toMatchObject([
    { run: run.run, liveness: 'live', session: 'alice' },
  ]);
  expect(holdersOf(reading.runs, 'lib/b.ts')).toEqual([]);
  const later = readActiveRuns(desk.file, desk.now() + 3 * MINUTE);
  expect(later).toMatchObject({ ok: true, runs: [{ liveness: 'suspect' }] });
  const muchLater = readActiveRuns(desk.file, desk.now() + 180 * MINUTE);
  expect(muchLater.ok && holdersOf(muchLater.runs, 'src/a.ts')).toEqual([]);
});

test('no ledger is no runs, an unreadable one is not', () => {
  const file = join(tempFolder(), 'ledger.db');
  expect(readActiveRuns(file, 0)).toEqual({ ok: true, rev: 0, runs: [] });
  writeFileSync(file, 'not a ledger '.repeat(500));
  expect(readActiveRuns(file, 0)).toMatchObject({
    ok: false,
    reason: expect.stringContaining('not a database'),
  });
});
