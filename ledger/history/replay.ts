import { isDeepStrictEqual } from 'node:util';
import { type Claims, meeting } from '../apply/conflicts.ts';
import { includes } from '../apply/line.ts';
import type { Changes, Kind } from '../apply/state.ts';
import { apply } from '../apply.ts';
import type { Run, Ticket } from '../ledger.ts';
import { STALE_AFTER_MS } from '../limits.ts';
import { ownerKey } from '../liveness.ts';
import { type HistoryEntry, momentOf } from './entry.ts';
import { MemoryStore } from './memory-store.ts';

export interface Replay {
  /** Each begins with the invariant that does not hold: `I4 at 17: ...`, at the number of the operation, from 0. */
  faults: string[];
  /** The state at the end. */
  store: MemoryStore;
}

/**
 * Judges a history again, in its order, by the pure rules, and looks at every state on the way with checks of its own:
 * the revisions (I1), each answer against the rules' (I2), fences (I3), that nobody holds what another holds (I4), that a
 * repeated command gets its first answer (I8), why a run ended (I9), and the order of the line (I10).
 */
export function replay(entries: readonly HistoryEntry[]): Replay {
  const store = new MemoryStore(markOf(entries));
  const faults: string[] = [];
  const firstAnswers = new Map<string, unknown>();
  let topFence = 0;
  entries.forEach((entry, at) => {
    const say = (invariant: string, what: string) =>
      faults.push(`${invariant} at ${at} (${entry.kind}): ${what}`);
    const before = { rev: store.rev, active: new Map(store.active), tickets: [...store.tickets.values()] };
    const { answer, changes, isKnown } = judgeAgain(store, entry);

    if (entry.rev !== changes.rev) say('I1', `revision ${entry.rev}, not ${changes.rev}`);
    if (changes.rev !== before.rev && changes.rev !== before.rev + 1)
      say('I1', `${changes.rev} after ${before.rev}`);
    if (!isDeepStrictEqual(plain(answer), entry.answer)) {
      say('I2', `answered ${JSON.stringify(entry.answer)}, not ${JSON.stringify(answer)}`);
    }
    if ('cmd' in entry.input) {
      const first = firstAnswers.get(entry.input.cmd);
      if (isKnown && !isDeepStrictEqual(first, entry.answer))
        say('I8', `${entry.input.cmd} got another answer`);
      firstAnswers.set(entry.input.cmd, entry.answer);
    }
    for (const run of changes.runs) {
      const old = before.active.get(run.run);
      if (old?.fence !== run.fence && run.status === 'active') {
        if (run.fence <= topFence) say('I3', `fence ${run.fence} after ${topFence}`);
        topFence = Math.max(topFence, run.fence);
      }
      if (run.status !== 'active' && old) {
        for (const what of whyEnded(entry, old, run)) say('I9', what);
      }
    }
    store.save(changes, { ...entry, now: entry.moment.now });
    if (!isKnown) {
      for (const what of heldTwice(changes, store.active)) say('I4', what);
      for (const what of passedBy(entry, changes, before)) say('I10', what);
    }
  });
  return { faults, store };
}

function judgeAgain(store: MemoryStore, entry: HistoryEntry) {
  const { kind, input } = entry;
  const state = store.stateFor(kind, input, entry.moment.now);
  return {
    ...apply<Kind>(state, { kind, input, moment: momentOf(entry) }),
    isKnown: state.known !== undefined,
  };
}

/** As JSON keeps it. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The store's mark is in every id that it gave. */
function markOf(entries: readonly HistoryEntry[]): string {
  const marks = /"(?:run|ticket)":"[rt]\d+-([0-9a-z]+)"/;
  for (const entry of entries) {
    const mark = marks.exec(JSON.stringify(entry.answer))?.[1];
    if (mark !== undefined) return mark;
  }
  return '';
}

/** A run ends by its owner, by a takeover, or when its owner is gone or silent for two hours. */
function whyEnded(entry: HistoryEntry, old: Run, run: Run): string[] {
  const { kind, input, moment } = entry;
  const isOwn = 'run' in input && input.run === run.run && (!('fence' in input) || input.fence === old.fence);
  if (run.status === 'expired') {
    const key = ownerKey(old.owner);
    const { steady } = moment;
    const isOneBoot = steady && steady.boot === old.renewedSteady?.boot && steady.at >= old.renewedSteady.at;
    const age = isOneBoot ? steady.at - (old.renewedSteady?.at ?? 0) : moment.now - old.renewedAt;
    const isAbandoned = age >= STALE_AFTER_MS && !moment.alive.includes(key);
    return isAbandoned || moment.gone.includes(key) ? [] : [`${run.run} expired, but its owner was there`];
  }
  if (run.status === 'taken_over') {
    const isJoined = kind === 'register' && 'session' in input && input.session === old.session;
    return isJoined || (kind === 'takeover' && isOwn) ? [] : [`${run.run} was taken over by ${kind}`];
  }
  return kind === 'close' && isOwn ? [] : [`${run.run} became ${run.status} by ${kind}`];
}

function heldTwice(changes: Changes, active: ReadonlyMap<string, Run>): string[] {
  return changes.runs
    .filter((run) => run.status === 'active')
    .flatMap((run) =>
      [...active.values()]
        .filter((other) => other.run !== run.run && other.session !== run.session)
        .filter((other) => meeting(run, other) !== undefined)
        .map((other) => `${run.run} and ${other.run} hold ${JSON.stringify(meeting(run, other))}`),
    );
}

/** Tickets that were there and valid, and whose claims went to somebody who came later. */
function passedBy(
  entry: HistoryEntry,
  changes: Changes,
  before: { active: ReadonlyMap<string, Run>; tickets: readonly Ticket[] },
): string[] {
  const { kind, input, answer, moment } = entry;
  if (kind !== 'register' || !('owner' in input) || !('incidents' in input)) return [];
  const valid = before.tickets.filter((ticket) => !changes.dropTickets.includes(ticket.ticket));
  const faults = valid
    .filter((ticket) => moment.now - ticket.askedAt >= ticket.ttlMs)
    .map((ticket) => `${ticket.ticket} is still there, and nobody asked for it in time`);
  const granted = changes.runs.find((run) => run.status === 'active' && run.session === input.session);
  if (!granted || !('ok' in answer && answer.ok)) return faults;
  const wanted = { incidents: input.incidents, paths: input.paths, resources: input.resources ?? [] };
  const place = before.tickets
    .filter((ticket) => ticket.session === input.session && includes(ticket, wanted))
    .reduce((least, ticket) => Math.min(least, ticket.number), Number.POSITIVE_INFINITY);
  const gained = gainedBy(granted, changes, before.active);
  const passed = valid
    .filter((ticket) => ticket.session !== input.session && ticket.number < place)
    .filter((ticket) => meeting(ticket, gained) !== undefined);
  return [
    ...faults,
    ...passed.map((ticket) => `${granted.run} passed ${ticket.ticket}, which came before it`),
  ];
}

/** What a run holds that neither it nor one that was joined with it held before. */
function gainedBy(granted: Run, changes: Changes, before: ReadonlyMap<string, Run>): Claims {
  const old = changes.runs.flatMap((run) => {
    const earlier = before.get(run.run);
    return earlier && earlier.session === granted.session && run.status !== 'expired' ? [earlier] : [];
  });
  return {
    owner: granted.owner,
    incidents: granted.incidents.filter((one) => !old.some((run) => run.incidents.includes(one))),
    resources: granted.resources.filter((one) => !old.some((run) => run.resources.includes(one))),
    paths: granted.paths.filter(
      (one) => !old.some((run) => run.paths.some((path) => path.glob === one.glob && path.mode === one.mode)),
    ),
  };
}
