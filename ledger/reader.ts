import { existsSync } from 'node:fs';
import { messageOf } from '../src/core/errors.ts';
import type { RunView } from './ledger.ts';
import { covers } from './overlap.ts';
import { sightOf } from './owners.ts';
import { connect } from './sqlite/database.ts';
import { activeRuns } from './sqlite/holdings.ts';
import { worktrees } from './sqlite/load.ts';
import { SCHEMA } from './sqlite/schema.ts';
import { steadyTime } from './steady-clock.ts';
import { viewOf } from './views.ts';

export type { RunView } from './ledger.ts';

export type Reading =
  | { ok: true; rev: number; runs: RunView[] }
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
      const runs = activeRuns(database);
      const steady = steadyTime();
      const sight = { ...sightOf(runs), now, ...(steady && { steady }) };
      const rows = worktrees(database);
      return { ok: true, rev: Number(head.rev), runs: runs.map((run) => viewOf(run, rows, sight)) };
    } finally {
      database.close();
    }
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}

/** Whether `run` may change `path` (relative to the repository's root): it holds it for itself, or shares it. */
export const covered = (run: Pick<RunView, 'paths'>, path: string): boolean =>
  run.paths.some((claim) => covers(claim.glob, path));

/** The runs that claim `path` (relative to the repository's root) for themselves; dead ones do not count. */
export const holdersOf = (runs: readonly RunView[], path: string): RunView[] =>
  runs.filter(
    (run) =>
      run.liveness !== 'dead' &&
      run.paths.some((claim) => claim.mode === 'exclusive' && covers(claim.glob, path)),
  );
