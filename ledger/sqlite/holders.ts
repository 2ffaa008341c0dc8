import type { State } from '../apply/state.ts';
import type { Owner } from '../ledger.ts';
import { ownerKey, type Sight } from '../liveness.ts';
import { type OwnerLiveness, ownerLiveness } from '../owner.ts';

/** What is known of the owners that were asked for, by `ownerKey`. */
export interface Asked {
  owners: ReadonlyMap<string, Owner>;
  sight: Required<Pick<Sight, 'gone' | 'alive'>>;
  /** Nothing in it was remembered but that a process is gone, which is final. */
  isFresh: boolean;
}

export interface Holders {
  /**
   * The processes of all owners that held or awaited something when it was last looked at, and of `coming`, who may by then;
   * `isFresh`: all asked now.
   */
  ask(isFresh: boolean, coming: readonly Owner[]): Asked;
  /** Whether `asked` knows of every owner in `state`; remembers them, so that the next `ask` does. */
  covers(asked: Asked, state: Pick<State, 'runs' | 'tickets'>): boolean;
}

/** Asking for a process costs more than the rest of a register where many are busy, and on macOS starts a program. */
const REMEMBERED_MS = 1000;

/**
 * The owners in one store, remembered from one transaction to the next: they are few and stay, so that asking for their
 * processes needs no reading ahead of the transaction. What `liveness` answers is not remembered.
 */
export function holdersOf(liveness?: (owner: Owner) => OwnerLiveness): Holders {
  const judge = liveness ?? ownerLiveness;
  let owners: ReadonlyMap<string, Owner> = new Map();
  let verdicts: ReadonlyMap<string, Verdict> = new Map();
  return {
    ask: (isFresh, coming) => {
      const now = performance.now();
      const next = new Map<string, Verdict>();
      let isAllFresh = true;
      const all = new Map([...owners, ...coming.map((owner) => [ownerKey(owner), owner] as const)]);
      for (const [key, owner] of all) {
        const before = liveness ? undefined : verdicts.get(key);
        const isYoung = !isFresh && before !== undefined && now - before.at < REMEMBERED_MS;
        const verdict =
          before && (isYoung || before.found === 'gone') ? before : { found: judge(owner), at: now };
        if (verdict === before && before.found !== 'gone') isAllFresh = false;
        next.set(key, verdict);
      }
      verdicts = next;
      const sight = { gone: keysOf(next, 'gone'), alive: keysOf(next, 'alive') };
      return { owners: all, sight, isFresh: isAllFresh };
    },
    covers: (asked, { runs, tickets }) => {
      const now = new Map<string, Owner>();
      for (const { owner, status } of runs) if (status === 'active') now.set(ownerKey(owner), owner);
      for (const { owner } of tickets) now.set(ownerKey(owner), owner);
      owners = now;
      for (const key of now.keys()) if (!asked.owners.has(key)) return false;
      return true;
    },
  };
}

interface Verdict {
  found: OwnerLiveness;
  /** By `performance.now()`. */
  at: number;
}

const keysOf = (verdicts: ReadonlyMap<string, Verdict>, found: OwnerLiveness): Set<string> =>
  new Set([...verdicts].filter(([, verdict]) => verdict.found === found).map(([key]) => key));
