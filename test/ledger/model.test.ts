import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { readHistory } from '../../ledger/sqlite/history.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { collectingLog } from './helpers.ts';
import { answersAsTheModel } from './model.ts';

/** `PITCREW_MODEL_RUNS=500` tries all of them; the default is what every run of the tests can afford. */
const RUNS = Number(process.env.PITCREW_MODEL_RUNS ?? 40);

test(
  'the SQLite engine answers as the model does',
  async () => {
    await answersAsTheModel(async (world) => {
      const folder = mkdtempSync(join(tmpdir(), 'pitcrew-model-'));
      const file = join(folder, 'ledger.db');
      const ledger = await openSqliteLedger({ ...world, file, log: collectingLog(), history: true });
      return {
        ledger,
        history: async () => readHistory(file).entries,
        remove: async () => rmSync(folder, { recursive: true, force: true }),
      };
    }, RUNS);
  },
  60_000 + RUNS * 1000,
);
