import { PitcrewError } from '../../src/core/errors.ts';
import type { Answer, Changes, Input, Kind, Moment } from '../apply/state.ts';
import { apply } from '../apply.ts';
import { JUDGES_OTHERS, NOBODY, READS } from '../engine.ts';
import { historyText } from '../history/entry.ts';
import type { HandwrittenEntry, Owner } from '../ledger.ts';
import type { OwnerLiveness } from '../owner.ts';
import type { Database } from './database.ts';
import { type Asked, holdersOf } from './holders.ts';
import { forgetHoldings, rememberWritten, versionOf } from './holdings.ts';
import { refuseForeignKernel } from './kernels.ts';
import { loadState } from './load.ts';
import { saveChanges, saveHead } from './save.ts';
import { readAtOnce, transact, transactNow } from './transact.ts';

/** One command in its stored form. */
export interface Job<K extends Kind = Kind> {
  kind: K;
  input: Input<K>;
  /** The steady time in ms after which nobody waits for it any more: then it is not judged. */
  until?: number;
}

export interface Answered<K extends Kind = Kind> {
  answer: Answer<K>;
}

export interface Judged<K extends Kind = Kind> extends Answered<K> {
  /** The ledger is another one after it. */
  hasChanged: boolean;
}

/** `error`: what the rules threw, with nothing written; `TOO_LATE` for a job whose time was over. */
export type Verdict<K extends Kind = Kind> = Judged<K> | { error: unknown };

export const TOO_LATE = new Error('Nobody waits for this command any more.');

export interface Bench {
  database: Database;
  file: string;
  clocks(): Pick<Moment, 'now' | 'steady'>;
  handwritten(now: number): HandwrittenEntry[];
  liveness: ((owner: Owner) => OwnerLiveness) | undefined;
  /** Whether each judged operation is written into the table `history`. */
  records: boolean;
}

export type JudgeAll = (jobs: readonly Job[]) => Promise<Verdict[]>;

/**
 * Judges commands, each as if it were alone, and together in one transaction, or in two or three where somebody has to be
 * asked for first. Rejects when the store cannot be used; what was done before that, a command's id tells.
 */
export interface Judge {
  all: JudgeAll;
  /** The same for one, without waiting: `undefined` where another process has the lock. */
  now(job: Job): Promise<Verdict | undefined>;
}

export function judgeOn(bench: Bench): Judge {
  const holders = holdersOf(bench.liveness);

  const judgeRound = async (
    jobs: readonly Job[],
    isFresh: boolean,
    isPatient: boolean,
  ): Promise<(Verdict | undefined)[] | undefined> => {
    // Before the transaction: reading files and asking for processes must not hold up other sessions.
    const isAsking = jobs.some(({ kind }) => JUDGES_OTHERS.has(kind));
    const asked = isAsking ? holders.ask(isFresh, comingWith(jobs)) : undefined;
    const others = asked && { ...asked.sight, handwritten: bench.handwritten(bench.clocks().now) };
    const work = () => {
      const round: Round = { version: versionOf(bench.database), seen: others && { asked, others } };
      const verdicts = jobs.map((job) => judgeOne(job, round));
      if (round.head) saveHead(bench.database, round.head);
      return verdicts;
    };
    if (jobs.every(({ kind }) => READS.has(kind))) return readAtOnce(bench.database, bench.file, work);
    const takenBack = () => forgetHoldings(bench.database);
    return isPatient
      ? transact(bench.database, bench.file, work, takenBack)
      : transactNow(bench.database, work, takenBack)?.result;
  };

  /** `undefined`: to be judged again by somebody who has asked for all owners anew. */
  const judgeOne = (job: Job, round: Round): Verdict | undefined => {
    const { seen } = round;
    if (job.until !== undefined && steadyMs() > job.until) return { error: TOO_LATE };
    const { kind, input } = job;
    const moment: Moment = { ...bench.clocks(), ...(seen && JUDGES_OTHERS.has(kind) ? seen.others : NOBODY) };
    try {
      return decideAndSave(kind, input, moment, round);
    } catch (error) {
      // The rules' own words, and nothing is written yet; the other commands of the transaction go on.
      if (error instanceof PitcrewError) return { error };
      throw error;
    }
  };

  const decideAndSave = <K extends Kind>(
    kind: K,
    input: Input<K>,
    moment: Moment,
    round: Round,
  ): Verdict | undefined => {
    const { database, file, records } = bench;
    const asked = JUDGES_OTHERS.has(kind) ? round.seen?.asked : undefined;
    const state = loadState(database, file, kind, input, { now: moment.now, version: round.version });
    if (asked && !holders.covers(asked, state)) return undefined;
    const { answer, changes } = apply(state, { kind, input, moment });
    if (asked?.isFresh === false && isRefused(answer)) return undefined;
    if (READS.has(kind)) return { answer, hasChanged: false };
    if (!state.known) {
      refuseForeignKernel(database, moment.now);
      const cmd = 'cmd' in input ? input.cmd : undefined;
      const written = saveChanges(database, state, changes, { cmd, kind, answer, now: moment.now });
      rememberWritten(database, changes, written);
      if (changes.rev !== state.rev || changes.fence !== state.fence) round.head = changes;
      // The next command reads it again.
      if (changes.forget) saveHead(database, changes);
    }
    if (records) {
      const text = historyText(kind, input, moment, answer, changes.rev);
      database.run('INSERT INTO history (data) VALUES (?)', text);
    }
    return { answer, hasChanged: changes.rev > state.rev };
  };

  /** `undefined` where it would have had to wait. */
  const judgeAll = async (jobs: readonly Job[], isPatient: boolean): Promise<Verdict[] | undefined> => {
    const verdicts: (Verdict | undefined)[] = jobs.map(() => undefined);
    let open = jobs.map((job, at) => ({ job, at }));
    // Asked again, outside of the transaction, for an owner whom the last one had not seen, and before a refusal.
    for (let isFresh = jobs.some(asksAnew); open.length > 0; isFresh = true) {
      const round = await judgeRound(
        open.map(({ job }) => job),
        isFresh,
        isPatient,
      );
      if (!round) return undefined;
      for (const [n, { at }] of open.entries()) verdicts[at] = round[n];
      open = open.filter(({ at }) => verdicts[at] === undefined);
    }
    return verdicts.flatMap((verdict) => verdict ?? []);
  };
  return {
    all: async (jobs) => (await judgeAll(jobs, true)) ?? [],
    now: async (job) => (await judgeAll([job], false))?.[0],
  };
}

/** Whom a later command of the same transaction meets. */
const comingWith = (jobs: readonly Job[]): Owner[] =>
  jobs.length > 1 ? jobs.flatMap(({ input }) => ('owner' in input ? [input.owner] : [])) : [];

/** Of one transaction. */
interface Round {
  version: number;
  seen: { asked: Asked | undefined; others: Pick<Moment, 'gone' | 'alive' | 'handwritten'> } | undefined;
  /** Where the ledger stands now, if that is another place than before. */
  head?: Pick<Changes, 'rev' | 'fence'>;
}

/** By the clock that all processes of this boot share. */
export const steadyMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);

/** Of those that only a refusal makes depend on who is alive: before one, it is asked anew. */
const MAY_REMEMBER: ReadonlySet<Kind> = new Set<Kind>(['register', 'probe']);

const asksAnew = ({ kind }: Job): boolean => JUDGES_OTHERS.has(kind) && !MAY_REMEMBER.has(kind);

const isRefused = (answer: object): boolean =>
  'conflicts' in answer && Array.isArray(answer.conflicts) && answer.conflicts.length > 0;
