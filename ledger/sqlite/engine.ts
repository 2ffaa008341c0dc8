import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { upstreamError } from '../../src/core/errors.ts';
import type { Answer, Input, Kind } from '../apply/state.ts';
import type { Engine } from '../engine.ts';
import { handwrittenReader, readOrSay } from '../handwritten.ts';
import type { Sight } from '../liveness.ts';
import { bootId, pidNamespace } from '../owner.ts';
import { sightOf } from '../owners.ts';
import type { SqliteLedgerOptions } from '../sqlite-ledger.ts';
import { SHOWN_RECENT } from '../view.ts';
import { type ViewWriter, viewWriter } from '../view-writer.ts';
import type { Database } from './database.ts';
import { guardFile } from './file-guard.ts';
import { holdingsIn } from './holdings.ts';
import { type Answered, type Job, type JudgeAll, judgeOn, type Verdict } from './judge.ts';
import { loadHead } from './load.ts';
import { refuseLostEnd } from './lost-end.ts';
import { openStore } from './open-store.ts';
import { eventsAfter, findTriage, incidentRecord, listRuns } from './queries.ts';
import { revisionAfter } from './revision-after.ts';
import { HISTORY_TABLE, SCHEMA } from './schema.ts';
import { lostCommits } from './torn-log.ts';
import { readAtOnce, transact } from './transact.ts';

export interface SqliteEngine extends Engine {
  trimmedAt(): Promise<number>;
}

/** The store in `options.file` as an engine: see README.md for what each part has to hold. */
export async function openSqliteEngine(options: SqliteLedgerOptions): Promise<SqliteEngine> {
  const { file, clock } = options;
  // Looked at before SQLite does: it takes what it can read, and goes on after that.
  const lost = await lostCommits(file);
  const database = await openStore(file);
  try {
    await refuseLostEnd(database, file, lost, options);
  } catch (error) {
    database.close();
    throw error;
  }
  if (options.history) await transact(database, file, () => database.exec(HISTORY_TABLE));
  const handwritten = handwrittenReader(options.view?.file);
  const ending = new AbortController();
  let isClosed = false;
  const inWords = guardFile(file, database);
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await inWords(work);
    } catch (error) {
      throw isClosed ? ending.signal.reason : error;
    }
  };
  let view: ViewWriter | undefined;

  const sight = () => {
    const { runs, tickets } = holdingsIn(database);
    return sightOf([...runs, ...tickets], options.liveness);
  };
  const clocks = (): Pick<Sight, 'now' | 'steady'> => {
    const steady = options.steady?.();
    return { now: clock(), ...(steady && { steady }) };
  };
  const look = <T>(work: (db: Database, sight: () => Sight) => T): Promise<T> =>
    guarded(() => readAtOnce(database, file, () => work(database, () => ({ ...clocks(), ...sight() }))));

  const judging = judgeOn({
    database,
    file,
    clocks,
    handwritten,
    liveness: options.liveness,
    records: options.history === true,
  });
  const changed = () => view?.changed();
  const seen = (verdicts: readonly Verdict[]) => {
    if (verdicts.some((verdict) => 'hasChanged' in verdict && verdict.hasChanged)) changed();
  };
  const judgeAll: JudgeAll = async (jobs) => {
    try {
      const verdicts = await guarded(() => judging.all(jobs));
      seen(verdicts);
      return verdicts;
    } catch (error) {
      // Of several commands some may be done, whose repetition is no change.
      if (jobs.length > 1) changed();
      throw error;
    }
  };
  // Whoever leads renders for its followers; they look after it when it is gone.
  const group = options.together?.({ ...groupOf(options), judgeAll, left: changed });
  /** Where the lock is taken, a group is looked for before it is waited for. */
  const together = async (job: Job): Promise<Answered | Verdict | undefined> => {
    if (!group) return undefined;
    const judged = await group.judge(job);
    if (judged) return judged;
    const verdict = await guarded(() => judging.now(job));
    if (verdict) {
      seen([verdict]);
      return verdict;
    }
    await group.gather();
    return group.judge(job);
  };

  const judge = async <K extends Kind>(kind: K, input: Input<K>): Promise<Answer<K>> => {
    const job = { kind, input };
    // Only what has an id: whether it was done can be asked for when nobody answers.
    const verdict = ('cmd' in input ? await together(job) : undefined) ?? (await judgeAll([job]))[0];
    if (!verdict || 'error' in verdict) throw verdict?.error ?? new Error(`${kind} was not judged.`);
    // What `kind` is answered with, here or by a process of the same rules.
    return verdict.answer as Answer<K>;
  };

  const listing = (most?: number) => look((db, seen) => listRuns(db, file, seen(), most));
  const byHand = () => readOrSay(() => handwritten(clock()));
  if (options.view) {
    const read = async () => ({ ...(await listing(SHOWN_RECENT)), handwritten: byHand() });
    const lockFile = join(dirname(file), 'view-lock.db');
    view = viewWriter({ ...options.view, lockFile, clock, log: options.log, read });
  }
  let closed: Promise<void> | undefined;
  const end = async () => {
    await group?.dispose();
    await view?.finish();
    isClosed = true;
    database.close();
  };
  return {
    judge,
    list: async () => {
      const { store: _, ...listed } = await listing();
      return { ...listed, handwritten: byHand() };
    },
    events: ({ afterRev, limit }) => look((db) => eventsAfter(db, afterRev, limit)),
    triage: (query) => look((db) => findTriage(db, query)),
    incident: (incident) => look((db, seen) => incidentRecord(db, incident, seen())),
    trimmedAt: () => look((db) => loadHead(db, file).trimmedAt),
    revisionAfter: async (afterRev, timeoutMs, signal) => {
      const either = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
      const head = () => look((db) => loadHead(db, file).rev);
      const rev = await revisionAfter(head, { afterRev, timeoutMs, signal: either });
      ending.signal.throwIfAborted();
      return rev;
    },
    dispose: () => {
      ending.abort(upstreamError('This session has closed its ledger.', 'Start the session again.'));
      closed ??= end();
      return closed;
    },
  };
}

/** Where the processes of one store meet, and what tells those that judge alike. */
const groupOf = ({ file, view, history, log }: SqliteLedgerOptions) => ({
  folder: dirname(file),
  judgesBy: () => {
    const { ino } = statSync(file, { bigint: true });
    const place = [String(ino), bootId(), pidNamespace(), view?.file ?? ''];
    return { format: SCHEMA, place, history: history === true };
  },
  log,
});
