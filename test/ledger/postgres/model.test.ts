import { test } from 'vitest';
import { readHistory } from '../../../ledger/postgres/history.ts';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import { collectingLog } from '../helpers.ts';
import { answersAsTheModel } from '../model.ts';
import { freshRepository, serverForThisFile } from './desks.ts';

/** `npm run test:hard` makes 500; the default is for looking at a change. */
const RUNS = Number(process.env.PITCREW_MODEL_RUNS ?? 8);

const server = await serverForThisFile();

test.skipIf(!server)(
  'the PostgreSQL engine answers as the model does',
  async () => {
    const url = server?.url ?? '';
    await answersAsTheModel(async ({ clock, liveness }) => {
      const repository = freshRepository();
      const log = collectingLog();
      const ledger = await openPostgresLedger({
        url,
        repository,
        clock,
        serverClock: clock,
        liveness,
        log,
        history: true,
      });
      return {
        ledger,
        history: async () => (await readHistory({ url, repository })).entries,
        remove: async () => {},
      };
    }, RUNS);
  },
  60_000 + RUNS * 5000,
);
