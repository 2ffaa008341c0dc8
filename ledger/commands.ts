import type {
  Conflict,
  Fence,
  GivenPort,
  Liveness,
  Owner,
  PathClaim,
  Rev,
  Run,
  Selection,
  TicketView,
} from './ledger.ts';
import type { Machine } from './machine.ts';

/** What the ledger's operations are told, and what they answer. */
interface Command {
  /** A fresh id for each intent. A command whose id is known gets its first answer again. */
  cmd: string;
}
export interface RunCommand extends Command {
  run: string;
  fence: Fence;
}
/**
 * Where a command asks for ranges of ports, its `freePorts` are those of them on which nothing listened on the caller's
 * machine a moment ago: the rules cannot find that out, and give no other ones.
 */
export interface RegisterCommand extends Command {
  session: string;
  owner: Owner;
  incidents: string[];
  paths: PathClaim[];
  base: string;
  ttlMs: number;
  intent: string;
  /** Also ranges (`port:3000-3999`): of each one port is given, by `freePorts`. */
  resources?: string[];
  freePorts?: number[];
  /** If it is refused: a place in the line, kept this long after each time it is asked for. Asked again, the same place. */
  ticketTtlMs?: number;
}
export interface ProbeCommand {
  session: string;
  incidents: string[];
  paths: PathClaim[];
  resources?: string[];
  freePorts?: number[];
  /** Where its ports are. */
  machine?: Machine;
}
export interface AmendCommand extends RunCommand {
  add: PathClaim[];
  drop: string[];
  addResources?: string[];
  freePorts?: number[];
  dropResources?: string[];
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
export interface LaneCommand extends RunCommand {
  /** `merge` and the like. */
  name: string;
  leave?: boolean;
}
export interface WaitQuery {
  session: string;
  ticket?: string;
  afterRev?: Rev;
  timeoutMs: number;
  signal?: AbortSignal;
}
export interface LeaveCommand extends Command {
  session: string;
  ticket: string;
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
  | { ok: true; run: Run; rev: Rev; ports?: GivenPort[] }
  | { ok: false; conflicts: Conflict[]; rev: Rev; ticket?: TicketView };
export type LaneAnswer =
  | {
      ok: true;
      /** From 1; 0 after leaving. */
      position: number;
      turn: boolean;
      /** Who is ahead, first in order first. */
      ahead: { run: string; holder: string; liveness: Liveness }[];
      rev: Rev;
    }
  | Refused;
/** Refused where the ticket is unknown: it was used, given up, or nobody asked for it in time. */
export type WaitAnswer =
  | {
      ok: true;
      /** The same request will be granted now; without a ticket always false. */
      free: boolean;
      /** 1: next in order. 0 without a ticket. */
      position: number;
      conflicts: Conflict[];
      rev: Rev;
    }
  | Refused;
export type AmendAnswer =
  | { ok: true; rev: Rev; ports?: GivenPort[] }
  | Refused
  | { ok: false; conflicts: Conflict[]; rev: Rev };
