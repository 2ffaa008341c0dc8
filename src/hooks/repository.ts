import { type Reading, type RunView, readActiveRuns } from '../../ledger/reader.ts';
import { mayHaveLiveRuns } from '../../ledger/recently-written.ts';
import { ledgerFile, mirrorOf } from './ledger-file.ts';
import type { Place } from './place.ts';
import { type HookSession, isOwn } from './session.ts';

/** What a repository's ledger says to this session's hooks. */
export interface Watched {
  place: Place;
  /** This session's runs that are not known to be dead. */
  own: RunView[];
  others: RunView[];
  /** Set where the ledger cannot be read: then nothing is known, which is not the same as nobody. */
  unreadable?: { file: string; reason: string };
  /** The ledger is in a database; what is known here is its copy beside the clone. */
  isCopy: boolean;
}

/** Reads who works in the repository; `undefined` where nobody does, which is nearly always and has to be quick. */
export async function watched(place: Place, session: HookSession, now: number): Promise<Watched | undefined> {
  const found = await readings(place, now);
  const broken = found.find(({ reading }) => !reading.ok);
  const isCopy = found.some((one) => one.isCopy);
  if (broken && !broken.reading.ok)
    return {
      place,
      own: [],
      others: [],
      unreadable: { file: broken.file, reason: broken.reading.reason },
      isCopy,
    };
  const runs = found
    .flatMap(({ reading }) => (reading.ok ? reading.runs : []))
    .filter((run) => run.liveness !== 'dead');
  if (runs.length === 0) return undefined;
  return {
    place,
    own: runs.filter((run) => isOwn(run, session)),
    others: runs.filter((run) => !isOwn(run, session)),
    isCopy,
  };
}

interface Found {
  file: string;
  reading: Reading;
  isCopy: boolean;
}

/** Of the ledger in the clone and of the copy of one in a database: two never have live runs, but either may. */
async function readings(place: Place, now: number): Promise<Found[]> {
  const [file, mirror] = [ledgerFile(place), mirrorOf(place)];
  const copy = mayHaveLiveRuns(mirror, now) ? await readCopy(mirror, now) : undefined;
  return [
    ...(mayHaveLiveRuns(file, now) ? [{ file, reading: readActiveRuns(file, now), isCopy: false }] : []),
    ...(copy ? [{ file: mirror, reading: copy, isCopy: true }] : []),
  ];
}

async function readCopy(mirror: string, now: number): Promise<Reading | undefined> {
  const { readMirroredRuns } = await import('./read-copy.ts');
  return readMirroredRuns(mirror, now);
}
