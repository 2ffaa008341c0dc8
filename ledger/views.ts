import type { WorktreeRow } from './apply/state.ts';
import type { Run, RunView } from './ledger.ts';
import { livenessAt, type Sight } from './liveness.ts';

/** A run with what is known of it at this moment; `rows` are all worktrees that are on record. */
export const viewOf = (run: Run, rows: readonly WorktreeRow[], sight: Sight): RunView => ({
  ...run,
  liveness: livenessAt(run, sight),
  worktrees: rows
    .filter((row) => run.incidents.includes(row.incident))
    .map(({ incident, path, branch }) => ({ incident, path, branch })),
});
