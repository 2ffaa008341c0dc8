import { type RunView, readActiveRuns } from '../../ledger/reader.ts';
import { mayHaveLiveRuns } from '../../ledger/recently-written.ts';
import { ledgerFile } from './ledger-file.ts';
import type { Place } from './place.ts';
import { type HookSession, isOwn } from './session.ts';

/** What a repository's ledger says to this session's hooks. */
export interface Watched {
  place: Place;
  /** This session's runs that are not known to be dead. */
  own: RunView[];
  others: RunView[];
  /** Set where the ledger cannot be read: then nothing is known, which is not the same as nobody. */
  unreadable?: string;
}

/** Reads who works in the repository; `undefined` where nobody does, which is nearly always and has to be quick. */
export function watched(place: Place, session: HookSession, now: number): Watched | undefined {
  const file = ledgerFile(place);
  if (!mayHaveLiveRuns(file, now)) return undefined;
  const reading = readActiveRuns(file, now);
  if (!reading.ok) return { place, own: [], others: [], unreadable: reading.reason };
  const runs = reading.runs.filter((run) => run.liveness !== 'dead');
  if (runs.length === 0) return undefined;
  return {
    place,
    own: runs.filter((run) => isOwn(run, session)),
    others: runs.filter((run) => !isOwn(run, session)),
  };
}
