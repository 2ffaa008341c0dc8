import { keptInHandKept, makeHandKept, openHandKept } from './hand-kept.ts';
import { keptInLockfileJson, makeLockfileJson, openLockfileJson } from './lockfile-json.ts';
import { keptInOurs, makeOurs, openOurs } from './ours.ts';
import { keptInRawSqlite, makeRawSqlite, openRawSqlite } from './raw-sqlite.ts';
import { keptInSameRows, makeSameRows, openSameRows } from './same-rows.ts';
import type { OpenStore } from './store.ts';

/** One way to keep registrations: how it begins, how a process opens it, and which issues are in it at the end. */
export interface Way {
  make(folder: string): void | Promise<void>;
  open: OpenStore;
  kept(folder: string): Set<string> | Promise<Set<string>>;
}

export const WAYS = {
  ours: { make: makeOurs, open: openOurs, kept: keptInOurs },
  rawSqlite: { make: makeRawSqlite, open: openRawSqlite, kept: keptInRawSqlite },
  sameRows: { make: makeSameRows, open: openSameRows, kept: keptInSameRows },
  lockfileJson: { make: makeLockfileJson, open: openLockfileJson, kept: keptInLockfileJson },
  handKept: { make: makeHandKept, open: openHandKept, kept: keptInHandKept },
} satisfies Record<string, Way>;
export type WayName = keyof typeof WAYS;
