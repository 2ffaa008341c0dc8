import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LISTED_RECENT } from '../../../ledger/limits.ts';
import { SERVER_CLOCK } from '../../../ledger/postgres/load.ts';
import { mirrorFile, readMirror } from '../../../ledger/postgres/mirror.ts';
import { type Picture, pictureOf } from '../../../ledger/postgres/picture.ts';
import type { Ask } from '../../../ledger/postgres/queries.ts';
import { textOf } from '../../../ledger/postgres/sql.ts';
import { openPostgresLedger, type PostgresLedgerOptions } from '../../../ledger/postgres-ledger.ts';
import { SHOWN_RECENT } from '../../../ledger/view.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';
import { cmd, collectingLog, exclusive, HOUR, MINUTE, ownerOf, START, tempFolder } from '../helpers.ts';
import { freshRepository, serverForThisFile } from './desks.ts';

const server = await serverForThisFile();

/** What the database itself says, without the times and in one order. */
async function asker(repository: string): Promise<() => Promise<unknown>> {
  const client = new pg.Client({ connectionString: server?.url });
  await client.connect();
  onTestFinished(() => client.end());
  const ask: Ask = async (statement) => (await client.query(textOf(statement))).rows[0]?.data;
  const place = { shown: '', repository, now: SERVER_CLOCK };
  return async () => comparable(await pictureOf(place, ask, { recent: 0 }));
}

const comparable = ({ now: _, runs, tickets, worktrees, ...rest }: Picture) => ({
  ...rest,
  runs: [...runs].sort((a, b) => a.fence - b.fence),
  tickets: [...tickets].sort((a, b) => a.number - b.number),
  worktrees: [...worktrees].sort((a, b) => (a.incident < b.incident ? -1 : 1)),
});

const [A, B, C] = ['sentry:a/A-1', 'sentry:a/B-1', 'sentry:a/C-1'];

describe.skipIf(!server)('the mirror', () => {
  test('is after each command what the database holds, though nobody asked for it', async () => {
    const repository = freshRepository();
    const folder = tempFolder();
    let now = START;
    const gone = new Set<string>();
    const ledger = await openPostgresLedger({
      url: server?.url ?? '',
      repository,
      folder,
      clock: () => now,
      serverClock: () => now,
      log: collectingLog(),
      liveness: (owner) => (gone.has(owner.start) ? 'gone' : 'unknown'),
    });
    onTestFinished(() => ledger.dispose());
    const inDatabase = await asker(repository);
    const claim = async (session: string, incidents: string[], more = {}) => {
      const common = { session, owner: ownerOf(session), incidents, paths: exclusive(`${incidents[0]}.ts`) };
      const answer = await ledger.register({
        ...{ cmd: cmd(), base: 'b', ttlMs: 2 * MINUTE, intent: '', ...common, ...more },
      });
      return answer.ok ? answer.run : { run: '', fence: 0, ticket: answer.ticket?.ticket ?? '' };
    };
    const worktree = (run: { run: string; fence: number }, incident: string) =>
      ledger.recordStep({
        ...{ cmd: cmd(), run: run.run, fence: run.fence, incident, step: 'worktree' },
        data: { path: `/w/${incident}`, branch: `fix/${run.run}`, base: 'b' },
      });
    const end = (run: { run: string; fence: number }, incidents?: string[]) =>
      ledger.close({
        ...{ cmd: cmd(), run: run.run, fence: run.fence, status: 'completed', commits: [] },
        ...(incidents ? { incidents } : {}),
      });
    const queue = { ticketTtlMs: MINUTE };

    const seen: string[] = [];
    const check = async (what: string) => {
      const mirror = readMirror(mirrorFile(folder));
      expect(mirror && comparable(mirror.picture), what).toEqual(await inDatabase());
      seen.push(what);
    };
    const ann = await claim('ann', [A, B]);
    await check('registered');
    await worktree(ann, A);
    await worktree(ann, B);
    await check('worktrees');
    await claim('ben', [A], queue);
    const ticket = await claim('cid', [B], queue);
    await check('two wait');
    await end(ann, [B]);
    await check('a part of it ended');
    await ledger.leave({
      cmd: cmd(),
      session: 'cid',
      ticket: 'ticket' in ticket ? String(ticket.ticket) : '',
    });
    await check('one no longer waits');
    const dot = await claim('dot', [B, C]);
    await check('an incident with a worktree from before');
    await worktree(dot, B);
    await check('another branch');
    now += HOUR;
    const taken = await ledger.takeover({
      ...{ cmd: cmd(), run: ann.run, expectFence: ann.fence, session: 'eve', owner: ownerOf('eve') },
      ...{ ttlMs: 2 * MINUTE, reason: 'asleep' },
    });
    if (!taken.ok) throw new Error(taken.reason);
    await check('taken over');
    await ledger.lane({ cmd: cmd(), run: taken.run.run, fence: taken.run.fence, name: 'merge' });
    await check('a lane');
    gone.add('dot');
    await claim('fay', [C]);
    await check('a dead holder expired');
    now += 15 * 24 * HOUR;
    await ledger.trim({ cmd: cmd(), olderThanDays: 14 });
    await ledger.recordTriage({
      ...{ cmd: cmd(), session: 'fay' },
      triage: { id: 't', createdAt: now, report: 'r', candidates: [] },
    });
    await check('trimmed');
    expect(seen).toHaveLength(11);
  });
});

describe.skipIf(!server)('the runs that ended last', () => {
  test('are asked for as many as are shown: for the view fewer than for a listing', async () => {
    if (!server) return;
    const proxy = await tcpProxy(server.listens);
    onTestFinished(() => proxy.close());
    let said = '';
    proxy.watch((bytes) => {
      said += bytes.toString('latin1');
      return 'pass';
    });
    const asked = () =>
      [...said.matchAll(/closed_at DESC, fence DESC LIMIT \((\d+)\)/g)].map(([, most]) => Number(most));
    const folder = tempFolder();
    const file = join(folder, 'active-runs.md');
    const repository = freshRepository();
    const open = async (more: Partial<PostgresLedgerOptions>) => {
      const url = `postgres://${server.user}:${server.password}@127.0.0.1:${proxy.port}/postgres`;
      const ledger = await openPostgresLedger({
        url,
        repository,
        clock: Date.now,
        log: collectingLog(),
        ...more,
      });
      onTestFinished(() => ledger.dispose());
      return ledger;
    };
    const ledger = await open({ folder, view: { file, delayMs: 0 } });
    await ledger.register({
      ...{ cmd: cmd(), session: 'ann', owner: ownerOf('ann'), incidents: [A], paths: [] },
      ...{ base: 'b', ttlMs: MINUTE, intent: '' },
    });
    await expect.poll(() => existsSync(file), { timeout: 30_000 }).toBe(true);
    expect(asked()).toEqual([SHOWN_RECENT]);
    // Of another program: what one asks for again is only named.
    await (await open({})).list();
    expect(asked()).toEqual([SHOWN_RECENT, LISTED_RECENT]);
  });
});
