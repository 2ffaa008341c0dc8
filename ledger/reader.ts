import { existsSync } from 'node:fs';
import { messageOf } from '../src/core/errors.ts';
import type { Liveness, Run } from './ledger.ts';
import { livenessAt, ownerKey } from './liveness.ts';
import { covers } from './overlap.ts';
import { ownerLiveness } from './owner.ts';
import { connect } from './sqlite/database.ts';
import { SCHEMA } from './sqlite/schema.ts';

export type ActiveRun = Run & { liveness: Liveness };

export type Reading =
  | { ok: true; rev: number; runs: ActiveRun[] }
  /** The store is there and cannot be read. That is not "nobody holds anything". */
  | { ok: false; reason: string };

/**
 * The active runs in the ledger's `file`, read at once and without writing: for hooks, which have to start fast.
 * `now` is epoch milliseconds. No file means no runs.
 */
export function readActiveRuns(file: string, now: number): Reading {
  if (!existsSync(file)) return { ok: true, rev: 0, runs: [] };
  try {
    const database = connect(file, { readOnly: true, timeoutMs: 250 });
    try {
      const head = database.get('SELECT schema, rev FROM ledger WHERE id = 1');
      if (!head) return { ok: false, reason: 'the ledger has no first row' };
      if (Number(head.schema) > SCHEMA) return { ok: false, reason: 'the ledger belongs to a newer Pitcrew' };
      const rows = database.all("SELECT data FROM runs WHERE status = 'active'");
      const runs = rows.map((row) => JSON.parse(String(row.data)) as Run);
      return { ok: true, rev: Number(head.rev), runs: runs.map((run) => withLiveness(run, now)) };
    } finally {
      database.close();
    }
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}

/** The runs that claim `path` (relative to the repository's root); dead ones do not count. */
export const holdersOf = (runs: readonly ActiveRun[], path: string): ActiveRun[] =>
  runs.filter((run) => run.liveness !== 'dead' && run.paths.some((claim) => covers(claim.glob, path)));

function withLiveness(run: Run, now: number): ActiveRun {
  const gone = new Set(ownerLiveness(run.owner) === 'gone' ? [ownerKey(run.owner)] : []);
  return { ...run, liveness: livenessAt(run, now, gone) };
}
