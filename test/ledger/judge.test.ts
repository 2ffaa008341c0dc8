import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { checkHistory } from '../../ledger/history/check.ts';
import type { Run } from '../../ledger/ledger.ts';
import { connect, type Database } from '../../ledger/sqlite/database.ts';
import { readHistory } from '../../ledger/sqlite/history.ts';
import { holdingsIn } from '../../ledger/sqlite/holdings.ts';
import { type Job, type Judge, judgeOn, type Verdict } from '../../ledger/sqlite/judge.ts';
import { openStore } from '../../ledger/sqlite/open-store.ts';
import { cmd, ownerOf, START, tempFolder } from './helpers.ts';

interface Court extends Judge {
  file: string;
  database: Database;
}

async function openCourt(file: string): Promise<Court> {
  const database = await openStore(file);
  onTestFinished(() => database.close());
  const judge = judgeOn({
    database,
    file,
    clocks: () => ({ now: START }),
    handwritten: () => [],
    liveness: () => 'unknown',
    records: true,
  });
  database.exec('CREATE TABLE IF NOT EXISTS history (n INTEGER PRIMARY KEY, data TEXT)');
  return { ...judge, file, database };
}

/** Two stores with the same mark, so that they name runs alike. */
async function twins(): Promise<[Court, Court]> {
  const folder = tempFolder();
  const [one, other] = [join(folder, 'one.db'), join(folder, 'other.db')];
  (await openStore(one)).close();
  copyFileSync(one, other);
  return [await openCourt(one), await openCourt(other)];
}

const register = (session: string, incident: string, glob: string, id = cmd()): Job => ({
  kind: 'register',
  input: {
    cmd: id,
    session,
    owner: ownerOf(session),
    incidents: [`sentry:a/${incident}`],
    paths: [{ glob, mode: 'exclusive' }],
    resources: [],
    base: 'b',
    ttlMs: 60_000,
    intent: '',
  },
});
const close = (run: string, fence: number): Job => ({
  kind: 'close',
  input: { cmd: cmd(), run, fence, status: 'completed', commits: [] },
});

const claims = fc.record({
  session: fc.constantFrom('s1', 's2', 's3'),
  incident: fc.constantFrom('A-1', 'A-2', 'A-3', 'A-4'),
  glob: fc.constantFrom('src/a.ts', 'src/*.ts', 'lib/**', 'lib/x/y.ts', 'docs/c.md'),
});
const round = fc.array(fc.oneof({ weight: 8, arbitrary: claims }, fc.constant('trim' as const)), {
  maxLength: 12,
});

/** Where the ledger stands, by its row; once in a while it is read again, after a trim. */
const headOf = ({ database }: Court) => database.get('SELECT rev, fence, trimmed_at FROM ledger');
const trim = (): Job => ({ kind: 'trim', input: { cmd: cmd(), olderThanDays: 1 } });

const answersOf = (verdicts: Verdict[]): unknown[] =>
  verdicts.map((verdict) => ('error' in verdict ? String(verdict.error) : verdict));

test('commands that are judged in one transaction are answered as one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { maxLength: 4 }), async (rounds) => {
      const [together, alone] = await twins();
      let open: { run: string; fence: number }[] = [];
      for (const round of rounds) {
        const jobs = [
          ...open.filter((_, at) => at % 2 === 0).map(({ run, fence }) => close(run, fence)),
          ...round.map((asked) =>
            asked === 'trim' ? trim() : register(asked.session, asked.incident, asked.glob),
          ),
        ];
        const verdicts = await together.all(jobs);
        const one = new Map<Job, Verdict | undefined>();
        // A refusal is looked at again, behind what came with it.
        for (const job of asJudged(together, jobs)) one.set(job, (await alone.all([job]))[0]);
        expect(answersOf(verdicts)).toEqual(answersOf(jobs.flatMap((job) => one.get(job) ?? [])));
        expect(headOf(together)).toEqual(headOf(alone));
        open = verdicts.flatMap((verdict) => granted(verdict));
      }
      // What is remembered is what is written.
      for (const { database } of [together, alone]) {
        const rows = database.all("SELECT run FROM runs WHERE status = 'active'").map(({ run }) => run);
        expect(holdingsIn(database).runs.map(({ run }) => run)).toEqual(rows);
      }
      const history = ({ file }: Court) => readHistory(file).entries;
      expect(history(together)).toEqual(history(alone));
      expect(checkHistory({ entries: history(together) })).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

/** `jobs` in the order in which `court` did them. */
function asJudged({ file }: Court, jobs: readonly Job[]): Job[] {
  const done = readHistory(file).entries.map(({ input }) => idOf(input));
  return [...jobs].sort((one, other) => done.indexOf(idOf(one.input)) - done.indexOf(idOf(other.input)));
}

const idOf = (input: object): unknown => 'cmd' in input && input.cmd;

function granted(verdict: Verdict): { run: string; fence: number }[] {
  if (!('answer' in verdict && 'run' in verdict.answer)) return [];
  const { run } = verdict.answer;
  return typeof run === 'object' && run !== null && 'fence' in run ? [run as Run] : [];
}

test('a command that the rules refuse to read is alone in that, and writes nothing', async () => {
  const [court] = await twins();
  const used: Job = { kind: 'trim', input: { cmd: 'used', olderThanDays: 1 } };
  await court.all([used]);
  const verdicts = await court.all([
    register('s1', 'A-1', 'a.ts'),
    register('s2', 'A-2', 'b.ts', 'used'),
    register('s3', 'A-3', 'c.ts'),
  ]);
  expect(answersOf(verdicts)).toMatchObject([
    { answer: { ok: true } },
    expect.stringContaining('already used for trim'),
    { answer: { ok: true } },
  ]);
  expect(holdingsIn(court.database).runs).toHaveLength(2);
});

test('where one cannot be written none is, and nothing of it is remembered', async () => {
  const [court] = await twins();
  await court.all([register('s0', 'A-0', 'z.ts')]);
  court.database.exec(
    `CREATE TRIGGER full BEFORE INSERT ON claims WHEN NEW.incident LIKE '%A-2' BEGIN SELECT RAISE(ABORT, 'no room'); END`,
  );
  const jobs = [register('s1', 'A-1', 'a.ts'), register('s2', 'A-2', 'b.ts'), register('s3', 'A-3', 'c.ts')];
  await expect(court.all(jobs)).rejects.toThrow('no room');
  expect(holdingsIn(court.database).runs).toHaveLength(1);
  court.database.exec('DROP TRIGGER full');
  expect(answersOf(await court.all(jobs))).toMatchObject(jobs.map(() => ({ answer: { ok: true } })));
  expect(holdingsIn(court.database).runs).toHaveLength(4);
});

test('a command whose time is over is not judged', async () => {
  const [court] = await twins();
  const [late, inTime] = await court.all([
    { ...register('s1', 'A-1', 'a.ts'), until: 1 },
    { ...register('s2', 'A-2', 'b.ts'), until: Number.MAX_SAFE_INTEGER },
  ]);
  expect(late).toHaveProperty('error');
  expect(inTime).toMatchObject({ answer: { ok: true } });
  expect(holdingsIn(court.database).runs).toHaveLength(1);
});

test('who would have to wait for the lock is told so, and nothing is done', async () => {
  const [court] = await twins();
  const file = String(court.database.get('PRAGMA database_list')?.file);
  const other = connect(file);
  other.exec('BEGIN IMMEDIATE');
  expect(await court.now(register('s1', 'A-1', 'a.ts'))).toBeUndefined();
  other.close();
  expect(await court.now(register('s1', 'A-1', 'a.ts'))).toMatchObject({ answer: { ok: true } });
});
