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

/** The store's own row. */
export interface Head {
  store: string;
  rev: number;
  fence: number;
  trimmedAt: number;
}

/**
 * A number that is another one after each change that another connection made to the store; to be asked inside a
 * transaction, for which it holds.
 */
export const versionOf = (database: Database): number =>
  Number(database.get('PRAGMA data_version')?.data_version);

/** `holdingsAt` of the transaction's own version. */
export const holdingsIn = (database: Database): Holdings => holdingsAt(database, versionOf(database));

/**
 * All that is held or awaited; `version` is the transaction's. Read again only when another connection has changed the
 * store since; a run is parsed again only when its row has changed.
 */
export function holdingsAt(database: Database, version: number): Holdings {
  const before = known.get(database);
  if (before?.version === version) return before;
  const rows = activeRows(database, before?.rows);
  const tickets = database.all('SELECT data FROM tickets ORDER BY number').map(parsed<Ticket>);
  const now = { version, rows, runs: runsOf(rows), tickets };
  known.set(database, now);
  return now;
}

/** The store's row, which `read` reads when another connection has changed the store since it was last asked for. */
export function headAt(database: Database, version: number, read: () => Head): Head {
  const before = heads.get(database);
  if (before?.version === version) return before.head;
  const head = read();
  heads.set(database, { version, head });
  return head;
}

/** A place for rows that have to be read again whenever the head has; empty then. After `headAt`, in its transaction. */
export const besideHead = (database: Database): { kernels?: readonly Row[] | undefined } =>
  heads.get(database) ?? {};

/** The active run with this id, if it is remembered from no other than this `version`. */
export function rememberedRun(database: Database, version: number, id: string): Run | undefined {
  const now = known.get(database);
  return now?.version === version ? now.rows.get(id)?.run : undefined;
}

/**
 * To be called when a transaction has written `changes`: what this connection changes itself does not raise its version of
 * the data. `written` are the rows of the changed runs. When the transaction is taken back after that: `forgetHoldings`.
 */
export function rememberWritten(
  database: Database,
  { rev, fence, tickets, dropTickets, forget }: Changes,
  written: readonly WrittenRun[],
): void {
  const seen = heads.get(database);
  if (forget) heads.delete(database);
  else if (seen) seen.head = { ...seen.head, rev, fence };
  if (tickets.length + dropTickets.length > 0) known.delete(database);
  const now = known.get(database);
  if (!now || written.length === 0) return;
  for (const { run, data } of written) {
    // A run of its own, since the caller may do with an answer's as it likes.
    if (data !== undefined) now.rows.set(run, { data, run: parsed<Run>({ data }) });
    else now.rows.delete(run);
  }
  known.set(database, { ...now, runs: runsOf(now.rows) });
}

/** Drops what is remembered, so that the next one reads it: after a transaction that wrote and was taken back. */
export function forgetHoldings(database: Database): void {
  known.delete(database);
  heads.delete(database);
}

/** The active runs alone, in the order in which they were granted. */
export const activeRuns = (database: Database): Run[] => runsOf(activeRows(database));

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
  version: number;
  /** The active runs by their ids; a new run comes after all before it, so they stay in order. */
  rows: Map<string, StoredRun>;
}

const known = new WeakMap<Database, Known>();
const heads = new WeakMap<Database, { version: number; head: Head; kernels?: readonly Row[] | undefined }>();

/** The columns are those of every format: hooks read stores that no program has brought up to date yet. */
function activeRows(database: Database, before?: ReadonlyMap<string, StoredRun>): Map<string, StoredRun> {
  const rows = new Map<string, StoredRun>();
  const active = database.lists("SELECT run, data FROM runs WHERE status = 'active'");
  for (const [id, text] of active.sort(byGrant)) {
    const run = String(id);
    const data = String(text);
    const same = before?.get(run);
    rows.set(run, same?.data === data ? same : { data, run: storedRun({ data }) });
  }
  return rows;
}

/** Ids are `r`, a rising number and one ending for all. */
const byGrant = ([a]: readonly unknown[], [b]: readonly unknown[]): number =>
  String(a).length - String(b).length || (String(a) < String(b) ? -1 : 1);

function runsOf(rows: ReadonlyMap<string, StoredRun>): Run[] {
  const runs: Run[] = [];
  for (const { run } of rows.values()) runs.push(run);
  return runs;
}
