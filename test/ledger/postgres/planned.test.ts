import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { cmd, collectingLog, exclusive, MINUTE, ownerOf } from '../helpers.ts';
import { freshRepository, serverForThisFile } from './desks.ts';
import { fakePooler } from './fake-pooler.ts';
import { type Wire, wireTo } from './wire.ts';

const server = await serverForThisFile();
let wire: Wire | undefined;
const wired = async (postgres: TestPostgres | undefined = server): Promise<Wire> => {
  if (!postgres) throw new Error('no server');
  wire ??= await wireTo(postgres);
  wire.queries.length = 0;
  return wire;
};
afterAll(() => wire?.close());

async function session(url: string): Promise<Ledger> {
  const log = collectingLog();
  const repository = freshRepository();
  const ledger = await openPostgresLedger({
    url,
    repository,
    clock: Date.now,
    log,
    liveness: () => 'unknown',
  });
  onTestFinished(() => ledger.dispose());
  return ledger;
}

/** Claims an incident and lets go of it, with a renewal in between; gives the revision. */
async function round(ledger: Ledger, n: number): Promise<number> {
  const answer = await ledger.register({
    ...{ cmd: cmd(), session: 'ann', owner: ownerOf('ann'), incidents: [`sentry:a/W-${n}`] },
    ...{ paths: exclusive(`src/it's $2 ${n}.ts`), base: 'b', ttlMs: 2 * MINUTE, intent: '$1 \\' },
  });
  if (!answer.ok) throw new Error('refused');
  const { run, fence } = answer.run;
  await ledger.renew({ cmd: cmd(), run, fence, ttlMs: MINUTE });
  const closed = await ledger.close({ cmd: cmd(), run, fence, status: 'completed', commits: [] });
  if (!closed.ok) throw new Error(closed.reason);
  const { recent } = await ledger.list();
  expect(recent[0]).toMatchObject({ run, intent: '$1 \\', paths: [{ glob: `src/it's $2 ${n}.ts` }] });
  return closed.rev;
}

const named = (queries: readonly string[]) => queries.filter((text) => text.includes('EXECUTE pitcrew_'));

describe.skipIf(!server)('statements that the server has planned', () => {
  test('what comes again is only named', async () => {
    const { url, queries } = await wired();
    const ledger = await session(url);
    expect(await round(ledger, 1)).toBe(2);
    await round(ledger, 2);
    queries.length = 0;
    expect(await round(ledger, 3)).toBe(6);
    // Two messages each of a registration, a renewal and an end; and the list.
    expect(queries).toHaveLength(7);
    expect(named(queries)).toHaveLength(7);
    expect(queries.filter((text) => /PREPARE|INSERT|UPDATE/.test(text))).toEqual([]);
  });

  test('every operation can be planned for any values', async () => {
    const { url } = await wired();
    const ledger = await session(url);
    for (const n of [1, 2, 3]) {
      const me = { session: `s${n}`, owner: ownerOf(`s${n}`) };
      const incident = `sentry:a/E-${n}`;
      const claim = { ...me, incidents: [incident], base: 'b', ttlMs: MINUTE, intent: '' };
      const held = await ledger.register({ cmd: cmd(), ...claim, paths: exclusive(`src/${n}.ts`) });
      if (!held.ok) throw new Error('refused');
      const own = () => ({ cmd: cmd(), run: held.run.run, fence: held.run.fence });
      const other = { ...claim, session: 'other', owner: ownerOf('other'), ticketTtlMs: MINUTE };
      const refused = await ledger.register({ cmd: cmd(), ...other, paths: [] });
      const ticket = (!refused.ok && refused.ticket?.ticket) || '';
      const row = { index: 1, incident, issueId: '1', shortId: 'E', title: 't', permalink: '' };
      const triage = { id: `t${n}`, createdAt: n, report: 'r', candidates: [row] };
      const chosen = { triage: triage.id, incidents: [incident], by: 'person' as const, how: 'typed' };
      const answers = [
        await ledger.wait({ session: 'other', ticket, timeoutMs: 0 }),
        await ledger.leave({ cmd: cmd(), session: 'other', ticket }),
        await ledger.guard({ run: held.run.run, fence: held.run.fence, effect: 'push' }),
        await ledger.amend({ ...own(), add: exclusive('lib/x.ts'), drop: [] }),
        await ledger.lane({ ...own(), name: 'merge' }),
        await ledger.recordStep({
          ...own(),
          incident,
          step: 'worktree',
          data: { path: '/w', branch: 'f', base: 'b' },
        }),
        await ledger.close({ ...own(), status: 'completed', commits: [] }),
      ];
      expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true, true, true]);
      await ledger.recordTriage({ cmd: cmd(), session: me.session, triage });
      expect(await ledger.select({ cmd: cmd(), session: me.session, ...chosen })).toMatchObject({ ok: true });
      expect(await ledger.triage({ id: triage.id })).toMatchObject({ id: triage.id });
      expect(await ledger.triage({ session: me.session })).toMatchObject({ id: triage.id });
      expect(await ledger.triage({})).toMatchObject({ id: triage.id });
      expect(await ledger.incident(incident)).toMatchObject({ incident });
      expect((await ledger.events({ afterRev: 0, limit: 1 })).length).toBeGreaterThan(0);
      expect(await ledger.probe({ session: 'x', incidents: [incident], paths: [] })).toMatchObject({
        conflicts: [],
      });
      expect(await ledger.trim({ cmd: cmd(), olderThanDays: 14 })).toMatchObject({ removed: 0 });
    }
  });

  test('a server that has forgotten them is asked in full, and nobody notices', async () => {
    const { url, queries, forgetPlans } = await wired();
    const ledger = await session(url);
    for (const n of [1, 2, 3]) await round(ledger, n);
    await forgetPlans();
    expect(await round(ledger, 4)).toBe(8);
    queries.length = 0;
    expect(await round(ledger, 5)).toBe(10);
    expect(named(queries)).toEqual([]);
  });

  test('a pooler gets none, whose connections change hands', async () => {
    if (!server) return;
    const { url, queries } = await wired();
    const pooler = await fakePooler({ ...server, url }, 'transaction');
    onTestFinished(() => pooler.close());
    const ledger = await session(pooler.url);
    for (const n of [1, 2, 3]) await round(ledger, n);
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.filter((text) => /PREPARE|EXECUTE/.test(text))).toEqual([]);
  });
});
