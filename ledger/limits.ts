/** Without a renewal for this long a run counts as abandoned: the 2 h rule of the hand-kept ledgers. */
export const STALE_AFTER_MS = 2 * 3_600_000;

/** Days that closed runs stay in the history. */
export const HISTORY_DAYS = 14;

/** How long the answer of a command is kept, so that a repeated command gets its first answer again. */
export const ANSWER_KEPT_MS = 24 * 3_600_000;

/** Longest lease that can be asked for: a mistyped unit must not reserve a file for a year. */
export const MAX_LEASE_MS = 24 * 3_600_000;

/** Ended runs in a listing; the view for people has the newest of them (`SHOWN_RECENT`). */
export const LISTED_RECENT = 100;

export const MAX_INCIDENTS = 200;
/** More files than this are declared as folders; it also bounds the work done inside the transaction. */
export const MAX_PATHS = 500;

export const MAX_RESOURCES = 50;

/** Widest range of ports of which one is asked for: each may have to be looked at. */
export const MAX_PORTS = 2000;

/** How long a place in the line is kept without being asked for, unless the caller says otherwise. */
export const DEFAULT_TICKET_MS = 60_000;
/** Longest time that a place is kept for somebody who does not ask: everybody behind it waits as long. */
export const MAX_TICKET_MS = 10 * 60_000;
