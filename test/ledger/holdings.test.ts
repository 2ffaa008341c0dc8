import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prepare } from '../../ledger/apply/prepare.ts';
import type { Input, Kind, Moment, State } from '../../ledger/apply/state.ts';
import { apply } from '../../ledger/apply.ts';
import { NOBODY } from '../../ledger/engine.ts';
import type { Run } from '../../ledger/ledger.ts';
import { connect, type Database } from '../../ledger/sqlite/database.ts';
import { forgetHoldings, rememberWritten, versionOf } from '../../ledger/sqlite/holdings.ts';
import { refuseForeignKernel } from '../../ledger/sqlite/kernels.ts';
import { loadState } from '../../ledger/sqlite/load.ts';
import { openStore } from '../../ledger/sqlite/open-store.ts';
import { saveChanges, saveHead } from '../../ledger/sqlite/save.ts';
import { tempFolder } from './helpers.ts';
import { cmd, exclusive, MINUTE, ownerOf, START } from './plain-helpers.ts';

test('what a connection remembers is what stands in the store, whoever wrote it and whatever was taken back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(transaction, { minLength: 4, maxLength: 25 }), async (transactions) => {
      const folder = mkdtempSync(join(tmpdir(), 'pitcrew-holdings-'));
      const file = join(folder, 'ledger.db');
      const connections = [await openStore(file), await openStore(file)];
      try {
        const said: Said[] = [];
        let now = START;
        for (const { on, commands, isTakenBack } of transactions) {
          const database = connections[on];
          if (!database) throw new Error('no such connection');
          database.run('BEGIN IMMEDIATE');
          for (const command of commands) {
            now += command.ms;
            carryOut(database, file, command, said, now);
          }
          database.run(isTakenBack ? 'ROLLBACK' : 'COMMIT');
          if (isTakenBack) forgetHoldings(database);
          expectSoundRows(file);
        }
      } finally {
        for (const database of connections) database.close();
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('another machine is seen as soon as it writes, and this one is written down again after a transaction taken back', async () => {
  const folder = tempFolder();
  const file = join(folder, 'ledger.db');
  const database = await openStore(file);
  const other = await openStore(file);
  const write = (now: number, end: 'COMMIT' | 'ROLLBACK') => {
    database.run('BEGIN IMMEDIATE');
    const leave = { cmd: cmd(), session: 'alice', ticket: 't0-none' };
    loadState(database, file, 'leave', leave, { now, version: versionOf(database) });
    try {
      refuseForeignKernel(database, now);
    } finally {
      database.run(end);
      if (end === 'ROLLBACK') forgetHoldings(database);
    }
  };
  const seenAt = () => other.all('SELECT seen_at FROM kernels').map((row) => row.seen_at);
  write(START, 'COMMIT');
  expect(seenAt()).toEqual([START]);
  write(START + MINUTE, 'ROLLBACK');
  expect(seenAt()).toEqual([START]);
  write(START + MINUTE, 'COMMIT');
  expect(seenAt()).toEqual([START + MINUTE]);
  write(START + MINUTE + 1, 'COMMIT');
  expect(seenAt()).toEqual([START + MINUTE]);
  other.run('INSERT INTO kernels VALUES (?, ?, ?)', 'another-boot', 'a-virtual-machine', START + MINUTE);
  expect(() => write(START + MINUTE + 2, 'COMMIT')).toThrow('a-virtual-machine');
  for (const each of [database, other]) each.close();
});

const KINDS = [
  ...(['register', 'register', 'register', 'close', 'close', 'renew', 'guard', 'amend', 'lane'] as const),
  ...(['wait', 'leave', 'recordStep', 'release', 'takeover', 'trim', 'probe', 'repeat'] as const),
];

interface Command {
  kind: (typeof KINDS)[number];
  session: string;
  /** Which incident, or which of the runs or tickets that are there. */
  which: number;
  ms: number;
  /** Whether all that can be asked of the state is compared; else only what the rules ask for is read. */
  isCompared: boolean;
}

const command: fc.Arbitrary<Command> = fc.record({
  kind: fc.constantFrom(...KINDS),
  session: fc.constantFrom('alice-1', 'bob-22', 'carol-3'),
  which: fc.nat({ max: 5 }),
  ms: fc.constantFrom(0, 1, MINUTE, 150 * MINUTE),
  isCompared: fc.boolean(),
});

const transaction = fc.record({
  on: fc.nat({ max: 1 }),
  commands: fc.array(command, { minLength: 1, maxLength: 4 }),
  isTakenBack: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});

interface Said {
  kind: Kind;
  input: Input<Kind>;
}

function carryOut(database: Database, file: string, asked: Command, said: Said[], now: number): void {
  const last = said.at(-1);
  const { kind, input } = asked.kind === 'repeat' && last ? last : inputOf(database, asked);
  said.push({ kind, input });
  const prepared = prepare(kind, input);
  const load = (from: Database): State =>
    loadState(from, file, kind, prepared, { now, version: versionOf(from) });
  // Of a name that nothing is remembered by: it reads what this transaction would.
  if (asked.isCompared) expect(wholeOf(load(database))).toEqual(wholeOf(load({ ...database })));
  const moment: Moment = { ...NOBODY, now };
  const state = load(database);
  const answered = attempt(() => apply(state, { kind, input: prepared, moment }));
  const again = attempt(() => apply(load({ ...database }), { kind, input: prepared, moment }));
  expect(answered).toEqual(again);
  if ('error' in answered || state.known || kind === 'guard' || kind === 'probe') return;
  refuseForeignKernel(database, now);
  const { answer, changes } = answered;
  const id = 'cmd' in prepared ? prepared.cmd : undefined;
  rememberWritten(database, changes, saveChanges(database, state, changes, { cmd: id, kind, answer, now }));
  saveHead(database, changes);
}

function attempt<T extends object>(work: () => T): T | { error: string } {
  try {
    return work();
  } catch (error) {
    return { error: String(error) };
  }
}

/** All that can be asked of a state, in an order that both engines and rules allow. */
const wholeOf = ({ store, rev, fence, named, runs, tickets, worktrees, steps, known }: State) => ({
  ...{ store, rev, fence, named, runs, tickets, worktrees, steps, known },
});

/** The command itself, for one of the runs and tickets that are there; `r0-none` where there is none. */
function inputOf(database: Database, { kind, session, which }: Command): Said {
  const rows = database.all('SELECT run, fence FROM runs ORDER BY n DESC LIMIT 6');
  const row = rows[which % Math.max(rows.length, 1)];
  const named = { cmd: cmd(), run: String(row?.run ?? 'r0-none'), fence: Number(row?.fence ?? 0) };
  const incidents = [`sentry:acme/WEB-${which}`];
  const claims = {
    session,
    incidents,
    paths: exclusive(`src/${which % 3}`),
    resources: [`port:${which + 1}`],
  };
  const owner = ownerOf(session);
  const ends = { ttlMs: 2 * MINUTE, base: 'a1', intent: 'fix' };
  const ticket = String(database.get('SELECT ticket FROM tickets LIMIT 1')?.ticket ?? 't0-none');
  switch (kind) {
    case 'register':
    case 'repeat':
      return { kind: 'register', input: { cmd: cmd(), owner, ...claims, ...ends } };
    case 'wait':
      return { kind: 'register', input: { cmd: cmd(), owner, ...claims, ...ends, ticketTtlMs: 10 * MINUTE } };
    case 'probe':
      return { kind, input: claims };
    case 'close':
      return { kind, input: { ...named, status: 'completed', commits: ['c0ffee'] } };
    case 'release':
      return { kind: 'close', input: { ...named, status: 'aborted', commits: [], incidents } };
    case 'renew':
      return { kind, input: { ...named, ttlMs: 2 * MINUTE } };
    case 'guard':
      return {
        kind,
        input: { run: named.run, fence: named.fence, paths: [`src/${which}/a.ts`], effect: 'commit' },
      };
    case 'amend':
      return { kind, input: { ...named, add: exclusive(`lib/${which}.ts`), drop: [] } };
    case 'lane':
      return { kind, input: { ...named, name: 'merge', leave: which > 3 } };
    case 'leave':
      return { kind, input: { cmd: cmd(), session, ticket } };
    case 'takeover': {
      const { fence: expectFence, ...of } = named;
      return { kind, input: { ...of, expectFence, session, owner, ttlMs: MINUTE, reason: 'gone' } };
    }
    case 'trim':
      return { kind, input: { cmd: cmd(), olderThanDays: 0 } };
    case 'recordStep': {
      const data = { path: '.pitcrew/w', branch: `fix/${which}`, base: 'a1' };
      return { kind, input: { ...named, incident: incidents[0] ?? '', step: 'worktree', data } };
    }
  }
}

/** Each column says what the run beside it says, and each incident of an active run is claimed, and no other. */
function expectSoundRows(file: string): void {
  const database = connect(file, { readOnly: true });
  try {
    const rows = database.all('SELECT run, status, fence, closed_at, data FROM runs');
    const runs = rows.map((row): Run => JSON.parse(String(row.data)));
    expect(rows.map(({ data: _, ...columns }) => ({ ...columns }))).toEqual(
      runs.map((run) => ({
        run: run.run,
        status: run.status,
        fence: run.fence,
        closed_at: run.closedAt ?? null,
      })),
    );
    const held = runs.filter((run) => run.status === 'active');
    const claimed = held.flatMap(({ run, incidents }) => incidents.map((incident) => ({ incident, run })));
    const claims = database.all('SELECT incident, run FROM claims').map((row) => ({ ...row }));
    expect(new Set(claims.map((row) => JSON.stringify(row)))).toEqual(
      new Set(claimed.map((row) => JSON.stringify(row))),
    );
  } finally {
    database.close();
  }
}
