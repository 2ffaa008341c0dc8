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

export interface Evidence {
  entries: readonly HistoryEntry[];
  acknowledged?: readonly Acknowledged[];
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
  const { entries, acknowledged = [], deaths = [], effects = [], active } = evidence;
  return [
    ...faults,
    ...lostAnswers(entries, acknowledged),
    ...outOfOrder(entries, acknowledged),
    ...takenForDead(entries, deaths),
    ...stillHeld(entries, acknowledged, deaths),
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

/** Whoever ended before another began has to stand before it. A repeated command stands where it was last asked. */
function outOfOrder(entries: readonly HistoryEntry[], acknowledged: readonly Acknowledged[]): string[] {
  const places = new Map(entries.map((entry, at) => [commandOf(entry), at]));
  const known = acknowledged.flatMap((one) => {
    const place = places.get(one.cmd);
    return place === undefined ? [] : [{ ...one, place }];
  });
  const byEnd = [...known].sort((a, b) => a.answeredAt - b.answeredAt);
  const faults: string[] = [];
  let ended = 0;
  let latest: (typeof known)[number] | undefined;
  for (const one of [...known].sort((a, b) => a.calledAt - b.calledAt)) {
    for (let next = byEnd[ended]; next && next.answeredAt < one.calledAt; next = byEnd[++ended]) {
      if (!latest || next.place > latest.place) latest = next;
    }
    if (latest && latest.place > one.place)
      faults.push(`I2 ${one.cmd} stands before ${latest.cmd}, which ended first`);
  }
  return faults;
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

/** A refusal that names a run whose owner was known to be gone before the request was made. */
function stillHeld(
  entries: readonly HistoryEntry[],
  acknowledged: readonly Acknowledged[],
  deaths: readonly Death[],
): string[] {
  const goneAt = new Map(deaths.map((death) => [death.owner, death]));
  const grants = new Map<string, { owner: string; at: number }>();
  for (const { answer, moment } of entries) {
    if (!('ok' in answer && answer.ok && 'run' in answer)) continue;
    grants.set(answer.run.run, { owner: ownerKey(answer.run.owner), at: moment.now });
  }
  const judgedAt = new Map<string, number>();
  for (const { input, moment } of entries) {
    if ('cmd' in input && !judgedAt.has(input.cmd)) judgedAt.set(input.cmd, moment.now);
  }
  return acknowledged.flatMap(({ cmd, answer, calledAt }) =>
    conflictRuns(answer).flatMap((run) => {
      const grant = grants.get(run);
      const death = grant && goneAt.get(grant.owner);
      // A command of a dead process that another repeats is granted after its death, and freed by the next one. One that
      // was judged before the death, and repeated after it, gets its first answer.
      const isFreed =
        !death ||
        death.goneAt >= calledAt ||
        grant.at >= death.killedAt ||
        (judgedAt.get(cmd) ?? Number.POSITIVE_INFINITY) <= death.killedAt;
      return isFreed ? [] : [`I9 ${cmd} was refused for ${run}, whose owner was dead by then`];
    }),
  );
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
