import type { Changes } from '../apply/state.ts';
import type { Run, Ticket } from '../ledger.ts';
import type { Database, Row } from './database.ts';
import { parsed, storedRun } from './rows.ts';

/** What counts when a claim is judged. Nobody may change what comes from here. */
export interface Holdings {
  /** The active runs in the order in which they were granted. */
  runs: readonly Run[];
  /** In order. */
  tickets: readonly Ticket[];
}

/**
 * All that is held or awaited; to be asked inside a transaction. Read again only when another connection has changed the
 * store since; a run is parsed again only when its row has changed.
 */
export function holdingsIn(database: Database): Holdings {
  const version = Number(database.get('PRAGMA data_version')?.data_version);
  const before = known.get(database);
  if (before?.version === version) return before;
  const rows = activeRows(database, before?.rows);
  const tickets = database.all('SELECT data FROM tickets ORDER BY number').map(parsed<Ticket>);
  return remember(database, { version, rows, tickets });
}

/**
 * To be called after the COMMIT of a transaction that asked `holdingsIn` and wrote `changes`: what this connection changes
 * itself does not raise its version of the data. `written` are the rows of the changed runs.
 */
export function rememberWritten(
  database: Database,
  { tickets, dropTickets }: Pick<Changes, 'tickets' | 'dropTickets'>,
  written: readonly WrittenRun[],
): void {
  const before = known.get(database);
  if (!before) return;
  if (tickets.length + dropTickets.length > 0) {
    known.delete(database);
    return;
  }
  if (written.length === 0) return;
  const rows = new Map(before.rows);
  for (const { run, data } of written) {
    // A run of its own, since the caller may do with an answer's as it likes.
    if (data !== undefined) rows.set(run, { data, run: parsed<Run>({ data }) });
    else rows.delete(run);
  }
  remember(database, { ...before, rows });
}

/** The active runs alone, in the order in which they were granted. */
export const activeRuns = (database: Database): Run[] =>
  Array.from(activeRows(database).values(), ({ run }) => run);

/** A changed run as it stands in its row. */
export interface WrittenRun {
  run: string;
  /** `undefined` for one that is not active any more. */
  data?: string;
}

interface StoredRun {
  data: string;
  run: Run;
}

interface Known extends Holdings {
  /** SQLite's `data_version`, which is another one after each change that another connection made. */
  version: number;
  /** The active runs by their ids; a new run comes after all before it, so they stay in order. */
  rows: ReadonlyMap<string, StoredRun>;
}

/** The columns are those of every format: hooks read stores that no program has brought up to date yet. */
function activeRows(database: Database, before?: ReadonlyMap<string, StoredRun>): Map<string, StoredRun> {
  const rows = new Map<string, StoredRun>();
  for (const row of database.all("SELECT run, data FROM runs WHERE status = 'active'").sort(byGrant)) {
    const run = String(row.run);
    const data = String(row.data);
    const same = before?.get(run);
    rows.set(run, same?.data === data ? same : { data, run: storedRun(row) });
  }
  return rows;
}

/** Ids are `r`, a rising number and one ending for all. */
const byGrant = ({ run: a }: Row, { run: b }: Row): number =>
  String(a).length - String(b).length || (String(a) < String(b) ? -1 : 1);

const known = new WeakMap<Database, Known>();

function remember(database: Database, read: Omit<Known, 'runs'>): Known {
  const now: Known = { ...read, runs: Array.from(read.rows.values(), ({ run }) => run) };
  known.set(database, now);
  return now;
}
