import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, test } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { mirrorFile, readMirror } from '../../../ledger/postgres/mirror.ts';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import { cmd, collectingLog, MINUTE, ownerOf, tempFolder } from '../helpers.ts';
import { freshRepository, serverForThisFile } from './desks.ts';
import { type Wire, wireTo } from './wire.ts';

const server = await serverForThisFile();
const opened: { ledger: Ledger; wire: Wire }[] = [];
afterAll(async () => {
  for (const { ledger, wire } of opened) {
    await ledger.dispose();
    await wire.close();
  }
});

interface Session {
  ledger: Ledger;
  /** How often it has asked for notices, and no longer wanted any. */
  orders(): { listen: number; unlisten: number };
}

async function session(options: { repository: string; folder?: string; aheadMs?: number }): Promise<Session> {
  const { repository, folder, aheadMs = 0 } = options;
  if (!server) throw new Error('no server');
  const wire = await wireTo(server);
  const ledger = await openPostgresLedger({
    ...{ url: wire.url, repository, clock: () => Date.now() + aheadMs, log: collectingLog() },
    ...{ liveness: () => 'unknown' as const, ...(folder ? { folder } : {}) },
  });
  opened.push({ ledger, wire });
  const count = (order: RegExp) => wire.queries.filter((text) => order.test(text)).length;
  return { ledger, orders: () => ({ listen: count(/^LISTEN/), unlisten: count(/^UNLISTEN/) }) };
}

const claim = (name: string, incident: string) => ({
  ...{ cmd: cmd(), session: name, owner: ownerOf(name), incidents: [`sentry:a/${incident}`] },
  ...{ paths: [], base: 'b', ttlMs: 2 * MINUTE, intent: '' },
});

const heldIn = (folder: string) => readMirror(mirrorFile(folder))?.picture.runs.map((run) => run.session);

describe.skipIf(!server).concurrent('who listens', () => {
  test('of the sessions of one clone one does, and when it ends another one', async ({ expect }) => {
    const repository = freshRepository();
    const folder = tempFolder();
    const elsewhere = await session({ repository });
    const sessions: Session[] = [];
    for (let n = 0; n < 3; n++) sessions.push(await session({ repository, folder }));
    await elsewhere.ledger.register(claim('far', 'W-1'));
    await expect.poll(() => heldIn(folder), { timeout: 10_000 }).toEqual(['far']);
    expect(sessions.map(({ orders }) => orders().listen)).toEqual([1, 0, 0]);
    await sessions[0]?.ledger.dispose();
    await expect
      .poll(() => sessions.filter(({ orders }) => orders().listen > 0).length, { timeout: 10_000 })
      .toBe(2);
    await elsewhere.ledger.register(claim('near', 'W-2'));
    await expect.poll(() => heldIn(folder), { timeout: 10_000 }).toEqual(['far', 'near']);
    expect(elsewhere.orders()).toEqual({ listen: 0, unlisten: 0 });
  });

  test('where the one shows no sign of life, every other does', async ({ expect }) => {
    const repository = freshRepository();
    const folder = tempFolder();
    await session({ repository, folder });
    // By this one's clock the other one has not said for a minute that it is there.
    const other = await session({ repository, folder, aheadMs: MINUTE });
    expect(other.orders()).toEqual({ listen: 1, unlisten: 0 });
  });

  test('whoever waits does, and stops when nobody has waited for a while', async ({ expect }) => {
    const repository = freshRepository();
    const elsewhere = await session({ repository });
    const waiter = await session({ repository });
    const turn = waiter.ledger.wait({ session: 'ben', afterRev: 0, timeoutMs: 60_000 });
    await elsewhere.ledger.register(claim('ann', 'W-1'));
    expect(await turn).toMatchObject({ ok: true, rev: 1 });
    expect(waiter.orders()).toEqual({ listen: 1, unlisten: 0 });
    await delay(5500);
    await elsewhere.ledger.register(claim('ann', 'W-2'));
    await expect.poll(() => waiter.orders(), { timeout: 10_000 }).toEqual({ listen: 1, unlisten: 1 });
    const again = waiter.ledger.wait({ session: 'ben', afterRev: 2, timeoutMs: 60_000 });
    await elsewhere.ledger.register(claim('ann', 'W-3'));
    expect(await again).toMatchObject({ ok: true, rev: 3 });
    expect(waiter.orders()).toEqual({ listen: 2, unlisten: 1 });
  });
});
