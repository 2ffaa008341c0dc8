/** The shapes of what is held and waited for. Times are epoch milliseconds. */

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
  /** shared: several may hold and change it, each in a worktree of its own. Nobody holds it exclusively meanwhile. */
  mode: 'exclusive' | 'shared';
}

export interface Run {
  run: string;
  session: string;
  owner: Owner;
  /** `sentry:ORG/SHORT-ID` and the like. */
  incidents: string[];
  paths: PathClaim[];
  /**
   * `port:5173`, `db:dev`, `lock:migrations`: each held by one session at most, compared letter by letter; a port counts on
   * the machine of its owner. Never a range.
   */
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
  /** Ranges of ports as they were asked for: which port it will be is said when it is served. */
  resources: string[];
  /** As in the command that asked last. */
  freePorts?: number[];
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
