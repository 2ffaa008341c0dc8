import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../src/core/clock.ts';
import { messageOf, upstreamError } from '../src/core/errors.ts';
import type { Log } from '../src/core/log.ts';
import { prepare } from './apply/prepare.ts';
import type { Answer, Input, Kind, Moment } from './apply/state.ts';
import { apply } from './apply.ts';
import { handwrittenReader } from './handwritten.ts';
import { normalizeIncident } from './incident-key.ts';
import type { HandwrittenEntry, Ledger, Owner } from './ledger.ts';
import { HISTORY_DAYS } from './limits.ts';
import { ownerKey } from './liveness.ts';
import { type OwnerLiveness, ownerLiveness } from './owner.ts';
import { type Database, isDamaged, resultCode } from './sqlite/database.ts';
import { refuseForeignKernel } from './sqlite/kernels.ts';
import { activeRuns, loadHead, loadState } from './sqlite/load.ts';
import { damaged, openStore, unusable } from './sqlite/open-store.ts';
import { eventsAfter, findTriage, incidentRecord, listRuns, type Now } from './sqlite/queries.ts';
import { saveAnswer, saveChanges } from './sqlite/save.ts';
import { readAtOnce, transact } from './sqlite/transact.ts';
import { type ViewWriter, viewWriter } from './view-writer.ts';

export interface SqliteLedgerOptions {
  /** `<git common directory>/pitcrew/ledger.db`; made with its folder when it is not there. */
  file: string;
  clock: Clock;
  log: Log;
  /** Whether an owner's process is still there; the default asks this machine. */
  liveness?: (owner: Owner) => OwnerLiveness;
  /** The readable view, and at the same time the place of hand-written entries. Without it there are neither. */
  view?: { file: string; delayMs?: number };
}

/**
 * Opens the embedded ledger: one SQLite file for all processes of one machine. Each operation is one short
 * synchronous transaction; waiting for other processes never blocks this one. Throws `upstream` for a store that is
 * damaged or cannot be used and `refused` for one of a newer program.
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<Ledger> {
  const database = await openStore(options.file);
  const engine = engineOf(options, database);
  const { judge, look } = engine;
  await trimDaily(engine, options);
  return {
    register: (command) => judge('register', command),
    probe: (query) => judge('probe', query),
    amend: (command) => judge('amend', command),
    renew: (command) => judge('renew', command),
    guard: (query) => judge('guard', query),
    close: (command) => judge('close', command),
    takeover: (command) => judge('takeover', command),
    trim: (command) => judge('trim', command),
    recordTriage: (command) => judge('recordTriage', command),
    select: (command) => judge('select', command),
    recordStep: (command) => judge('recordStep', command),
    list: engine.list,
    events: ({ afterRev, limit }) => look((db) => eventsAfter(db, afterRev, limit)),
    triage: (query) => look((db) => findTriage(db, query)),
    incident: (incident) => {
      const key = normalizeIncident(incident);
      return look((db, moment) => incidentRecord(db, key, moment()));
    },
    dispose: engine.dispose,
  };
}

type Listed = Awaited<ReturnType<Ledger['list']>>;

interface Engine {
  judge<K extends Kind>(kind: K, input: Input<K>): Promise<Answer<K>>;
  look<T>(work: (database: Database, moment: () => Now) => T): Promise<T>;
  list(): Promise<Listed>;
  dispose(): Promise<void>;
}

const READS: ReadonlySet<Kind> = new Set(['probe', 'guard']);
/** Operations whose answer depends on who else is there, and on what stands in the view by hand. */
const JUDGES_OTHERS: ReadonlySet<Kind> = new Set(['register', 'probe', 'amend', 'takeover']);

function engineOf(options: SqliteLedgerOptions, database: Database): Engine {
  const { file, clock } = options;
  const handwritten = handwrittenReader(options.view?.file);
  const inode = statSync(file, { bigint: true }).ino;
  let view: ViewWriter | undefined;

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    refuseReplacedFile(file, inode);
    try {
      return await work();
    } catch (error) {
      if (isDamaged(error)) throw damaged(file, findings(database, error));
      throw resultCode(error) === undefined ? error : unusable(file, error);
    }
  };

  const look: Engine['look'] = (work) =>
    guarded(() =>
      readAtOnce(database, file, () =>
        work(database, () => ({ now: clock(), gone: goneOwners(options, database) })),
      ),
    );

  const judge = async <K extends Kind>(kind: K, raw: Input<K>): Promise<Answer<K>> => {
    const input = prepare(kind, raw);
    const involved = JUDGES_OTHERS.has(kind);
    return guarded(async () => {
      // Before the transaction: reading files and asking for processes must not hold up other sessions.
      const others: Omit<Moment, 'now'> = {
        gone: involved ? goneOwners(options, database) : new Set(),
        handwritten: involved ? handwritten(clock()) : [],
      };
      const decide = () => {
        const now = clock();
        const state = loadState(database, file, kind, input, now);
        const applied = apply(state, { kind, input, moment: { now, ...others } });
        return { now, state, ...applied };
      };
      if (READS.has(kind)) return (await readAtOnce(database, file, decide)).answer;
      const { answer, hasChanged } = await transact(database, file, () => {
        const { now, state, answer, changes } = decide();
        if (state.known) return { answer, hasChanged: false };
        refuseForeignKernel(database, now);
        saveChanges(database, changes, now);
        if ('cmd' in input) saveAnswer(database, input.cmd, kind, answer, now);
        return { answer, hasChanged: changes.rev > state.rev };
      });
      if (hasChanged) view?.changed();
      return answer;
    });
  };

  const listing = () => look((db, moment) => listRuns(db, file, moment()));
  const list = async (): Promise<Listed> => {
    const { rev, active, recent } = await listing();
    return { rev, active, recent, handwritten: readOrSay(() => handwritten(clock())) };
  };

  if (options.view) {
    const read = async () => ({ ...(await listing()), handwritten: readOrSay(() => handwritten(clock())) });
    const lockFile = join(dirname(file), 'view-lock.db');
    view = viewWriter({ ...options.view, lockFile, log: options.log, read });
  }
  let closed: Promise<void> | undefined;
  const dispose = () => {
    closed ??= (view?.finish() ?? Promise.resolve()).then(() => database.close());
    return closed;
  };
  return { judge, look, list, dispose };
}

/** Keys of the active runs' owners whose process is gone. A process that is gone stays gone, so this may be read ahead. */
function goneOwners(options: SqliteLedgerOptions, database: Database): Set<string> {
  const judge = options.liveness ?? ownerLiveness;
  const owners = new Map(activeRuns(database).map((run) => [ownerKey(run.owner), run.owner]));
  return new Set([...owners].filter(([, owner]) => judge(owner) === 'gone').map(([key]) => key));
}

/** A list for people goes on without the hand-written part, and says so in its place. */
function readOrSay(read: () => HandwrittenEntry[]): HandwrittenEntry[] {
  try {
    return read();
  } catch (error) {
    return [
      {
        title: 'The hand-written entries cannot be read',
        paths: [],
        text: messageOf(error),
        status: 'unclear',
      },
    ];
  }
}

/** Writing on into a file that has been removed or exchanged would make two ledgers of one. */
function refuseReplacedFile(file: string, inode: bigint): void {
  if (statSync(file, { bigint: true, throwIfNoEntry: false })?.ino === inode) return;
  throw upstreamError(
    `The ledger ${file} was removed or replaced while this session had it open.`,
    'Restart this session, so that it sees the same ledger as the others.',
  );
}

function findings(database: Database, error: unknown): string {
  try {
    const rows = database.all('PRAGMA quick_check(3)').flatMap((row) => Object.values(row).map(String));
    return rows.join('; ');
  } catch {
    return messageOf(error);
  }
}

const DAY_MS = 86_400_000;

/** History has an end without anybody's doing: the first program of the day trims. A failure only costs room. */
async function trimDaily(engine: Engine, options: SqliteLedgerOptions): Promise<void> {
  try {
    const isDue = await engine.look(
      (database) => Math.abs(options.clock() - loadHead(database, options.file).trimmedAt) > DAY_MS,
    );
    if (isDue) await engine.judge('trim', { cmd: randomUUID(), olderThanDays: HISTORY_DAYS });
  } catch (error) {
    if (error instanceof Error && 'kind' in error && error.kind === 'refused') return;
    options.log.warn(`The ledger's history was not trimmed: ${messageOf(error)}`);
  }
}
