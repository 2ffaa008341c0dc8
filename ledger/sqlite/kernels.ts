import { hostname } from 'node:os';
import { refusedError } from '../../src/core/errors.ts';
import { bootId } from '../owner.ts';
import type { Database } from './database.ts';
import { besideHead } from './holdings.ts';

const SEEN_MS = 120_000;
const REFRESH_MS = 60_000;

/**
 * Refuses to write while another machine's kernel writes to the same file (a folder shared with a virtual machine or
 * a container's host): SQLite's locks do not reach across. Call it inside the transaction, after its state was
 * loaded. The same host with another boot id has been restarted.
 */
export function refuseForeignKernel(database: Database, now: number): void {
  const boot = bootId();
  if (boot === '') return;
  const seen = besideHead(database);
  const rows = seen.kernels ?? database.all('SELECT boot, host, seen_at FROM kernels');
  seen.kernels = rows;
  const foreign = rows.find(
    (row) => row.boot !== boot && row.host !== hostname() && Math.abs(now - Number(row.seen_at)) < SEEN_MS,
  );
  if (foreign) {
    throw refusedError(
      `Another machine (${String(foreign.host)}) is using this ledger's file, and file locks do not hold between two machines.`,
      'Work from one of the two, or give the other a clone of its own; two minutes after its last use the ledger is free.',
    );
  }
  const own = rows.find((row) => row.boot === boot);
  if (own && Math.abs(now - Number(own.seen_at)) < REFRESH_MS) return;
  seen.kernels = undefined;
  database.run('DELETE FROM kernels WHERE boot <> ?', boot);
  database.run('INSERT OR REPLACE INTO kernels VALUES (?, ?, ?)', boot, hostname(), now);
}
