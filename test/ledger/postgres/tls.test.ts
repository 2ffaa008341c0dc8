import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import { certificateFor } from '../../support/fault-certificate.ts';
import { startPostgres } from '../../support/postgres.ts';
import { collectingLog, tempFolder } from '../helpers.ts';
import { freshRepository } from './desks.ts';

const tls = certificateFor('127.0.0.1');
const started = await startPostgres({ tls });
const server = typeof started === 'string' ? undefined : started;
if (!server) console.warn(`SKIPPED, TLS to PostgreSQL is not tested: ${started}`);
afterAll(() => server?.stop());

async function open(options: string) {
  const url = `${server?.url}?application_name=tls-test&${options}`;
  const ledger = await openPostgresLedger({
    url,
    repository: freshRepository(),
    clock: Date.now,
    log: collectingLog(),
  });
  onTestFinished(() => ledger.dispose());
}

async function isEncrypted(): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server?.url });
  await client.connect();
  const { rows } = await client.query(
    "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'tls-test'",
  );
  await client.end();
  return rows.map((row) => row.ssl);
}

describe.skipIf(!server)('sslmode', () => {
  test('verify-full, with the authority that signed the certificate', async () => {
    const authority = join(tempFolder(), 'ca.pem');
    writeFileSync(authority, tls.cert);
    await open(`sslmode=verify-full&sslrootcert=${authority}`);
    expect(await isEncrypted()).toEqual([true]);
  });

  test.each(['require', 'prefer', 'verify-ca', 'verify-full'])(
    '%s trusts no certificate of nobody',
    async (mode) => {
      await expect(open(`sslmode=${mode}`)).rejects.toMatchObject({
        kind: 'input',
        message: expect.stringMatching(/^The encryption .* does not come about: self-signed certificate/),
        hint: expect.stringContaining('sslrootcert'),
      });
      expect(await isEncrypted()).toEqual([]);
    },
  );

  test('as libpq has it where the address says so', async () => {
    await open('sslmode=require&uselibpqcompat=true');
    expect(await isEncrypted()).toEqual([true]);
  });

  test('disable sends all in the clear, and is what it says', async () => {
    await open('sslmode=disable');
    expect(await isEncrypted()).toEqual([false]);
  });
});
