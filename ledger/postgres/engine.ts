import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Changes, Input, Kind, Moment, State } from '../apply/state.ts';
import { apply } from '../apply.ts';
import { type Engine, JUDGES_OTHERS, NOBODY, READS } from '../engine.ts';
import { handwrittenReader, readOrSay } from '../handwritten.ts';
import { historyText } from '../history/entry.ts';
import type { PostgresLedgerOptions } from '../postgres-ledger.ts';
import { type ViewWriter, viewWriter } from '../view-writer.ts';
import { addressOf } from './address.ts';
import { lastKnownOf, READ_PATIENCE_MS } from './last-known.ts';
import { type Place, SERVER_CLOCK, stateOf, stateQuery } from './load.ts';
import { mirrorFile } from './mirror.ts';
import { type MirrorWriter, mirrorWriter } from './mirror-writer.ts';
import { notices } from './notices.ts';
import { eventsAfter, findTriage, incidentRecord, revisionOf } from './queries.ts';
import { repositoryKey } from './repository-key.ts';
import { answerKept, savingOf } from './save.ts';
import { type Sql, sql } from './sql.ts';
import { openDatabase } from './store.ts';

export interface PostgresEngine extends Engine {
  /** How long ago the history was trimmed, in milliseconds of the server's clock. Fails where there is no database. */
  sinceTrim(): Promise<number>;
  /** Whether something is known although the database cannot be reached. */
  hasLastKnown(): boolean;
}

/** A notice that was lost with its connection costs a waiter this long. */
const LOOK_AGAIN_MS = 5000;

/** The database as an engine: see README.md for what each part has to hold. */
export function postgresEngine(options: PostgresLedgerOptions): PostgresEngine {
  const { clock, log, folder, liveness } = options;
  const address = addressOf(options.url);
  const key = repositoryKey(options.repository);
  const now = (): Sql => (options.serverClock ? sql`${options.serverClock()}::bigint` : SERVER_CLOCK);
  const place = (): Place => ({ shown: address.shown, repository: key.name, now: now() });
  const news = notices();
  const self = randomUUID();
  const onNotice = (payload: string) => {
    const [rev, from] = payload.split(' ');
    news.heard(Number(rev));
    if (from === self) return;
    view?.changed();
    mirror?.changed();
  };
  const database = openDatabase({ ...options, url: address.url, place: place(), key, log, onNotice });
  const readHandwritten = handwrittenReader(options.view?.file);
  const handwritten = () => readHandwritten(clock());
  const known = lastKnownOf(options, { ask: database.ask, place, handwritten });
  const ending = new AbortController();
  let view: ViewWriter | undefined;
  let mirror: MirrorWriter | undefined;

  const judgeOnce = async <K extends Kind>(kind: K, input: Input<K>, isLast: boolean): Promise<Answer<K>> => {
    // Before the transaction: reading files and asking for processes must not hold up other sessions.
    const judges = JUDGES_OTHERS.has(kind);
    const sight = judges ? await known.sight() : undefined;
    const byHand = judges ? handwritten() : NOBODY.handwritten;
    const decide = (rows: Record<string, unknown>[]) => {
      const state = stateOf(place(), rows);
      if (!isLast && sight?.isOutdatedBy(state)) throw new SightOutdated();
      const { gone, alive } = sight ?? NOBODY;
      const moment: Moment = { gone, alive, handwritten: byHand, now: state.now };
      return { state, moment, ...apply(state, { kind, input, moment }) };
    };
    const load = stateQuery(place(), kind, input);
    // What changes nothing needs no lock; a waiter asks often, and nearly always there is nothing to write.
    if (READS.has(kind) || (kind === 'poll' && !options.history)) {
      const data = await database.ask()(sql`SELECT state AS data FROM (${load}) AS loaded`);
      const { state, answer, changes } = decide(data === undefined ? [] : [{ state: data }]);
      if (READS.has(kind) || isNothing(state, changes)) return answer;
    }
    const { answer, rev } = await database.transact({
      what: kind,
      cmd: 'cmd' in input ? input.cmd : undefined,
      load,
      decide: (rows) => {
        const { state, moment, answer, changes } = decide(rows);
        const writes = state.known
          ? []
          : [
              ...savingOf(key.name, state, changes, moment.now),
              ...('cmd' in input ? answerKept(key.name, input.cmd, kind, answer, moment.now) : []),
              ...(changes.rev > state.rev
                ? [sql`SELECT pg_notify(${key.channel}, ${`${changes.rev} ${self}`})`]
                : []),
            ];
        const record = options.history
          ? [
              sql`INSERT INTO pitcrew.history (repository, data)
                VALUES (${key.name}, ${historyText(kind, input, moment, answer, changes.rev)})`,
            ]
          : [];
        const rev = changes.rev > state.rev ? changes.rev : undefined;
        return { writes: [...writes, ...record], result: { answer, rev } };
      },
    });
    if (rev !== undefined) {
      news.heard(rev);
      view?.changed();
      // Hooks judge by it what the session does next.
      await mirror?.writeNow();
    } else if (kind === 'renew') mirror?.changed();
    return answer;
  };

  const judge: Engine['judge'] = async (kind, input) => {
    for (let tries = 1; ; tries++) {
      try {
        return await judgeOnce(kind, input, tries === MOST_SIGHTS);
      } catch (error) {
        if (!(error instanceof SightOutdated)) throw error;
      }
    }
  };

  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mirror = mirrorWriter({ file: mirrorFile(folder), log, read: () => known.look(READ_PATIENCE_MS) });
    if (options.view) {
      const read = async () => ({ ...(await known.listing()), handwritten: readOrSay(handwritten) });
      view = viewWriter({ ...options.view, lockFile: join(folder, 'view-lock.db'), log, read });
    }
  }

  let closed: Promise<void> | undefined;
  return {
    judge,
    list: known.list,
    events: (query) => eventsAfter(place(), database.ask(), query),
    triage: (query) => findTriage(place(), database.ask(), query),
    incident: (incident) => incidentRecord(place(), database.ask(), incident, liveness),
    async sinceTrim() {
      const { picture } = await known.look(READ_PATIENCE_MS);
      mirror?.changed();
      return picture.now - picture.trimmedAt;
    },
    hasLastKnown: known.isThere,
    async revisionAfter(afterRev, timeoutMs, signal) {
      const ends = performance.now() + timeoutMs;
      const stop = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
      for (;;) {
        const rev = await revisionOf(place(), database.ask());
        const leftMs = ends - performance.now();
        if (rev > afterRev || leftMs <= 0 || stop.aborted) return rev;
        await news.next(afterRev, Math.min(leftMs, LOOK_AGAIN_MS), stop);
      }
    },
    dispose: () => {
      ending.abort();
      closed ??= Promise.all([view?.finish(), mirror?.finish()]).then(() => database.dispose());
      return closed;
    },
  };
}

/** Nothing was written; the processes are asked anew. */
class SightOutdated extends Error {}
/** Where processes come and go that fast, whoever is overlooked is seen by the next operation. */
const MOST_SIGHTS = 5;

const isNothing = (state: State, changes: Changes): boolean =>
  changes.rev === state.rev &&
  changes.runs.length + changes.tickets.length + changes.dropTickets.length === 0;
