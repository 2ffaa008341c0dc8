import type { Run } from '../ledger.ts';
import type { Row } from './database.ts';

/** The column `data` of a row that this program wrote; its form is bound to the schema's number. */
export const parsed = <T>(row: Row): T => JSON.parse(String(row.data)) as T;

/** SQLite keeps no checksums: a damaged byte may leave JSON that is no run. That is damage, and not a fault of ours. */
export function storedRun(row: Row): Run {
  const run = parsed<Partial<Run>>(row);
  const isWhole =
    Array.isArray(run.incidents) &&
    Array.isArray(run.paths) &&
    Array.isArray(run.commits) &&
    Array.isArray(run.resources) === Array.isArray(run.lanes) &&
    Number.isFinite(run.fence) &&
    Number.isFinite(run.startedAt) &&
    Number.isFinite(run.renewedAt) &&
    Number.isFinite(run.expiresAt) &&
    Number.isFinite(run.owner?.pid) &&
    typeof run.run === 'string' &&
    typeof run.session === 'string' &&
    typeof run.owner?.host === 'string' &&
    typeof run.owner.label === 'string' &&
    run.paths.every((path) => typeof path.glob === 'string');
  if (!isWhole) throw new SyntaxError('a run has lost a part');
  return run as Run;
}
