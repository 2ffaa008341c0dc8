import pg from 'pg';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import { certificateFor } from '../../support/fault-certificate.ts';
import { startPostgres } from '../../support/postgres.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';
import { cmd, collectingLog, MINUTE, ownerOf } from '../helpers.ts';
import { freshRepository } from './desks.ts';
import { addressOf } from './wire.ts';

/** On a port: what is tested is a time-out of TCP. */
const started = await startPostgres({ tls: certificateFor('127.0.0.1') });
const server = typeof started === 'string' ? undefined : started;
if (!server) console.warn(`SKIPPED, clients that freeze while they receive are not tested: ${started}`);
afterAll(() => server?.stop());

/** More than the buffers of both ends and of a proxy between them take (Linux: 4 and 6 MB). */
const LARGE = 24_000_000;

const claim = (session: string, incident: string) => ({
  ...{ cmd: cmd(), session, owner: ownerOf(session), incidents: [`sentry:a/${incident}`] },
  ...{ paths: [], base: 'b', ttlMs: 2 * MINUTE, intent: '' },
});

test.skipIf(!server)(
  'a client that freezes while it receives the state keeps the others out no longer than one that freezes after it',
  async () => {
    if (!server) return;
    const repository = freshRepository();
    const open = async (url: string) => {
      const log = collectingLog();
      const ledger = await openPostgresLedger({
        url,
        repository,
        clock: Date.now,
        log,
        liveness: () => 'unknown',
      });
      onTestFinished(() => ledger.dispose());
      return ledger;
    };
    const proxy = await tcpProxy(server.listens);
    onTestFinished(() => proxy.close());
    const far = await open(addressOf(proxy.port, server));
    const near = await open(server.url);
    await near.register(claim('near', 'W-1'));
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(
      `UPDATE pitcrew.runs SET data = jsonb_set(data::jsonb, '{intent}', to_jsonb(repeat('x', ${LARGE})))`,
    );
    await client.end();
    const hasBegun = new Promise<void>((resolve) => {
      proxy.watch((bytes) => {
        if (bytes.includes('BEGIN ISOLATION')) {
          setImmediate(() => {
            proxy.cut();
            resolve();
          });
        }
        return 'pass';
      });
    });
    const frozen = far.register(claim('far', 'W-2')).catch((error: unknown) => error);
    await hasBegun;
    expect(await near.register(claim('near', 'W-2'))).toMatchObject({ ok: true });
    proxy.watch(undefined);
    proxy.restore();
    // Refused, or told that its patience was over; granted by no means.
    const outcome = await frozen;
    expect(outcome).toMatchObject(outcome instanceof Error ? { kind: 'upstream' } : { ok: false });
    expect(await far.register(claim('far', 'W-2'))).toMatchObject({
      ok: false,
      conflicts: [{ holder: 'near, pid 4711 on build-3' }],
    });
  },
);
