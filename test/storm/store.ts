import type { HistoryEntry } from '../../ledger/history/entry.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readHistory } from '../../ledger/sqlite/history.ts';
import { openSqliteLedger, type SqliteLedgerOptions } from '../../ledger/sqlite-ledger.ts';
import { postgres } from '../ledger/postgres/storm-store.ts';

/** What a storm needs of an engine. `place` is a text that the processes hand on: a file, or an address. */
export interface StormStore {
  open(
    place: string,
    options: Pick<SqliteLedgerOptions, 'clock' | 'log' | 'liveness' | 'view' | 'together'>,
  ): Promise<Ledger>;
  /** The recorded operations in the order of their commits, and `ok` where the store is intact. */
  read(place: string): Promise<{ entries: HistoryEntry[]; integrity: string }>;
}

const sqlite: StormStore = {
  open: (file, options) => openSqliteLedger({ ...options, file, history: true }),
  read: async (file) => readHistory(file),
};

/** The engines that a storm can be let loose on, by the name that the command line gives them. */
export const STORES: Record<string, StormStore> = { sqlite, postgres };
