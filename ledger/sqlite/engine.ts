import { dirname, join } from 'node:path';
import { upstreamError } from '../../src/core/errors.ts';
import type { Answer, Input, Kind, Moment } from '../apply/state.ts';
import { apply } from '../apply.ts';
import { type Engine, JUDGES_OTHERS, NOBODY, READS } from '../engine.ts';
import { handwrittenReader, readOrSay } from '../handwritten.ts';
import { historyText } from '../history/entry.ts';
import type { Sight } from '../liveness.ts';
import { sightOf } from '../owners.ts';
import type { SqliteLedgerOptions } from '../sqlite-ledger.ts';
import { type ViewWriter, viewWriter } from '../view-writer.ts';
import type { Database } from './database.ts';
import { guardFile } from './file-guard.ts';
import { holdersOf } from './holders.ts';
import { holdingsIn, rememberWritten, type WrittenRun } from './holdings.ts';
import { refuseForeignKernel } from './kernels.ts';
import { loadHead, loadState } from './load.ts';
import { refuseLostEnd } from './lost-end.ts';
import { openStore } from './open-store.ts';
import { eventsAfter, findTriage, incidentRecord, listRuns } from './queries.ts';
import { revisionAfter } from './revision-after.ts';
import { saveChanges } from './save.ts';
import { HISTORY_TABLE } from './schema.ts';
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
  const holders = holdersOf(options.liveness);

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

  const judge = async <K extends Kind>(kind: K, input: Input<K>): Promise<Answer<K>> =>
    guarded(async () => {
      // Asked again, outside of the transaction, for an owner whom the last one had not seen, and before a refusal.
      for (let isFresh = !MAY_REMEMBER.has(kind); ; isFresh = true) {
        const judged = await judgeOnce(kind, input, isFresh);
        if (judged) return judged.answer;
      }
    });

  const judgeOnce = async <K extends Kind>(
    kind: K,
    input: Input<K>,
    isFresh: boolean,
  ): Promise<{ answer: Answer<K> } | undefined> => {
    // Before the transaction: reading files and asking for processes must not hold up other sessions.
    const asked = JUDGES_OTHERS.has(kind) ? holders.ask(isFresh) : undefined;
    const others = asked ? { ...asked.sight, handwritten: handwritten(clock()) } : NOBODY;
    const decide = () => {
      const moment: Moment = { ...clocks(), ...others };
      const state = loadState(database, file, kind, input, moment.now);
      if (asked && !holders.covers(asked, state)) return undefined;
      const applied = apply(state, { kind, input, moment });
      if (asked?.isFresh === false && isRefused(applied.answer)) return undefined;
      return { moment, state, ...applied };
    };
    if (READS.has(kind)) return readAtOnce(database, file, decide);
    const decideAndSave = () => {
      const decided = decide();
      if (!decided) return undefined;
      const { moment, state, answer, changes } = decided;
      let written: WrittenRun[] = [];
      if (!state.known) {
        refuseForeignKernel(database, moment.now);
        const cmd = 'cmd' in input ? input.cmd : undefined;
        written = saveChanges(database, state, changes, { cmd, kind, answer, now: moment.now });
      }
      if (options.history) {
        const text = historyText(kind, input, moment, answer, changes.rev);
        database.run('INSERT INTO history (data) VALUES (?)', text);
      }
      return { answer, changes, written, hasChanged: changes.rev > state.rev };
    };
    const judged = await transact(database, file, decideAndSave, (done) => {
      if (done) rememberWritten(database, done.changes, done.written);
    });
    if (judged?.hasChanged) view?.changed();
    return judged;
  };

  const listing = () => look((db, seen) => listRuns(db, file, seen()));
  const byHand = () => readOrSay(() => handwritten(clock()));
  if (options.view) {
    const read = async () => ({ ...(await listing()), handwritten: byHand() });
    const lockFile = join(dirname(file), 'view-lock.db');
    view = viewWriter({ ...options.view, lockFile, clock, log: options.log, read });
  }
  let closed: Promise<void> | undefined;
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
      closed ??= (view?.finish() ?? Promise.resolve()).then(() => {
        isClosed = true;
        database.close();
      });
      return closed;
    },
  };
}

/** Those that only a refusal makes depend on who is alive: before one, it is asked anew. */
const MAY_REMEMBER: ReadonlySet<Kind> = new Set<Kind>(['register', 'probe']);

const isRefused = (answer: object): boolean =>
  'conflicts' in answer && Array.isArray(answer.conflicts) && answer.conflicts.length > 0;
