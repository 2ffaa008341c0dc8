import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, type TestContext, test } from 'vitest';
import type { Run } from '../../../ledger/ledger.ts';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import { childEnvironment } from '../../../src/core/run.ts';
import type { TestPostgres } from '../../support/postgres.ts';
import { cmd, collectingLog, MINUTE, ownerOf } from '../helpers.ts';
import { freshRepository, serverForThisFile } from './desks.ts';
import type { FarAnswer } from './far-session.ts';
import { type Direction, linkToNamespace, type NetworkLink } from './network-link.ts';
import { addressOf } from './wire.ts';

const server = await serverForThisFile();
const probe = linkToNamespace(0);
if (typeof probe === 'string') {
  console.warn(
    `SKIPPED, a network cut between two network namespaces (only the proxy's is tested): ${probe}`,
  );
} else probe.close();

/** The longest that a tool may have to wait for a network that is gone: half a minute, and not TCP's quarter of an hour. */
const PATIENCE_MS = 30_000;

/** The server on this end of the link, over TCP. */
async function serve({ listens }: TestPostgres, { address }: NetworkLink, context: TestContext) {
  const relay = createServer((client) => {
    const upstream = connect(listens);
    client.pipe(upstream).pipe(client);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
  });
  relay.listen(0, address);
  await once(relay, 'listening');
  context.onTestFinished(() => {
    relay.close();
  });
  const at = relay.address();
  return typeof at === 'object' && at !== null ? at.port : 0;
}

/** A session in the other network; each call resolves with its line. */
async function farSession(link: NetworkLink, url: string, repository: string, context: TestContext) {
  const [program = '', ...args] = link.enter;
  const script = join(import.meta.dirname, 'far-session.ts');
  const folder = mkdtempSync(join(tmpdir(), 'pitcrew-far-'));
  const child = spawn(program, [...args, process.execPath, script, url, repository, folder], {
    env: childEnvironment(process.env),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  context.onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
    rmSync(folder, { recursive: true, force: true });
  });
  if ((await lines.next()).value !== 'open') throw new Error('the far session did not open');
  return async (operation: string, input: object): Promise<FarAnswer> => {
    child.stdin.write(`${JSON.stringify([operation, input])}\n`);
    return JSON.parse(String((await lines.next()).value));
  };
}

const claim = (session: string, incident: string) => ({
  ...{ cmd: cmd(), session, owner: ownerOf(session), incidents: [`sentry:a/${incident}`] },
  ...{ paths: [], base: 'b', ttlMs: 2 * MINUTE, intent: '' },
});

// They wait for time-outs, so all at once, each on a link of its own.
describe.skipIf(!server || typeof probe === 'string').concurrent('10 s without a network', () => {
  test.for([
    ['there', 1],
    ['back', 2],
    ['both', 3],
  ] satisfies [Direction, number][])(
    '%s: no tool hangs, nothing is granted twice',
    async (which, context) => {
      const { expect, onTestFinished } = context;
      const [direction, number] = which;
      const link = linkToNamespace(number);
      if (!server || typeof link === 'string') throw new Error(`no link: ${link}`);
      onTestFinished(link.close);
      const repository = freshRepository();
      const url = addressOf(await serve(server, link, context), server).replace('127.0.0.1', link.address);
      const near = await openPostgresLedger({
        ...{ url: server.url, repository, clock: Date.now, log: collectingLog(), liveness: () => 'unknown' },
      });
      onTestFinished(() => near.dispose());
      const far = await farSession(link, url, repository, context);
      const held = await far('register', claim('far', 'W-1'));
      expect(held.answer).toMatchObject({ ok: true });
      const { run, fence } = (held.answer as { run: Run }).run;

      link.cut(direction);
      const restored = delay(10_000).then(link.restore);
      const command = claim('far', 'W-2');
      const attempt = far('register', command);
      expect(await near.register(claim('near', 'W-1'))).toMatchObject({ ok: false });
      expect(await near.register(claim('near', 'W-2'))).toMatchObject({ ok: true });
      const outcome = await attempt;
      expect(outcome).toMatchObject(
        outcome.error ? { error: { kind: 'upstream' } } : { answer: { ok: false } },
      );
      await restored;

      const again = await far('register', command);
      expect(again).toMatchObject({
        answer: { ok: false, conflicts: [{ holder: 'near, pid 4711 on build-3' }] },
      });
      const guarded = await far('guard', { run, fence, effect: 'push' });
      expect(guarded).toMatchObject({ answer: { ok: true } });
      expect(Math.max(outcome.ms, again.ms, guarded.ms)).toBeLessThan(PATIENCE_MS);
      const events = await near.events({ afterRev: 0, limit: 100 });
      expect(events.map(({ kind, session }) => `${kind} ${session}`)).toEqual([
        'registered far',
        'registered near',
      ]);
    },
  );
});
