import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import { cmd, collectingLog, exclusive, MINUTE, ownerOf, tempFolder } from '../helpers.ts';
import { freshRepository, serverForThisFile } from './desks.ts';
import { wireTo } from './wire.ts';

const server = await serverForThisFile();
const wire = server && (await wireTo(server));
afterAll(() => wire?.close());

/** A session with a mirror, as all have it, and no timer of its own. */
async function session(repository: string, options: { url?: string } = {}): Promise<Ledger> {
  const ledger = await openPostgresLedger({
    url: options.url ?? wire?.url ?? '',
    repository,
    folder: tempFolder(),
    clock: Date.now,
    log: collectingLog(),
    liveness: () => 'unknown',
  });
  onTestFinished(() => ledger.dispose());
  return ledger;
}

const ticketOf = async (ledger: Ledger, name: string, incident: string, ticketTtlMs: number) => {
  const answer = await ledger.register({ ...claim(name, incident), ticketTtlMs });
  if (answer.ok || !answer.ticket) throw new Error('no ticket');
  return answer.ticket.ticket;
};

const claim = (name: string, incident: string) => ({
  cmd: cmd(),
  session: name,
  owner: ownerOf(name),
  incidents: [`sentry:a/${incident}`],
  paths: exclusive(`src/${incident}.ts`),
  base: 'b',
  ttlMs: 2 * MINUTE,
  intent: '',
});

/** How often `work` goes to the server and back; a first one has to connect, which is not counted. */
async function journeysOf(work: () => Promise<unknown>): Promise<number> {
  const before = wire?.queries.length ?? 0;
  await work();
  return (wire?.queries.length ?? 0) - before;
}

describe.skipIf(!server)('journeys to the server and back', () => {
  test('a command makes two, a look one; the mirror none', async () => {
    const ledger = await session(freshRepository());
    const first = await ledger.register(claim('ann', 'W-0'));
    if (!first.ok) throw new Error('refused');
    const { run, fence } = first.run;
    const journeys = {
      register: () => ledger.register(claim('ann', 'W-1')),
      refused: () => ledger.register(claim('ben', 'W-1')),
      renew: () => ledger.renew({ cmd: cmd(), run, fence, ttlMs: MINUTE }),
      amend: () => ledger.amend({ cmd: cmd(), run, fence, add: exclusive('src/more.ts'), drop: [] }),
      guard: () => ledger.guard({ run, fence, effect: 'push' }),
      probe: () => ledger.probe({ session: 'ben', incidents: ['sentry:a/W-1'], paths: [] }),
      list: () => ledger.list(),
      incident: () => ledger.incident('sentry:a/W-1'),
      close: () => ledger.close({ cmd: cmd(), run, fence, status: 'completed', commits: [] }),
    };
    const counted: Record<string, number> = {};
    for (const [name, work] of Object.entries(journeys)) counted[name] = await journeysOf(work);
    expect(counted).toEqual({
      ...{ register: 2, refused: 2, renew: 2, amend: 2, close: 2 },
      ...{ guard: 1, probe: 1, list: 1, incident: 1 },
    });
  });

  test('a waiter sleeps until it hears of a change, and looks seldom meanwhile', async () => {
    const repository = freshRepository();
    const holder = await session(repository, { url: server?.url ?? '' });
    const held = await holder.register(claim('ann', 'W-1'));
    if (!held.ok) throw new Error('refused');
    const waiter = await session(repository);
    const ticket = await ticketOf(waiter, 'ben', 'W-1', MINUTE);
    const { run, fence } = held.run;
    const journeys = await journeysOf(async () => {
      const turn = waiter.wait({ session: 'ben', ticket, timeoutMs: 60_000 });
      await delay(2500);
      await holder.close({ cmd: cmd(), run, fence, status: 'completed', commits: [] });
      expect(await turn).toMatchObject({ ok: true, free: true });
    });
    // It asks, hears of the end, and asks again; the mirror is brought up to date behind it.
    expect(journeys).toBeLessThan(8);
    const watching = waiter.wait({ session: 'ben', afterRev: 3, timeoutMs: 60_000 });
    expect(await journeysOf(() => holder.register(claim('ann', 'W-2')).then(() => watching))).toBeLessThan(4);
  });

  test('a place that is kept for a second only is asked for in time', async () => {
    const repository = freshRepository();
    const ledger = await session(repository);
    await ledger.register(claim('ann', 'W-1'));
    const ticket = await ticketOf(ledger, 'ben', 'W-1', 1000);
    expect(await ledger.wait({ session: 'ben', ticket, timeoutMs: 2500 })).toMatchObject({
      ok: true,
      free: false,
    });
  });
});
