import { isoSeconds, spanOf } from '../../src/core/clock.ts';
import { messageOf } from '../../src/core/errors.ts';
import { readOrSay } from '../handwritten.ts';
import type { HandwrittenEntry, Listed, Run, Ticket } from '../ledger.ts';
import { LISTED_RECENT } from '../limits.ts';
import { ownerKey } from '../liveness.ts';
import { sightOf } from '../owners.ts';
import type { PostgresLedgerOptions } from '../postgres-ledger.ts';
import type { Place } from './load.ts';
import { isNewer, type Mirror, mirrorFile, readMirror } from './mirror.ts';
import { isActive, type Listing, listingOf, type Picture, pictureOf } from './picture.ts';
import type { Store } from './store.ts';

/** What is held and waited for: asked for now, or as it was known last where that will do. */
export interface LastKnown {
  /** Asks the database; throws `upstream` where it cannot be reached. */
  look(patienceMs?: number): Promise<Mirror>;
  /** The same for people, with so many of the runs that ended last. */
  listing(recent: number): Promise<Listing>;
  /** What a transaction found, or has made of it. */
  learn(picture: Picture): Mirror;
  /** What this machine sees of the processes that are known to hold something or to wait, asked ahead of a transaction. */
  sight(): Promise<AskedAhead>;
  /** For people: without the database what was known last, which is said as an entry of its own. */
  list(): Promise<Listed>;
  isThere(): boolean;
  /** How long a ticket holds without being asked for. */
  ticketTtlMs(ticket: string): number | undefined;
}

export interface AskedAhead extends ReturnType<typeof sightOf> {
  /**
   * Whether the transaction has found somebody who came later and is gone already: the COMMIT of a process may arrive
   * after its end. Then the processes have to be asked anew, before the time that they are judged at.
   */
  isOutdatedBy(found: { runs: readonly Run[]; tickets: readonly Ticket[] }): boolean;
}

/** Where what was known last will do, a lost database is not waited for any longer. */
export const READ_PATIENCE_MS = 1500;

export function lastKnownOf(
  options: Pick<PostgresLedgerOptions, 'clock' | 'liveness' | 'folder'>,
  {
    ask,
    place,
    handwritten,
  }: { ask: Store['ask']; place: () => Place; handwritten: () => HandwrittenEntry[] },
): LastKnown {
  const { clock, liveness, folder } = options;
  let known: Mirror | undefined;

  const look = async (patienceMs?: number, parts = { recent: 0 }): Promise<Mirror> => {
    return learn(await pictureOf(place(), ask(patienceMs), parts));
  };
  const learn = (picture: Picture): Mirror => {
    const at = clock();
    const mirror: Mirror = {
      format: 1,
      repository: place().repository,
      at,
      aheadMs: picture.now - at,
      picture,
    };
    if (!known || !isNewer(known, mirror)) known = mirror;
    return mirror;
  };
  const listing = async (recent: number) => {
    const { picture } = await look(READ_PATIENCE_MS, { recent });
    return listingOf(picture, picture.now, liveness);
  };
  const remembered = (): Mirror | undefined => {
    if (folder === undefined) return known;
    try {
      // What happens elsewhere is heard by one session of the clone, and stands there.
      const found = readMirror(mirrorFile(folder));
      const isOurs = found?.repository === place().repository;
      return isOurs && !(known && isNewer(known, found)) ? found : known;
    } catch {
      return known;
    }
  };
  return {
    look,
    listing,
    learn,
    async sight() {
      const { picture } = known ?? (await look());
      const holders = [...picture.runs, ...picture.tickets];
      const ahead = sightOf(holders, liveness);
      const asked = new Set(holders.map(({ owner }) => ownerKey(owner)));
      const isOutdatedBy: AskedAhead['isOutdatedBy'] = ({ runs, tickets }) => {
        const others = [...runs.filter(isActive), ...tickets];
        const late = others.filter(({ owner }) => !asked.has(ownerKey(owner)));
        return sightOf(late, liveness).gone.size > 0;
      };
      return { ...ahead, isOutdatedBy };
    },
    async list() {
      const byHand = readOrSay(handwritten);
      try {
        return listed(await listing(LISTED_RECENT), byHand);
      } catch (error) {
        const last = remembered();
        if (!last || !isOutOfReach(error)) throw error;
        const then = listingOf(last.picture, clock() + last.aheadMs, liveness);
        return listed(then, [noticeOf(last.at, clock(), messageOf(error)), ...byHand]);
      }
    },
    isThere: () => remembered() !== undefined,
    ticketTtlMs: (wanted) => known?.picture.tickets.find(({ ticket }) => ticket === wanted)?.ttlMs,
  };
}

export const isOutOfReach = (error: unknown): boolean =>
  error instanceof Error && 'kind' in error && error.kind === 'upstream';

const listed = ({ store: _, ...rest }: Listing, handwritten: HandwrittenEntry[]): Listed => ({
  ...rest,
  handwritten,
});

/** An entry of the list itself, so that everybody who sees the list sees it. */
const noticeOf = (at: number, now: number, why: string): HandwrittenEntry => ({
  title: `As of ${isoSeconds(at)}, ${spanOf(now - at)} ago: the ledger's database cannot be asked now`,
  paths: [],
  text: `${why} Who holds what may have changed since; nothing can be claimed or recorded until it answers.`,
  since: at,
  status: 'unclear',
  isNotice: true,
});
