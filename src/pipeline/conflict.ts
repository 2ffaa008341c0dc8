import type { Conflict } from '../../ledger/ledger.ts';
import { isoSeconds } from '../core/clock.ts';
import { PitcrewError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';

/** One sentence for each holder, so that the person hears who, what and since when. */
export function conflictError(conflicts: Conflict[]): PitcrewError {
  const sentences = conflicts.map((conflict) => {
    const what = [
      ...conflict.incidents.map(shortName),
      ...conflict.paths.map(({ wanted, held }) => (wanted === held ? wanted : `${wanted} (held as ${held})`)),
    ].join(', ');
    const since = conflict.since === undefined ? '' : ` since ${isoSeconds(conflict.since)}`;
    const branch = conflict.branch ? ` on ${conflict.branch}` : '';
    return `${what} is held by ${conflict.holder}${since}${branch} (${conflict.liveness}).`;
  });
  const held = [...new Set(conflicts.flatMap((conflict) => conflict.incidents.map(shortName)))];
  const without =
    held.length > 0 ? `Register again without ${held.join(', ')}` : 'Register again without those paths';
  return new PitcrewError(
    'refused',
    `Nothing was claimed. ${sentences.join(' ')}`,
    `${without}, and tell the person. ${[...new Set(conflicts.map((conflict) => conflict.advice))].join(' ')}`,
  );
}
