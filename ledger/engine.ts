import { prepare } from './apply/prepare.ts';
import type { Answer, Input, Kind, Moment } from './apply/state.ts';
import { normalizeIncident } from './incident-key.ts';
import type { Ledger } from './ledger.ts';
import { ticketTurn } from './wait.ts';

/** What a store has to do for `ledgerOf` to make a ledger of it. README.md says what each part must hold. */
export interface Engine {
  /**
   * One operation in one transaction: load the state, `apply` the command, save the changes and the answer. `input` is
   * in its stored form already (`prepare`). Nothing may come between the load and the save.
   */
  judge<K extends Kind>(kind: K, input: Input<K>): Promise<Answer<K>>;
  list: Ledger['list'];
  events: Ledger['events'];
  triage: Ledger['triage'];
  /** `incident` is a normalised key. */
  incident: Ledger['incident'];
  /**
   * Resolves with the store's revision: at once when it is past `afterRev`, else when it is, or when `timeoutMs` is over
   * or `signal` is aborted. Costs little enough to be asked for minutes.
   */
  revisionAfter(afterRev: number, timeoutMs: number, signal?: AbortSignal): Promise<number>;
  /**
   * How long a waiter may sleep, in milliseconds, before it asks for its ticket again although no change was heard of.
   * Without it `ticketTurn` asks as often as suits a store on this machine.
   */
  askAgainMs?(ticket: string): number;
  dispose: Ledger['dispose'];
}

/** Operations that change nothing, whatever they answer: no write lock is needed for them. */
export const READS: ReadonlySet<Kind> = new Set<Kind>(['probe', 'guard']);

/** Operations whose answer depends on which owners are gone or alive; the others need not ask for processes. */
export const JUDGES_OTHERS: ReadonlySet<Kind> = new Set<Kind>([
  'register',
  'probe',
  'amend',
  'takeover',
  'poll',
  'lane',
]);

/** What `judge` is told when nobody was asked: for operations outside `JUDGES_OTHERS`. */
export const NOBODY: Pick<Moment, 'gone' | 'alive' | 'handwritten'> = {
  gone: new Set(),
  alive: new Set(),
  handwritten: [],
};

/** The contract on top of an engine: the same for all of them. */
export function ledgerOf(engine: Engine): Ledger {
  const judge = async <K extends Kind>(kind: K, input: Input<K>): Promise<Answer<K>> =>
    engine.judge(kind, prepare(kind, input));
  return {
    register: (command) => judge('register', command),
    probe: (query) => judge('probe', query),
    amend: (command) => judge('amend', command),
    renew: (command) => judge('renew', command),
    guard: (query) => judge('guard', query),
    close: (command) => judge('close', command),
    takeover: (command) => judge('takeover', command),
    lane: (command) => judge('lane', command),
    wait: (query) => ticketTurn(query, judge, engine.revisionAfter, engine.askAgainMs),
    leave: (command) => judge('leave', command),
    trim: (command) => judge('trim', command),
    recordTriage: (command) => judge('recordTriage', command),
    select: (command) => judge('select', command),
    recordStep: (command) => judge('recordStep', command),
    list: engine.list,
    events: engine.events,
    triage: engine.triage,
    incident: async (incident) => engine.incident(normalizeIncident(incident)),
    dispose: engine.dispose,
  };
}
