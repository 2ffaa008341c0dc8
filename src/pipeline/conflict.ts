import type { Conflict } from '../../ledger/ledger.ts';
import { isoSeconds } from '../core/clock.ts';
import { PitcrewError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';

/**
 * One sentence for each holder, so that the person hears who, what and since when. `step` is what was refused: a claim,
 * or the effect that needed a path to join one.
 */
export function conflictError(conflicts: Conflict[], step: 'claim' | 'path'): PitcrewError {
  const sentences = conflicts.map((conflict) => {
    const what = [
      ...conflict.incidents.map(shortName),
      ...conflict.paths.map(pathSentence),
      ...conflict.resources,
    ].join(', ');
    const since = conflict.since === undefined ? '' : ` since ${isoSeconds(conflict.since)}`;
    const branch = conflict.branch ? ` on ${conflict.branch}` : '';
    if (conflict.source === 'ports')
      return `No port of ${what.replaceAll('port:', '')} is free: ${conflict.holder}.`;
    if (conflict.source === 'ticket')
      return `${what} is waited for by ${conflict.holder}${since}, who came first.`;
    // Of an entry written by hand nobody knows whether somebody still works on it.
    const state = conflict.source === 'ledger' ? ` (${conflict.liveness})` : '';
    return `${what} is held by ${conflict.holder}${since}${branch}${state}.`;
  });
  const held = [...new Set(conflicts.flatMap((conflict) => conflict.incidents.map(shortName)))];
  const resources = [...new Set(conflicts.flatMap((conflict) => conflict.resources))];
  const hasPaths = conflicts.some(({ paths }) => paths.length > 0);
  const without = [...(held.length > 0 ? held : hasPaths ? ['those paths'] : []), ...resources].join(', ');
  const next =
    step === 'path'
      ? `Keep the work as it is and tell the person; repeat this step once ${hasPaths ? 'the file' : resources.join(', ')} is free, or do without it.`
      : `Register again without ${without} or wait in line with \`wait_seconds\`, and tell the person.`;
  const advice = [...new Set(conflicts.map((conflict) => conflict.advice))].join(' ');
  return new PitcrewError(
    'refused',
    `${step === 'claim' ? 'Nothing was claimed' : `${hasPaths ? 'A file' : 'A resource'} that this step needs is held`}. ${sentences.join(' ')}`,
    `${next} ${advice}`,
  );
}

function pathSentence({ wanted, held, shared }: Conflict['paths'][number]): string {
  if (wanted === held) return shared ? `${wanted} (shared)` : wanted;
  return `${wanted} (held as ${held}${shared ? ', shared' : ''})`;
}
