import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openStage, type Stage } from '../support/stage.ts';

const server = await startPostgres();
if (typeof server === 'string') console.warn(`SKIPPED: ${server} doctor was not tried with a database.`);

interface Line {
  id: string;
  state: string;
  text: string;
  next: string | null;
}

describe.skipIf(typeof server === 'string')('doctor, with the ledger in a database', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    appendFileSync(join(stage.repository, 'pitcrew.yml'), '\nledger:\n  repository: race-day\n');
    await stage.git('commit', '--quiet', '--all', '--message', 'a ledger for all');
  });
  afterAll(async () => {
    await stage?.close();
    await (server as TestPostgres).stop();
  });

  const ledgerLine = async (url: string): Promise<Line | undefined> => {
    const { data } = await cli(stage, ['doctor', '--json'], { env: { PITCREW_LEDGER_URL: url } });
    return data.checks.find(({ id }: Line) => id === 'ledger');
  };

  test('it answers', async () => {
    expect(await ledgerLine((server as TestPostgres).url)).toMatchObject({
      state: 'ok',
      text: expect.stringMatching(/^The ledger's database answers; it is at revision \d+/),
    });
  });

  test('it does not answer: where it was looked for, without the password, and the next step', async () => {
    const line = await ledgerLine('postgres://pitcrew:s3cret-w0rd@127.0.0.1:9/pitcrew');
    expect(line).toMatchObject({ state: 'fail', next: expect.stringMatching(/\S{3}/) });
    expect(line?.text).toContain('127.0.0.1');
    expect(JSON.stringify(line)).not.toContain('s3cret');
  });
});
