import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { collectingLog, type Desk, exclusive, openDesk, START, tempFolder } from './helpers.ts';

const open = (file: string) => openSqliteLedger({ file, clock: () => START, log: collectingLog() });

describe('the file', () => {
  test('belongs to its user alone', async () => {
    const desk = await openDesk();
    await desk.granted('alice', ['sentry:a/B-1']);
    expect(statSync(dirname(desk.file)).mode & 0o777).toBe(0o700);
    expect(statSync(desk.file).mode & 0o777).toBe(0o600);
  });

  test('many openers at once make one ledger', async () => {
    const file = join(tempFolder(), 'pitcrew', 'ledger.db');
    const ledgers = await Promise.all(Array.from({ length: 12 }, () => open(file)));
    const triage = { id: 't', createdAt: 1, report: 'r', candidates: [] };
    for (const [at, ledger] of ledgers.entries()) {
      expect(await ledger.recordTriage({ cmd: `c${at}`, session: 's', triage })).toEqual({ rev: at + 1 });
    }
    for (const ledger of ledgers) await ledger.dispose();
  });

  test('is still there after the program, with all that was acknowledged', async () => {
    const desk = await openDesk();
    const run = await desk.granted('alice', ['sentry:a/B-1'], exclusive('src/a.ts'));
    await desk.ledger.dispose();
    const again = await open(desk.file);
    onTestFinished(() => again.dispose());
    expect((await again.list()).active).toMatchObject([{ run: run.run, fence: run.fence }]);
  });

  test('of a newer program is left alone', async () => {
    const desk = await openDesk();
    await desk.granted('alice', ['sentry:a/B-1']);
    const other = new DatabaseSync(desk.file);
    other.exec('UPDATE ledger SET schema = 99');
    other.close();
    await expect(desk.claim('bob', ['sentry:a/B-2'])).rejects.toMatchObject({ kind: 'refused' });
    await expect(open(desk.file)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('newer Pitcrew'),
    });
  });

  test('of an older program is taken over once; that program then leaves it alone', async () => {
    const desk = await openDesk();
    const run = await desk.granted('alice', ['sentry:a/B-1'], exclusive('src/a.ts'));
    await desk.ledger.dispose();
    // As format 1 had it: no tickets, runs without resources and lanes, and indexes that only cost.
    const other = new DatabaseSync(desk.file);
    other.exec(`DROP TABLE tickets; UPDATE ledger SET schema = 1;
      CREATE INDEX claims_run ON claims (run);
      CREATE INDEX events_at ON events (at);
      CREATE INDEX answers_at ON answers (at);
      DROP INDEX runs_active;
      CREATE INDEX runs_active ON runs (run) WHERE status = 'active';
      UPDATE runs SET data = json_remove(data, '$.resources', '$.lanes')`);
    const ledgers = await Promise.all([open(desk.file), open(desk.file)]);
    for (const ledger of ledgers) onTestFinished(() => ledger.dispose());
    expect((await ledgers[0]?.list())?.active).toMatchObject([{ run: run.run, resources: [], lanes: [] }]);
    const indexes = other
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
      .all();
    expect(indexes.map((row) => row.name).sort()).toEqual(['runs_active', 'runs_closed', 'triages_rev']);
    // What an older program asks before each operation, and refuses when the number is above its own.
    expect(other.prepare('SELECT schema FROM ledger').get()).toEqual({ schema: 2 });
    other.close();
  });

  test('that is removed or exchanged under an open session is noticed', async () => {
    const desk = await openDesk();
    await desk.granted('alice', ['sentry:a/B-1']);
    renameSync(desk.file, `${desk.file}.aside`);
    await expect(desk.claim('bob', ['sentry:a/B-2'])).rejects.toThrow(/removed or replaced/);
    await expect(open(desk.file)).rejects.toThrow(/write-ahead log is still there/);
  });
});

describe('a damaged store is never an empty one', () => {
  /** A store with a history, closed, so that one file holds it all. */
  async function filledStore(): Promise<Desk> {
    const desk = await openDesk();
    for (let at = 0; at < 60; at++)
      await desk.granted(`s${at}`, [`sentry:a/B-${at}`], exclusive(`src/${at}.ts`));
    await desk.ledger.dispose();
    return desk;
  }

  test.each([
    ['empty', (file: string) => truncateSync(file, 0)],
    ['cut in half', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['other text', (file: string) => writeFileSync(file, 'hello '.repeat(2000))],
    [
      'another database',
      (file: string) => {
        rmSync(file);
        const other = new DatabaseSync(file);
        other.exec('CREATE TABLE x (y)');
        other.close();
      },
    ],
  ])('%s', async (_, damage) => {
    const { file } = await filledStore();
    damage(file);
    await expect(open(file)).rejects.toMatchObject({
      kind: 'upstream',
      message: expect.stringContaining('is damaged'),
    });
  });

  test('a page of zeros anywhere: it says so, or nothing is missing', async () => {
    const { file, folder } = await filledStore();
    const whole = readFileSync(file);
    let refused = 0;
    for (let page = 1; page < whole.length / 4096; page++) {
      const copy = join(folder, `copy-${page}`, 'ledger.db');
      mkdirSync(dirname(copy));
      copyFileSync(file, copy);
      writeFileSync(
        copy,
        Buffer.concat([
          whole.subarray(0, page * 4096),
          Buffer.alloc(4096),
          whole.subarray((page + 1) * 4096),
        ]),
      );
      try {
        const ledger = await open(copy);
        expect((await ledger.list()).active).toHaveLength(60);
        await ledger.dispose();
      } catch (error) {
        expect(error).toMatchObject({ kind: 'upstream' });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(10);
  });
});

test('a store that another process holds is busy, in words, and free afterwards', async () => {
  const desk = await openDesk();
  await desk.granted('alice', ['sentry:a/B-1']);
  const other = new DatabaseSync(desk.file);
  other.exec('BEGIN IMMEDIATE');
  await expect(desk.claim('bob', ['sentry:a/B-2'])).rejects.toMatchObject({
    kind: 'upstream',
    message: expect.stringContaining('is busy'),
    hint: expect.stringContaining('stopped session'),
  });
  expect((await desk.ledger.list()).active).toHaveLength(1);
  other.exec('ROLLBACK');
  other.close();
  await desk.granted('bob', ['sentry:a/B-2']);
});

test('active runs and named runs are found by index, so that history does not slow a register', async () => {
  const desk = await openDesk();
  const other = new DatabaseSync(desk.file);
  const plans = [
    "SELECT data FROM runs WHERE status = 'active'",
    "SELECT data FROM runs WHERE run = 'x'",
  ].map((sql) =>
    other
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => String(row.detail))
      .join(),
  );
  other.close();
  expect(plans).toEqual([
    expect.stringMatching(/USING INDEX runs_active/),
    expect.stringMatching(/PRIMARY KEY/),
  ]);
});
