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
import type { PathClaim } from '../../ledger/ledger.ts';
import { readActiveRuns } from '../../ledger/reader.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import {
  cmd,
  collectingLog,
  type Desk,
  exclusive,
  HOUR,
  openDesk,
  ownerOf,
  START,
  tempFolder,
} from './helpers.ts';

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

  test.each([1, 2])(
    'of an older program (format %i) is taken over once; that program then leaves it alone',
    async (format) => {
      const desk = await openDesk();
      const command = registration({ session: 'alice', incidents: ['sentry:a/B-1'] });
      const answer = await desk.ledger.register(command);
      const ended = await desk.granted('bob', ['sentry:a/B-2'], exclusive('src/b.ts'));
      await desk.ledger.close({ cmd: cmd(), ...ended, status: 'completed', commits: [] });
      const before = await desk.ledger.events({ afterRev: 0, limit: 100 });
      await desk.ledger.dispose();
      const other = new DatabaseSync(desk.file);
      other.exec(AS_FORMAT_2);
      if (format === 1) other.exec(AS_FORMAT_1);
      expect(readActiveRuns(desk.file, START)).toMatchObject({ ok: true, runs: [{ session: 'alice' }] });
      const ledgers = await Promise.all([open(desk.file), open(desk.file)]);
      for (const ledger of ledgers) onTestFinished(() => ledger.dispose());
      const [ledger] = ledgers;
      expect(await ledger?.events({ afterRev: 0, limit: 100 })).toEqual(before);
      expect(await ledger?.list()).toMatchObject({
        active: [{ session: 'alice', resources: [], lanes: [] }],
        recent: [{ run: ended.run }],
      });
      // The same command again, and then a new one.
      expect(await ledger?.register(command)).toEqual(answer);
      const next = await ledger?.register(registration({ session: 'cleo', incidents: ['sentry:a/B-3'] }));
      expect(next).toMatchObject({ ok: true, rev: before.length + 1, run: { fence: 3 } });
      const indexes = other
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        .all();
      expect(indexes.map((row) => row.name).sort()).toEqual(['runs_active', 'runs_closed', 'triages_rev']);
      // What an older program asks before each operation, and refuses when the number is above its own.
      expect(other.prepare('SELECT schema FROM ledger').get()).toEqual({ schema: 3 });
      expect(other.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      other.close();
    },
  );

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
    "SELECT data FROM runs WHERE n = CAST(substr('r1-x', 2) AS INTEGER) AND run = 'r1-x'",
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
    expect.stringMatching(/INTEGER PRIMARY KEY|rowid=/),
  ]);
});

test('an answer outlives its event: what is repeated after a trim gets it again', async () => {
  const desk = await openDesk();
  const command = registration({ session: 'alice', incidents: ['sentry:a/B-1'] });
  const answer = await desk.ledger.register(command);
  desk.pass(1000);
  await desk.ledger.trim({ cmd: cmd(), olderThanDays: 0 });
  expect(await desk.ledger.events({ afterRev: 0, limit: 100 })).toEqual([]);
  expect(await desk.ledger.register(command)).toEqual(answer);
});

test('what one program asks for at once is judged one after the other', async () => {
  const desk = await openDesk();
  const sessions = Array.from({ length: 8 }, (_, at) => `s${at}`);
  for (const incident of ['sentry:a/B-1', 'sentry:a/B-2', 'sentry:a/B-3']) {
    const answers = await Promise.all(sessions.map((session) => desk.claim(session, [incident])));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
  }
});

test('what another program has written is seen at once, and what a caller does with an answer is not', async () => {
  const desk = await openDesk();
  const other = await open(desk.file);
  onTestFinished(() => other.dispose());
  const run = await desk.granted('alice', ['sentry:a/B-1'], exclusive('src/a.ts'));
  const held = run.paths.splice(0);
  const inTheWay = await other.register(registration({ session: 'bob', paths: held }));
  expect(inTheWay).toMatchObject({ ok: false, conflicts: [{ run: run.run }] });
  expect(await desk.claim('bob', [], held)).toMatchObject({ ok: false, conflicts: [{ run: run.run }] });
  await other.close({ cmd: cmd(), run: run.run, fence: run.fence, status: 'completed', commits: [] });
  expect(await desk.claim('bob', [], held)).toMatchObject({ ok: true });
});

const registration = (own: { session: string; incidents?: string[]; paths?: PathClaim[] }) => ({
  cmd: cmd(),
  owner: ownerOf(own.session),
  incidents: [],
  paths: [],
  base: 'b',
  ttlMs: 60_000,
  intent: '',
  ...own,
});

/** What makes a store of format 2 out of one of today's: texts for keys, and each answer in a row of its own. */
const AS_FORMAT_2 = `
  ALTER TABLE runs RENAME TO new_runs;
  DROP INDEX runs_active;
  DROP INDEX runs_closed;
  CREATE TABLE runs (run TEXT PRIMARY KEY, status TEXT NOT NULL, fence INTEGER NOT NULL, closed_at INTEGER,
    data TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX runs_active ON runs (fence) WHERE status = 'active';
  CREATE INDEX runs_closed ON runs (closed_at) WHERE closed_at IS NOT NULL;
  INSERT INTO runs SELECT run, status, fence, closed_at, data FROM new_runs;
  DROP TABLE new_runs;
  ALTER TABLE answers RENAME TO new_answers;
  CREATE TABLE answers (cmd TEXT PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, answer TEXT NOT NULL)
    STRICT, WITHOUT ROWID;
  INSERT INTO answers SELECT cmd, kind, at, coalesce(answer, (SELECT answer FROM events WHERE id = event))
    FROM new_answers;
  DROP TABLE new_answers;
  ALTER TABLE events RENAME TO new_events;
  CREATE TABLE events (rev INTEGER NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (rev, n)) STRICT, WITHOUT ROWID;
  INSERT INTO events SELECT id / 65536, id % 65536, at, data FROM new_events;
  DROP TABLE new_events;
  UPDATE ledger SET schema = 2`;

/** And then of format 1: no tickets, runs without resources and lanes, and indexes that only cost. */
const AS_FORMAT_1 = `
  DROP TABLE tickets;
  CREATE INDEX claims_run ON claims (run);
  CREATE INDEX events_at ON events (at);
  CREATE INDEX answers_at ON answers (at);
  DROP INDEX runs_active;
  CREATE INDEX runs_active ON runs (run) WHERE status = 'active';
  UPDATE runs SET data = json_remove(data, '$.resources', '$.lanes');
  UPDATE ledger SET schema = 1`;

test('a clock that jumps weeks ahead for one program does not cost the history', async () => {
  const desk = await openDesk();
  const run = await desk.granted('alice', ['sentry:acme/WEB-1']);
  await desk.ledger.close({ cmd: cmd(), run: run.run, fence: run.fence, status: 'completed', commits: [] });
  const openedAt = async (now: number) => {
    const ledger = await openSqliteLedger({ file: desk.file, clock: () => now, log: desk.log });
    await ledger.dispose();
    return (await desk.ledger.events({ afterRev: 0, limit: 10 })).map((event) => event.kind);
  };
  const day = 24 * HOUR;
  expect(await openedAt(desk.now() + 20 * day)).toEqual(['registered', 'closed']);
  expect(await openedAt(desk.now() + 20 * day + HOUR)).toEqual(['registered', 'closed']);
  expect(await openedAt(desk.now() + 2 * day)).toEqual(['registered', 'closed']);
  // Truly three weeks later: dated on the first day, trimmed on the next but one.
  expect(await openedAt(desk.now() + 21 * day)).toEqual(['registered', 'closed']);
  expect(await openedAt(desk.now() + 23 * day)).toEqual(['trimmed']);
});
