import type {
  AmendAnswer,
  AmendCommand,
  CloseCommand,
  Conflict,
  Fence,
  GuardCommand,
  HandwrittenEntry,
  LaneAnswer,
  LaneCommand,
  LeaveCommand,
  LedgerEvent,
  Outcome,
  ProbeCommand,
  Refused,
  RegisterAnswer,
  RegisterCommand,
  Rev,
  Run,
  RunCommand,
  SelectCommand,
  Selection,
  SteadyTime,
  StepName,
  Steps,
  TakeoverCommand,
  Ticket,
  Triage,
  WaitAnswer,
} from '../ledger.ts';

/** Every operation that is judged: what goes in, what comes out. */
export interface Operations {
  register: { input: RegisterCommand; answer: RegisterAnswer };
  probe: { input: ProbeCommand; answer: { conflicts: Conflict[]; rev: Rev } };
  amend: { input: AmendCommand; answer: AmendAnswer };
  renew: { input: RunCommand & { ttlMs: number }; answer: Outcome };
  guard: { input: GuardCommand; answer: Outcome };
  close: { input: CloseCommand; answer: Outcome };
  takeover: { input: TakeoverCommand; answer: { ok: true; run: Run; rev: Rev } | Refused };
  lane: { input: LaneCommand; answer: LaneAnswer };
  /** A ticket is asked for: it is kept, and told whether its turn has come. */
  poll: { input: PollQuery; answer: WaitAnswer };
  leave: { input: LeaveCommand; answer: Outcome };
  trim: { input: { cmd: string; olderThanDays: number }; answer: { removed: number; rev: Rev } };
  recordTriage: { input: { cmd: string; session: string; triage: Triage }; answer: { rev: Rev } };
  select: { input: SelectCommand; answer: Outcome };
  recordStep: { input: RecordStepInput; answer: Outcome };
}
export type Kind = keyof Operations;
export type Input<K extends Kind> = Operations[K]['input'];
export type Answer<K extends Kind> = Operations[K]['answer'];

export interface PollQuery {
  session: string;
  ticket: string;
}
export type RecordStepInput = RunCommand & { incident: string; step: StepName; data: Steps[StepName] };

/** What one command needs to know of the store, so that a long history costs it nothing. */
export interface State {
  /** A few characters that tell this store from one that was made anew in its place. */
  store: string;
  rev: Rev;
  fence: Fence;
  /** The first answer to this very command, if it came before. */
  known?: { kind: string; answer: unknown };
  /** The run that the command names, if the engine has it at hand: it is among `runs` too. */
  named?: Run;
  /** All active runs, and the run that the command names, whatever its status. */
  runs: readonly Run[];
  /** All tickets. */
  tickets: readonly Ticket[];
  /** The newest worktree record of each incident of an active run. */
  worktrees: readonly WorktreeRow[];
  /** The triage that the command names. */
  triage?: Triage;
  /** The newest steps of the incident that the command names. */
  steps: readonly StepRow[];
  /** Ids of the closed runs that a trim may forget. */
  forgettable: readonly string[];
}

export interface WorktreeRow {
  incident: string;
  path: string;
  branch: string;
}

export interface StepRow {
  incident: string;
  step: StepName;
  /** The run that recorded it: a step outlives its run. */
  run: string;
  data: Steps[StepName];
}

/** What the pure rules may not find out for themselves. */
export interface Moment {
  now: number;
  /** Keys (`ownerKey`) of owners whose process was found gone. */
  gone: ReadonlySet<string>;
  /** Keys of owners whose process is certainly there: no clock can say otherwise. */
  alive: ReadonlySet<string>;
  /** Where the engine has such a clock. */
  steady?: SteadyTime;
  handwritten: readonly HandwrittenEntry[];
}

/** What an engine has to write down, all of it in the command's own transaction. */
export interface Changes {
  rev: Rev;
  fence: Fence;
  runs: Run[];
  tickets: Ticket[];
  /** Tickets that are over. */
  dropTickets: string[];
  events: LedgerEvent[];
  triages: { session: string; triage: Triage }[];
  selections: Selection[];
  steps: StepRow[];
  /** Steps that mean nothing any more. */
  dropSteps: { incident: string; step: StepName }[];
  forget: { runs: string[]; before: number } | undefined;
}

export interface Applied<A> {
  answer: A;
  changes: Changes;
}

export type EventDraft = Omit<LedgerEvent, 'rev' | 'at'>;

/**
 * The changes of one command. The revision rises when something happened, which is when there is an event:
 * so revisions are dense in the audit trail, and a renewed lease does not use one up.
 */
export function changesOf(
  state: State,
  moment: Moment,
  events: EventDraft[],
  parts: Partial<Omit<Changes, 'rev' | 'events'>> = {},
): Changes {
  const rev = events.length > 0 ? state.rev + 1 : state.rev;
  return {
    fence: state.fence,
    runs: [],
    tickets: [],
    dropTickets: [],
    triages: [],
    selections: [],
    steps: [],
    dropSteps: [],
    forget: undefined,
    ...parts,
    rev,
    events: events.map((event) => ({ ...event, summary: event.summary.slice(0, 400), rev, at: moment.now })),
  };
}

export const unchanged = <A>(state: State, moment: Moment, answer: A): Applied<A> => ({
  answer,
  changes: changesOf(state, moment, []),
});
