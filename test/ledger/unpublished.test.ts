import { appendFileSync, copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { cmd, collectingLog, exclusive, openDesk, ownerOf, START } from './helpers.ts';

test('a session that was killed between writing its commit and saying so leaves no damage behind', async () => {
  const desk = await openDesk();
  await desk.granted('ann', ['sentry:a/A-1'], exclusive('src/a.ts'));
  // What the killed one wrote: a commit of many pages, made in a copy, so that it goes on from the same place in the log.
  const copy = join(desk.folder, 'copy', 'ledger.db');
  mkdirSync(join(desk.folder, 'copy'));
  for (const end of ['', '-wal']) copyFileSync(`${desk.file}${end}`, `${copy}${end}`);
  const before = statSync(`${desk.file}-wal`).size;
  const killed = new DatabaseSync(copy);
  killed.exec('PRAGMA wal_autocheckpoint = 0');
  killed.exec('BEGIN; CREATE TABLE junk (x); INSERT INTO junk VALUES (hex(randomblob(40000))); COMMIT');
  const written = readFileSync(`${copy}-wal`).subarray(before);
  killed.close();
  // In the log, but in no index: whoever writes next begins at the same place, and covers only its first part.
  appendFileSync(`${desk.file}-wal`, written);
  await desk.granted('ben', ['sentry:a/B-1'], exclusive('src/b.ts'));
  const second = await openSqliteLedger({ file: desk.file, clock: () => START, log: collectingLog() });
  onTestFinished(() => second.dispose());
  expect((await second.list()).active.map((run) => run.session)).toEqual(['ann', 'ben']);
  const answer = await second.register({
    cmd: cmd(),
    session: 'cid',
    owner: ownerOf('cid'),
    incidents: [],
    paths: exclusive('src/c.ts'),
    base: 'b',
    ttlMs: 1000,
    intent: '',
  });
  expect(answer.ok).toBe(true);
});
