import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { mirrorFile, readMirror } from '../../../ledger/postgres/mirror.ts';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts';
import { cmd, collectingLog, MINUTE, ownerOf } from '../helpers.ts';
import { freshRepository, serverForThisFile } from './desks.ts';

const server = await serverForThisFile();

interface Far {
  far: Ledger;
  near: Ledger;
  /** Beside the clone of the far one. */
  folder: string;
  proxy: TcpProxy;
  log: ReturnType<typeof collectingLog>;
}

/** Two sessions of one repository: one behind a network that can fail, one beside the server. */
async function farAndNear({ onTestFinished }: TestContext): Promise<Far> {
  if (!server) throw new Error('no server');
  const proxy = await tcpProxy(server.listens);
  const repository = freshRepository();
  const log = collectingLog();
  const folder = mkdtempSync(join(tmpdir(), 'pitcrew-ledger-'));
  const options = { repository, clock: Date.now, liveness: () => 'unknown' as const };
  const url = `postgres://${server.user}:${server.password}@127.0.0.1:${proxy.port}/postgres`;
  const far = await openPostgresLedger({ ...options, url, log, folder });
  const near = await openPostgresLedger({ ...options, url: server.url, log: collectingLog() });
  onTestFinished(async () => {
    proxy.restore();
    await Promise.all([far.dispose(), near.dispose()]);
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { far, near, folder, proxy, log };
}

const claim = (session: string, incident: string, id = cmd()) => ({
  cmd: id,
  session,
  owner: ownerOf(session),
  incidents: [`sentry:a/${incident}`],
  paths: [],
  base: 'b',
  ttlMs: 2 * MINUTE,
  intent: '',
});

/** Not the first message of a transaction, which asks for READ COMMITTED. */
const isCommit = (bytes: Buffer) => bytes.includes(';\nCOMMIT');
const kinds = async (ledger: Ledger) =>
  (await ledger.events({ afterRev: 0, limit: 100 })).map((event) => `${event.kind} ${event.session}`);

// They wait for time-outs, so all at once.
describe.skipIf(!server).concurrent('a network that fails', () => {
  test('an answer to COMMIT that is lost: the command is done once, and its first answer is given', async (context) => {
    const { expect } = context;
    const { far, near, proxy } = await farAndNear(context);
    proxy.watch((bytes) => {
      if (!isCommit(bytes)) return 'pass';
      proxy.watch(undefined);
      return 'lose';
    });
    const answer = await far.register(claim('far', 'W-1'));
    expect(answer).toMatchObject({ ok: true, rev: 1, run: { fence: 1 } });
    expect(await kinds(near)).toEqual(['registered far']);
  });

  test('lost for longer: it is said not to be known, and learned by the same command afterwards', async (context) => {
    const { expect } = context;
    const { far, near, proxy, log } = await farAndNear(context);
    proxy.watch((bytes) => {
      if (!isCommit(bytes)) return 'pass';
      setTimeout(() => proxy.sever(), 100);
      return 'lose';
    });
    const command = claim('far', 'W-1');
    await expect(far.register(command)).rejects.toMatchObject({
      kind: 'upstream',
      message: expect.stringMatching(
        /broke while register was being written down; whether it was is not known/,
      ),
    });
    expect(await kinds(near)).toEqual(['registered far']);
    proxy.watch(undefined);
    proxy.restore();
    const other = await far.register(claim('far', 'W-2'));
    expect(other.ok).toBe(true);
    expect(log.lines.join()).toContain('is back: register had been written down');
    expect(await far.register(command)).toMatchObject({ ok: true, rev: 1, run: { fence: 1 } });
    expect(await kinds(near)).toEqual(['registered far', 'registered far']);
  });

  test('a client that is frozen in its transaction is cut off; it judges anew when it goes on', async (context) => {
    const { expect } = context;
    const { far, near, proxy } = await farAndNear(context);
    let isHeld = false;
    proxy.watch((bytes) => {
      if (isHeld || !isCommit(bytes)) return 'pass';
      isHeld = true;
      return 'hold';
    });
    const frozen = far.register(claim('far', 'W-1'));
    while (!isHeld) await delay(5);
    // Waits for the lock of the frozen one until the server takes it away.
    expect(await near.register(claim('near', 'W-1'))).toMatchObject({ ok: true, rev: 1 });
    proxy.restore();
    expect(await frozen).toMatchObject({ ok: false, conflicts: [{ holder: 'near, pid 4711 on build-3' }] });
    expect(await kinds(near)).toEqual(['registered near']);
  });

  test('a line that is slow and not frozen: cut off once, it has the time that it needs', async (context) => {
    const { expect } = context;
    const { far, near, proxy } = await farAndNear(context);
    let held = 0;
    let late = '';
    let timer: NodeJS.Timeout | undefined;
    proxy.watch((bytes) => {
      if (!isCommit(bytes) || bytes.toString() === late) return 'pass';
      late = bytes.toString();
      held += 1;
      clearTimeout(timer);
      timer = setTimeout(() => proxy.restore(), 2000);
      return 'hold';
    });
    expect(await far.register(claim('far', 'W-1'))).toMatchObject({ ok: true, rev: 1 });
    expect(held).toBe(2);
    expect(await kinds(near)).toEqual(['registered far']);
  });

  test('cut off each time: nothing was written, and that is known', async (context) => {
    const { expect } = context;
    const { far, near, proxy } = await farAndNear(context);
    proxy.watch((bytes) => (isCommit(bytes) ? 'hold' : 'pass'));
    await expect(far.register(claim('far', 'W-1'))).rejects.toMatchObject({
      kind: 'upstream',
      message: expect.stringMatching(/cannot be reached: .*idle-in-transaction.* Nothing was decided/),
    });
    expect(await kinds(near)).toEqual([]);
  });

  test('10 s without a network: reads tell their age, claims stay, nothing is granted twice', async (context) => {
    const { expect } = context;
    const { far, near, proxy } = await farAndNear(context);
    const held = await far.register(claim('far', 'W-1'));
    if (!held.ok) throw new Error('refused');
    await far.list();
    proxy.cut();
    const restored = delay(10_000).then(() => proxy.restore());
    const command = claim('far', 'W-2');
    const attempt = far.register(command).catch((error: unknown) => error);
    expect(await near.register(claim('near', 'W-1'))).toMatchObject({ ok: false });
    expect(await near.register(claim('near', 'W-2'))).toMatchObject({ ok: true });
    const listed = await far.list();
    expect(listed.active).toMatchObject([{ run: held.run.run, liveness: 'live' }]);
    expect(listed.handwritten[0]).toMatchObject({
      title: expect.stringMatching(/^As of .*Z, \d+ s ago: the ledger's database cannot be asked now$/),
      text: expect.stringContaining('nothing can be claimed or recorded'),
    });
    await restored;
    const outcome = await attempt;
    if (outcome instanceof Error) expect(outcome).toMatchObject({ kind: 'upstream' });
    else expect(outcome).toMatchObject({ ok: false });
    expect(await far.register({ ...command, cmd: cmd() })).toMatchObject({ ok: false });
    expect(await far.guard({ run: held.run.run, fence: held.run.fence, effect: 'push' })).toMatchObject({
      ok: true,
    });
    expect(await kinds(near)).toEqual(['registered far', 'registered near']);
    expect((await far.list()).handwritten).toEqual([]);
  });

  test('writes are refused in a sentence when the database is gone, and work again when it is back', async (context) => {
    const { expect } = context;
    const { far, proxy, log } = await farAndNear(context);
    proxy.sever();
    await expect(far.register(claim('far', 'W-1'))).rejects.toMatchObject({
      kind: 'upstream',
      message: expect.stringMatching(
        /^The ledger's database postgres:\/\/127\.0\.0\.1:\d+\/postgres cannot be reached/,
      ),
    });
    proxy.restore();
    expect(await far.register(claim('far', 'W-1'))).toMatchObject({ ok: true });
    expect(log.lines.join()).not.toContain(server?.password);
  });

  test('a session that does nothing hears of others again after its connection was lost', async (context) => {
    const { expect } = context;
    const { near, folder, proxy } = await farAndNear(context);
    proxy.sever();
    await near.register(claim('near', 'W-1'));
    proxy.restore();
    const holders = () => readMirror(mirrorFile(folder))?.picture.runs.map((run) => run.session);
    await expect.poll(holders, { timeout: 30_000 }).toEqual(['near']);
    await near.register(claim('near', 'W-2'));
    await expect.poll(holders, { timeout: 30_000 }).toEqual(['near', 'near']);
  });
});
