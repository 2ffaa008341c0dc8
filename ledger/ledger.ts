import type { ProofRecord } from '../src/core/check-record.ts';
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

export type * from './commands.ts';

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

export type Rev = number;
/** Rises with every grant and takeover; an effect is allowed only under the newest fence of its run. */
export type Fence = number;

/** One process, not one user: two processes with the same pid are told apart by start time, boot and pid namespace. */
export interface Owner {
  host: string;
  boot: string;
  pidNamespace: string;
  /** 0: bound to no process (a session of the command line); then only the lease counts. */
  pid: number;
  start: string;
  /** What people are shown: `claude-code, pid 4711 on build-3`. */
  label: string;
  /** The client that started the process: how its hooks, which are processes of their own, know their session's runs. */
  client?: { pids: number[]; session?: string };
}

export interface PathClaim {
  /** A path or glob relative to the repository's root, with `/` between segments. */
  glob: string;
  mode: 'exclusive' | 'shared';
}

export interface Run {
  run: string;
  session: string;
  owner: Owner;
  /** `sentry:ORG/SHORT-ID` and the like. */
  incidents: string[];
  paths: PathClaim[];
  /** `port:5173`, `db:dev`, `lock:migrations`: each held by one session at most, compared letter by letter. */
  resources: string[];
  /** Its places in integration orders; `rev` is the revision at which it joined. */
  lanes: { name: string; rev: Rev }[];
  /** The commit that the work starts from. */
  base: string;
  intent: string;
  fence: Fence;
  status: 'active' | 'completed' | 'aborted' | 'expired' | 'taken_over';
  startedAt: number;
  renewedAt: number;
  expiresAt: number;
  /** `renewedAt` by a clock that does not jump, where the engine has one. */
  renewedSteady?: SteadyTime;
  closedAt?: number;
  commits: string[];
  note?: string;
}

/** Milliseconds of one boot of one machine, which no correction of the clock and no suspend moves. */
export interface SteadyTime {
  boot: string;
  at: number;
}

/** A place in the line for claims that others hold. It ends when nobody asks for it in time. */
export interface Ticket {
  ticket: string;
  session: string;
  owner: Owner;
  incidents: string[];
  paths: PathClaim[];
  resources: string[];
  /** The revision at which it was given: its place among all tickets. */
  number: Rev;
  since: number;
  /** How long it holds without being asked for. */
  ttlMs: number;
  askedAt: number;
}

export interface TicketView extends Ticket {
  /** Its place among the tickets that want some of the same, from 1. */
  position: number;
}

/** live: renewed in time. suspect: renewal missed, but nobody can say that the owner is gone. dead: it is gone. */
export type Liveness = 'live' | 'suspect' | 'dead';

export interface RunView extends Run {
  liveness: Liveness;
  /** Branch and folder of each incident's worktree, where one was made. */
  worktrees: { incident: string; path: string; branch: string }[];
}

/** An entry that a person or another tool wrote into `.claude/active-runs.md`. */
export interface HandwrittenEntry {
  title: string;
  paths: string[];
  /** Short ids or other words of the entry that may name an issue. */
  text: string;
  since?: number;
  status: 'active' | 'stale' | 'closed' | 'unclear';
}

export interface Conflict {
  /** `ticket`: nobody holds it, but another session has waited for it longer. */
  source: 'ledger' | 'handwritten' | 'ticket';
  run?: string;
  /** Who holds it, for people. */
  holder: string;
  since?: number;
  liveness: Liveness;
  branch?: string;
  incidents: string[];
  paths: { wanted: string; held: string }[];
  resources: string[];
  /** The next step for the one who was refused. Never a destructive command. */
  advice: string;
}

export interface Triage {
  id: string;
  createdAt: number;
  /** The report that shows it, relative to the main checkout. */
  report: string;
  candidates: TriageCandidate[];
}

export interface TriageCandidate {
  /** Position in the table, from 1: what a person types. */
  index: number;
  incident: string;
  /** The tracker's own id of the issue. */
  issueId: string;
  shortId: string;
  title: string;
  permalink: string;
}

/** How a selection came about; `policy` is an unattended run that pitcrew.yml allows. */
export interface Selection {
  triage: string;
  incidents: string[];
  by: 'person' | 'policy';
  /** `elicitation`, `terminal`, `typed`, `pitcrew.yml`. */
  how: string;
  session: string;
  at: number;
}

export interface IncidentRecord {
  incident: string;
  /** The newest selection that names it. */
  selection?: Selection;
  /** Its candidate row in that selection's triage. */
  candidate?: TriageCandidate;
  /** The active run that holds it. */
  run?: RunView;
  steps: Partial<Steps>;
}

export interface Steps {
  worktree: { path: string; branch: string; base: string };
  /** A person allowed what speaks against a change; good for this very tree on this base, and for nothing else. */
  approval: {
    tree: string;
    baseTree: string;
    /** One sentence for each finding that they were shown. */
    findings: string[];
    by: 'person';
    how: 'elicitation' | 'terminal';
    at: number;
  };
  proof: ProofStep;
  commit: { sha: string; tree: string; branch: string; files: string[]; subject: string };
  pull_request: {
    number?: number;
    url?: string;
    draft: boolean;
    branch: string;
    /** The commit that was pushed or written as a patch. */
    sha: string;
    patch?: string;
    /** A person closed the pull request without merging it. */
    refused?: true;
  };
  resolution: { before: string; after: string; strategy: string; reason?: string };
}
export type StepName = keyof Steps;

export interface ProofStep extends ProofRecord {
  /** Tree of the worktree's changes that was tested; the commit has to have the same one. */
  tree: string;
  baseTree: string;
  /** What a person allowed in this tree, as `approval` recorded it. */
  approved?: string[];
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
