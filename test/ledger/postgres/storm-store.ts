import { readHistory } from '../../../ledger/postgres/history.ts';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';
import type { StormStore } from '../../storm/store.ts';
import { startPostgres } from '../../support/postgres.ts';

/** One server for the whole storm: its processes inherit the address. It ends with the process that started it. */
async function serverUrl(): Promise<string> {
  if (process.env.PITCREW_TEST_POSTGRES) return process.env.PITCREW_TEST_POSTGRES;
  const server = await startPostgres();
  if (typeof server === 'string') throw new Error(server);
  process.env.PITCREW_TEST_POSTGRES = server.url;
  return server.url;
}

/** For storms on PostgreSQL. A place is a repository of its own. */
export const postgres: StormStore = {
  open: async (place, options) =>
    openPostgresLedger({
      ...options,
      url: await serverUrl(),
      repository: `storm.example/${place}`,
      ...(options.view ? { folder: `${options.view.file}.folder` } : {}),
      history: true,
    }),
  read: async (place) => readHistory({ url: await serverUrl(), repository: `storm.example/${place}` }),
};
