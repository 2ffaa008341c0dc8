import type { Run } from '../ledger.ts';
import type { Row } from './database.ts';

/** The column `data` of a row that this program wrote; its form is bound to the schema's number. */
export const parsed = <T>(row: Row): T => JSON.parse(String(row.data)) as T;

/** SQLite keeps no checksums: a damaged byte may leave JSON that is no run. That is damage, and not a fault of ours. */
export function storedRun(row: Row): Run {
  const run = parsed<Partial<Run>>(row);
  const isWhole =
    [run.incidents, run.paths, run.commits].every(Array.isArray) &&
    [run.fence, run.startedAt, run.renewedAt, run.expiresAt, run.owner?.pid].every(Number.isFinite) &&
    [run.run, run.session, run.owner?.host, run.owner?.label].every((text) => typeof text === 'string') &&
    run.paths?.every((path) => typeof path.glob === 'string') &&
    Array.isArray(run.resources) === Array.isArray(run.lanes);
  if (!isWhole) throw new SyntaxError('a run has lost a part');
  return run as Run;
}
