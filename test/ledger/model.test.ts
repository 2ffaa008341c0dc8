import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import type { Ledger } from '../../ledger/ledger.ts';
import { readHistory } from '../../ledger/sqlite/history.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { collectingLog } from './helpers.ts';
import { answersAsTheModel } from './model.ts';

/** `npm run test:hard` makes 500; the default is what every run of the tests can afford. */
const RUNS = Number(process.env.PITCREW_MODEL_RUNS ?? 40);

/** Which connection a call goes to: what one remembers has to hold after its own changes and after those of others. */
const TURNS = [0, 1, 1, 2, 0, 0, 0, 1, 2, 2];

test.each([
  { of: 'one connection', turns: [0] },
  { of: 'three connections by turns', turns: TURNS },
])(
  'the SQLite engine answers as the model does: $of',
  async ({ turns }) => {
    await answersAsTheModel(async (world) => {
      const folder = mkdtempSync(join(tmpdir(), 'pitcrew-model-'));
      const file = join(folder, 'ledger.db');
      const ledgers: Ledger[] = [];
      for (let n = 0; n <= Math.max(...turns); n++) {
        ledgers.push(await openSqliteLedger({ ...world, file, log: collectingLog(), history: true }));
      }
      return {
        ledger: takingTurns(ledgers, turns),
        history: async () => readHistory(file).entries,
        remove: async () => rmSync(folder, { recursive: true, force: true }),
      };
    }, RUNS);
  },
  60_000 + RUNS * 1000,
);

/** One ledger whose n-th call is answered by the connection that `turns` names. */
function takingTurns(ledgers: readonly Ledger[], turns: readonly number[]): Ledger {
  let calls = 0;
  return new Proxy({} as Ledger, {
    get: (_, name: keyof Ledger) => {
      if (name === 'dispose') return () => Promise.all(ledgers.map((ledger) => ledger.dispose()));
      return ledgers[turns[calls++ % turns.length] ?? 0]?.[name];
    },
  });
}
