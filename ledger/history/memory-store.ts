import type { Changes, Input, Kind, State, StepRow, WorktreeRow } from '../apply/state.ts';
import { trimsBefore } from '../apply/trim.ts';
import type { Run, Ticket, Triage } from '../ledger.ts';
import { ANSWER_KEPT_MS } from '../limits.ts';

/** A store in memory: the least that an engine keeps, for replaying a history. */
export class MemoryStore {
  rev = 0;
  fence = 0;
  readonly runs = new Map<string, Run>();
  /** The active ones of `runs`, so that a long history costs nothing. */
  readonly active = new Map<string, Run>();
  readonly tickets = new Map<string, Ticket>();
  private readonly store: string;
  private readonly steps = new Map<string, StepRow>();
  private readonly triages = new Map<string, Triage>();
  private readonly answers = new Map<string, { kind: string; answer: unknown; at: number }>();

  constructor(store: string) {
    this.store = store;
  }

  /** What `apply` needs for this command. */
  stateFor(kind: Kind, input: Input<Kind>, now: number): State {
    const known = 'cmd' in input ? this.answers.get(input.cmd) : undefined;
    const named = 'run' in input ? this.runs.get(input.run) : undefined;
    const triage =
      'triage' in input && typeof input.triage === 'string' ? this.triages.get(input.triage) : undefined;
    const incidents = incidentsOf(kind, input);
    const { store, rev, fence } = this;
    return {
      store,
      rev,
      fence,
      ...(known && now - known.at < ANSWER_KEPT_MS ? { known } : {}),
      runs: [...this.active.values(), ...(named && named.status !== 'active' ? [named] : [])],
      tickets: [...this.tickets.values()],
      worktrees: this.worktrees(),
      ...(triage ? { triage } : {}),
      steps: [...this.steps.values()].filter((row) => incidents.includes(row.incident)),
      forgettable: 'olderThanDays' in input ? this.closedBefore(trimsBefore(now, input.olderThanDays)) : [],
    };
  }

  save(changes: Changes, command: { kind: string; input: object; answer: unknown; now: number }): void {
    this.rev = changes.rev;
    this.fence = changes.fence;
    for (const run of changes.runs) {
      this.runs.set(run.run, run);
      if (run.status === 'active') this.active.set(run.run, run);
      else this.active.delete(run.run);
    }
    for (const ticket of changes.dropTickets) this.tickets.delete(ticket);
    for (const ticket of changes.tickets) this.tickets.set(ticket.ticket, ticket);
    for (const { triage } of changes.triages) this.triages.set(triage.id, triage);
    for (const { incident, step } of changes.dropSteps) this.steps.delete(keyOf(incident, step));
    for (const row of changes.steps) this.steps.set(keyOf(row.incident, row.step), row);
    for (const run of changes.forget?.runs ?? []) this.runs.delete(run);
    const { kind, input, answer, now } = command;
    if ('cmd' in input && typeof input.cmd === 'string')
      this.answers.set(input.cmd, { kind, answer, at: now });
  }

  private worktrees(): WorktreeRow[] {
    const held = new Set([...this.active.values()].flatMap((run) => run.incidents));
    return [...this.steps.values()].flatMap(({ incident, step, data }) =>
      step === 'worktree' && held.has(incident) && 'path' in data ? [{ ...data, incident }] : [],
    );
  }

  private closedBefore(before: number): string[] {
    return [...this.runs.values()].filter((run) => (run.closedAt ?? before) < before).map((run) => run.run);
  }
}

const keyOf = (incident: string, step: string): string => `${incident}\n${step}`;

/** As the engines do it: those of a step that is recorded, and of a claim that may follow a resolution. */
function incidentsOf(kind: Kind, input: Input<Kind>): readonly string[] {
  if ('incident' in input) return [input.incident];
  return kind === 'register' && 'incidents' in input ? (input.incidents ?? []) : [];
}
