import type { ProofRecord } from '../src/core/check-record.ts';

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
  list(): Promise<{ rev: Rev; active: RunView[]; recent: Run[]; handwritten: HandwrittenEntry[] }>;
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
  /** The commit that the work starts from. */
  base: string;
  intent: string;
  fence: Fence;
  status: 'active' | 'completed' | 'aborted' | 'expired' | 'taken_over';
  startedAt: number;
  renewedAt: number;
  expiresAt: number;
  closedAt?: number;
  commits: string[];
  note?: string;
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
  source: 'ledger' | 'handwritten';
  run?: string;
  /** Who holds it, for people. */
  holder: string;
  since?: number;
  liveness: Liveness;
  branch?: string;
  incidents: string[];
  paths: { wanted: string; held: string }[];
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

interface Command {
  /** A fresh id for each intent. A command whose id is known gets its first answer again. */
  cmd: string;
}
export interface RunCommand extends Command {
  run: string;
  fence: Fence;
}
export interface RegisterCommand extends Command {
  session: string;
  owner: Owner;
  incidents: string[];
  paths: PathClaim[];
  base: string;
  ttlMs: number;
  intent: string;
}
export interface ProbeCommand {
  session: string;
  incidents: string[];
  paths: PathClaim[];
}
export interface AmendCommand extends RunCommand {
  add: PathClaim[];
  drop: string[];
}
export interface GuardCommand {
  run: string;
  fence: Fence;
  effect: 'edit' | 'commit' | 'push' | 'pull_request' | 'resolve';
  paths?: string[];
}
export interface CloseCommand extends RunCommand {
  /** Only these of the run's incidents; the run goes on with the others. */
  incidents?: string[];
  status: 'completed' | 'aborted';
  commits: string[];
  note?: string;
}
export interface TakeoverCommand extends Command {
  run: string;
  expectFence: Fence;
  session: string;
  owner: Owner;
  ttlMs: number;
  reason: string;
}
export interface SelectCommand extends Command {
  session: string;
  triage: string;
  incidents: string[];
  by: Selection['by'];
  how: string;
}

export type Outcome = { ok: true; rev: Rev } | Refused;
export interface Refused {
  ok: false;
  /** One sentence for people: what is not so, and who or what it is. */
  reason: string;
  /** Their next step. */
  advice: string;
  rev: Rev;
}
export type RegisterAnswer =
  | { ok: true; run: Run; rev: Rev }
  | { ok: false; conflicts: Conflict[]; rev: Rev };
export type AmendAnswer = Outcome | { ok: false; conflicts: Conflict[]; rev: Rev };

export interface LedgerEvent {
  rev: Rev;
  at: number;
  session?: string;
  run?: string;
  /** `registered`, `closed`, `expired`, `taken_over`, `amended`, `selected`, `step:commit`, ... */
  kind: string;
  summary: string;
}
