import { isDeepStrictEqual } from 'node:util';
import type { Run } from '../ledger.ts';
import { ownerKey } from '../liveness.ts';
import type { HistoryEntry } from './entry.ts';
import { replay } from './replay.ts';

/** A command that was sent, and what its caller saw. Times in milliseconds of a clock that all processes share. */
export interface Acknowledged {
  cmd: string;
  answer: unknown;
  calledAt: number;
  answeredAt: number;
}

/** A process that was killed. `killedAt` is the wall clock's time before the first signal: a second one moves nothing. */
export interface Death {
  /** `ownerKey` of the process. */
  owner: string;
  killedAt: number;
  /** When it was seen to be gone, by the clock of `Acknowledged`. */
  goneAt: number;
}

/** An effect outside the ledger, in the order in which they landed. */
export interface Effect {
  incident: string;
  fence: number;
}

/** A command at the moment when it was sent, by the clock of `Acknowledged`; its answer may never have come. */
export interface Sent {
  cmd: string;
  calledAt: number;
}

export interface Evidence {
  entries: readonly HistoryEntry[];
  acknowledged?: readonly Acknowledged[];
  /** What was sent, answered or not: tells a repeated command from one that is sent for the first time. */
  sent?: readonly Sent[];
  deaths?: readonly Death[];
  effects?: readonly Effect[];
  /** The active runs that the store itself lists at the end. */
  active?: readonly Pick<Run, 'run' | 'fence'>[];
}

/**
 * What does not hold in a history and in what was seen from outside; empty when all does. Beyond `replay`: what was
 * acknowledged is there (I5), in an order that agrees with real time (I2), dead owners are freed at once and nobody else
 * is taken for dead (I9), and effects landed in fence order (I7).
 */
export function checkHistory(evidence: Evidence): string[] {
  const { faults, store } = replay(evidence.entries);
  const { entries, acknowledged = [], sent = [], deaths = [], effects = [], active } = evidence;
  return [
    ...faults,
    ...lostAnswers(entries, acknowledged),
    ...outOfOrder(entries, acknowledged),
    ...takenForDead(entries, deaths),
    ...stillHeld(entries, acknowledged, sent, deaths),
    ...staleEffects(effects),
    ...(active ? differentEnd(active, [...store.active.values()]) : []),
  ];
}

const commandOf = (entry: HistoryEntry): string | undefined =>
  'cmd' in entry.input ? entry.input.cmd : undefined;

function lostAnswers(entries: readonly HistoryEntry[], acknowledged: readonly Acknowledged[]): string[] {
  const answers = new Map(entries.map((entry) => [commandOf(entry), entry.answer]));
  return acknowledged.flatMap(({ cmd, answer }) => {
    if (!answers.has(cmd)) return [`I5 ${cmd} was acknowledged and is not in the history`];
    return isDeepStrictEqual(answers.get(cmd), answer)
      ? []
      : [`I5 ${cmd} was answered otherwise than is written`];
  });
}

/**
 * Whoever ended before another began has to stand before it. A command that was judged more than once (repeated, or by two
 * processes of which one was not heard) stands at the first of its places that fits: it leaves most room to the others.
 */
function outOfOrder(entries: readonly HistoryEntry[], acknowledged: readonly Acknowledged[]): string[] {
  const places = placesOf(entries);
  const known = acknowledged.filter(({ cmd }) => places.has(cmd));
  const byEnd = [...known].sort((a, b) => a.answeredAt - b.answeredAt);
  const stands = new Map<Acknowledged, number>();
  const faults: string[] = [];
  let ended = 0;
  let latest: { cmd: string; place: number } | undefined;
  for (const one of [...known].sort((a, b) => a.calledAt - b.calledAt)) {
    for (let next = byEnd[ended]; next && next.answeredAt < one.calledAt; next = byEnd[++ended]) {
      const place = stands.get(next) ?? -1;
      if (!latest || place > latest.place) latest = { cmd: next.cmd, place };
    }
    const own = places.get(one.cmd) ?? [];
    const fitting = own.find((place) => !latest || place >= latest.place);
    if (fitting === undefined) faults.push(`I2 ${one.cmd} stands before ${latest?.cmd}, which ended first`);
    stands.set(one, fitting ?? own.at(-1) ?? -1);
  }
  return faults;
}

function placesOf(entries: readonly HistoryEntry[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [at, entry] of entries.entries()) {
    const cmd = commandOf(entry);
    if (cmd !== undefined) places.set(cmd, [...(places.get(cmd) ?? []), at]);
  }
  return places;
}

function takenForDead(entries: readonly HistoryEntry[], deaths: readonly Death[]): string[] {
  const killed = new Map(deaths.map((death) => [death.owner, death.killedAt]));
  const seen = new Set<string>();
  return entries.flatMap(({ moment }, at) =>
    moment.gone.flatMap((owner) => {
      if (seen.has(owner)) return [];
      seen.add(owner);
      const isDead = (killed.get(owner) ?? Number.POSITIVE_INFINITY) <= moment.now;
      return isDead || deaths.length === 0 ? [] : [`I9 at ${at}: ${owner} was taken for dead while it lived`];
    }),
  );
}

/**
 * A refusal that names a run whose owner was known to be gone before the request was made. Two of them are as they should
 * be. A repeated command gets its first answer (I8), so what counts is when it was sent first, if that was judged. And a run may be
 * granted to an owner who is dead already, where another repeats what that one sent: who asked who is there before this was
 * known could not see it, and whoever asks afterwards has to.
 */
function stillHeld(
  entries: readonly HistoryEntry[],
  acknowledged: readonly Acknowledged[],
  sent: readonly Sent[],
  deaths: readonly Death[],
): string[] {
  const deathOf = new Map(deaths.map((death) => [death.owner, death]));
  const refusals = firstRefusals(entries, acknowledged);
  const askedAt = firstAsked(entries, sent);
  return acknowledged.flatMap(({ cmd, calledAt }) =>
    (refusals.get(cmd) ?? []).flatMap(({ run, grant }) => {
      const death = grant && deathOf.get(grant.owner);
      if (!death) return [];
      const isGrantedAfter = grant.at >= death.killedAt;
      const knownAt = isGrantedAfter ? Math.max(death.goneAt, grant.knownAt) : death.goneAt;
      const isSeen = knownAt < Math.min(calledAt, askedAt.get(cmd) ?? Number.POSITIVE_INFINITY);
      return isSeen ? [`I9 ${cmd} was refused for ${run}, whose owner was dead by then`] : [];
    }),
  );
}

interface Grant {
  owner: string;
  /** By the wall's clock. */
  at: number;
  /** When somebody had its answer, by the clock of `Acknowledged`. */
  knownAt: number;
}

/** By command: the runs that its first answer names as being in the way, each with the grant by which it was held then. */
function firstRefusals(entries: readonly HistoryEntry[], acknowledged: readonly Acknowledged[]) {
  const answeredAt = new Map(acknowledged.map((one) => [one.cmd, one.answeredAt]));
  const grants = new Map<string, Grant>();
  const refusals = new Map<string, { run: string; grant: Grant | undefined }[]>();
  for (const entry of entries) {
    const { answer, moment } = entry;
    const cmd = commandOf(entry);
    if (cmd === undefined || refusals.has(cmd)) continue;
    refusals.set(
      cmd,
      conflictRuns(answer).map((run) => ({ run, grant: grants.get(run) })),
    );
    if (!('ok' in answer && answer.ok && 'run' in answer)) continue;
    const knownAt = answeredAt.get(cmd) ?? Number.POSITIVE_INFINITY;
    grants.set(answer.run.run, { owner: ownerKey(answer.run.owner), at: moment.now, knownAt });
  }
  return refusals;
}

/** When each command that was judged more than once was sent first; of the others the acknowledged call was the one judged. */
function firstAsked(entries: readonly HistoryEntry[], sent: readonly Sent[]): Map<string, number> {
  const judged = new Map<string, number>();
  for (const entry of entries) {
    const cmd = commandOf(entry);
    if (cmd !== undefined) judged.set(cmd, (judged.get(cmd) ?? 0) + 1);
  }
  const first = new Map<string, number>();
  for (const { cmd, calledAt } of sent) {
    if ((judged.get(cmd) ?? 0) < 2) continue;
    first.set(cmd, Math.min(calledAt, first.get(cmd) ?? calledAt));
  }
  return first;
}

function conflictRuns(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null || !('conflicts' in answer)) return [];
  const { conflicts } = answer;
  return Array.isArray(conflicts)
    ? conflicts.flatMap(({ run }) => (typeof run === 'string' ? [run] : []))
    : [];
}

function staleEffects(effects: readonly Effect[]): string[] {
  const newest = new Map<string, number>();
  return effects.flatMap(({ incident, fence }, at) => {
    const top = newest.get(incident) ?? 0;
    newest.set(incident, Math.max(top, fence));
    return fence < top ? [`I7 effect ${at} on ${incident}: fence ${fence} after ${top}`] : [];
  });
}

function differentEnd(listed: readonly Pick<Run, 'run' | 'fence'>[], replayed: readonly Run[]): string[] {
  const texts = (runs: readonly Pick<Run, 'run' | 'fence'>[]) =>
    runs.map(({ run, fence }) => `${run} ${fence}`).sort();
  return isDeepStrictEqual(texts(listed), texts(replayed))
    ? []
    : [`I5 the store lists ${texts(listed).join()}, its history ends with ${texts(replayed).join()}`];
}
