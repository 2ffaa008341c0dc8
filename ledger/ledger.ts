import type {
  AmendAnswer,
  AmendCommand,
  CloseCommand,
  GuardCommand,
  LaneAnswer,
  LaneCommand,
  LeaveCommand,
  Outcome,
  ProbeCommand,
  Refused,
  RegisterAnswer,
  RegisterCommand,
  RunCommand,
  SelectCommand,
  TakeoverCommand,
  WaitAnswer,
  WaitQuery,
} from './commands.ts';
import type { IncidentRecord, StepName, Steps, Triage } from './incident-record.ts';
import type { Liveness, Rev, Run, RunView, TicketView } from './run.ts';

export type * from './commands.ts';
export type * from './incident-record.ts';
export type { GivenPort } from './port-range.ts';
export type * from './run.ts';

/**
 * The ledger's contract. Every engine runs the same pure `apply(state, command)` (apply.ts) inside one transaction;
 * each answer carries `rev`, the position of the operation in one total order. Times are epoch milliseconds.
 */
export interface Ledger {
  /** Checks for conflicts and registers in one step. The session's own runs never conflict with it. */
  register(command: RegisterCommand): Promise<RegisterAnswer>;
  /** The judgement of `register` without the write. */
  probe(command: ProbeCommand): Promise<{ conflicts: Conflict[]; rev: Rev }>;
  /** Adds and drops paths of a run: a fix may touch a file that nobody foresaw. */
  amend(command: AmendCommand): Promise<AmendAnswer>;
  /** Extends the lease. Called by the server's timer, never by the agent. */
  renew(command: RunCommand & { ttlMs: number }): Promise<Outcome>;
  /** True only while the run is active, the fence is its newest, and `paths` are within its claim. */
  guard(command: GuardCommand): Promise<Outcome>;
  close(command: CloseCommand): Promise<Outcome>;
  /** Ends another session's run and gives its incidents and paths to `session` under a new fence. */
  takeover(command: TakeoverCommand): Promise<{ ok: true; run: Run; rev: Rev } | Refused>;
  /**
   * A place in the integration order `name`, kept as long as the run is active: asked again, it tells the present
   * position. The first in order has the turn. `leave` gives the place up.
   */
  lane(command: LaneCommand): Promise<LaneAnswer>;
  /**
   * Waits for a ticket's turn; with `afterRev` also for any change of the ledger, which then answers with the position as
   * it is. Ends after `timeoutMs` at the latest. Waiting keeps the ticket; an aborted `signal` gives it up and rejects.
   */
  wait(query: WaitQuery): Promise<WaitAnswer>;
  /** Gives a ticket up. */
  leave(command: LeaveCommand): Promise<Outcome>;
  list(): Promise<Listed>;
  events(query: { afterRev: Rev; limit: number }): Promise<LedgerEvent[]>;
  /** Forgets closed runs older than this. Active ones are never removed. */
  trim(command: { cmd: string; olderThanDays: number }): Promise<{ removed: number; rev: Rev }>;

  recordTriage(command: { cmd: string; session: string; triage: Triage }): Promise<{ rev: Rev }>;
  /** The triage with this id, or the newest of the session, or the newest of all. */
  triage(query: { id?: string; session?: string }): Promise<Triage | undefined>;
  /** Writes down what was chosen from a triage, also when it was nothing: that takes back what the session chose before; refused when the triage is unknown or an incident is not in it. */
  select(command: SelectCommand): Promise<Outcome>;
  /** Writes down a finished step of one incident; refused unless the run is active, holds it and has this fence. */
  recordStep<S extends StepName>(
    command: RunCommand & { incident: string; step: S; data: Steps[S] },
  ): Promise<Outcome>;
  /** All that is known of one incident; every step's newest record. */
  incident(incident: string): Promise<IncidentRecord>;

  /** Ends timers and closes the store. Runs stay as they are: their lease decides. */
  dispose(): Promise<void>;
}

export interface Listed {
  rev: Rev;
  active: RunView[];
  recent: Run[];
  handwritten: HandwrittenEntry[];
  /** Who waits, in order. */
  waiting: TicketView[];
}

/** An entry that a person or another tool wrote into `.claude/active-runs.md`. */
export interface HandwrittenEntry {
  title: string;
  paths: string[];
  /** Short ids or other words of the entry that may name an issue. */
  text: string;
  since?: number;
  status: 'active' | 'stale' | 'closed' | 'unclear';
  /** Nobody wrote this: the ledger itself says in its place what is not known, and in `text` why. */
  isNotice?: true;
}

export interface Conflict {
  /**
   * `ticket`: nobody holds it, but another session has waited for it longer. `ports`: no port of the range in `resources` is
   * free; `holder` says why, as in `ann holds 3000, a program listens on each of the others`.
   */
  source: 'ledger' | 'handwritten' | 'ticket' | 'ports';
  run?: string;
  /** Who holds it, for people. */
  holder: string;
  since?: number;
  liveness: Liveness;
  branch?: string;
  incidents: string[];
  /** shared: whoever claims it as shared too may have it. */
  paths: { wanted: string; held: string; shared?: true }[];
  resources: string[];
  /** The next step for the one who was refused. Never a destructive command. */
  advice: string;
}

export interface LedgerEvent {
  rev: Rev;
  at: number;
  session?: string;
  run?: string;
  /** `registered`, `closed`, `expired`, `taken_over`, `amended`, `selected`, `step:commit`, ... */
  kind: string;
  summary: string;
}
