import { describe, expect, onTestFinished, test } from 'vitest';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import { cmd, collectingLog, exclusive, MINUTE, ownerOf, tempFolder } from '../helpers.ts';
import { freshRepository, serverForThisFile } from './desks.ts';
import { fakePooler, type PoolMode } from './fake-pooler.ts';

const server = await serverForThisFile();

/** Opens sessions of one repository, all of them through one pooler. */
async function through(mode: PoolMode) {
  if (!server) throw new Error('no server');
  const pooler = await fakePooler(server, mode);
  onTestFinished(() => pooler.close());
  const repository = freshRepository();
  return async () => {
    const log = collectingLog();
    const ledger = await openPostgresLedger({
      ...{ url: pooler.url, repository, folder: tempFolder(), clock: Date.now, log },
      liveness: () => 'unknown',
    });
    onTestFinished(() => ledger.dispose());
    return { ledger, log };
  };
}

const claim = (session: string, incident: string) => ({
  ...{ cmd: cmd(), session, owner: ownerOf(session), incidents: [`sentry:a/${incident}`] },
  ...{ paths: exclusive(`src/${incident}.ts`), base: 'b', ttlMs: 2 * MINUTE, intent: '' },
});

describe.skipIf(!server)('a pooler before the database', () => {
  test.each(['session', 'transaction'] as const)('in %s mode: nothing is granted twice', async (mode) => {
    const open = await through(mode);
    const sessions = await Promise.all(Array.from({ length: 6 }, open));
    const answers = await Promise.all(
      sessions.flatMap(({ ledger }, n) =>
        ['W-1', 'W-2', 'W-3'].map((incident) => ledger.register(claim(`session ${n}`, incident))),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
    const [run] = answers.flatMap((answer) => (answer.ok ? [answer.run] : []));
    const guard = { run: run?.run ?? '', fence: run?.fence ?? 0, effect: 'push' as const };
    for (const { ledger } of sessions) expect(await ledger.guard(guard)).toMatchObject({ ok: true });
  });

  test('in transaction mode: it is said what that costs, and a waiter hears of a change by looking', async () => {
    const open = await through('transaction');
    const [ann, ben] = [await open(), await open()];
    const waiting = ben.ledger.wait({ session: 'ben', afterRev: 0, timeoutMs: 60_000 });
    await ann.ledger.register(claim('ann', 'W-1'));
    expect(await waiting).toMatchObject({ ok: true, rev: 1 });
    await expect
      .poll(() => ben.log.lines, { timeout: 10_000 })
      .toEqual([expect.stringMatching(/pooler that passes no notices on .*pool in session mode/)]);
  });

  test('in session mode: notices arrive, and nothing is said', async () => {
    const open = await through('session');
    const [ann, ben] = [await open(), await open()];
    const waiting = ben.ledger.wait({ session: 'ben', afterRev: 0, timeoutMs: 60_000 });
    await ann.ledger.register(claim('ann', 'W-1'));
    expect(await waiting).toMatchObject({ ok: true, rev: 1 });
    expect([...ann.log.lines, ...ben.log.lines]).toEqual([]);
  });

  test('in statement mode: refused at once, with the next step', async () => {
    const open = await through('statement');
    await expect(open()).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('pooler in statement mode, which allows no transactions'),
      hint: expect.stringContaining('transaction mode'),
    });
  });
});
