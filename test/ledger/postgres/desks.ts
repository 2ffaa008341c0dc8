import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { afterAll, TestRunner } from 'vitest';
import { openPostgresLedger, type PostgresLedgerOptions } from '../../../ledger/postgres-ledger.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import type { OpenEngine } from '../helpers.ts';

/** The server of this test file; without one its tests are skipped, which is said. */
export async function serverForThisFile(): Promise<TestPostgres | undefined> {
  const server = await startPostgres();
  if (typeof server === 'string') {
    console.warn(`SKIPPED, the PostgreSQL engine is not tested: ${server}`);
    return undefined;
  }
  afterAll(() => server.stop());
  return server;
}

/** A repository of its own in the server's database. */
export const freshRepository = (): string => `test.example/${randomUUID()}`;

/** Desks on this engine: what the helpers call a file is a repository of its own, the clock is the server's too. */
export const enginesOf =
  (server: TestPostgres, more: Partial<PostgresLedgerOptions> = {}): OpenEngine =>
  async ({ file, clock, steady, log, liveness, view, history }) => {
    if (steady) TestRunner.getCurrentTest()?.context.skip("the server's clock is the only one here");
    return openPostgresLedger({
      url: server.url,
      repository: `test.example${file}`,
      folder: dirname(file),
      clock,
      serverClock: clock,
      log,
      ...(liveness ? { liveness } : {}),
      ...(view ? { view } : {}),
      ...(history ? { history } : {}),
      ...more,
    });
  };
