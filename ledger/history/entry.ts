import type { Answer, Input, Kind, Moment } from '../apply/state.ts';
import type { HandwrittenEntry, Rev, SteadyTime } from '../ledger.ts';

/** One judged operation with everything that the rules were told: enough to judge it again. Plain JSON. */
export interface HistoryEntry<K extends Kind = Kind> {
  kind: K;
  /** As it was applied, after `prepare`. */
  input: Input<K>;
  moment: {
    now: number;
    gone: string[];
    alive: string[];
    handwritten: HandwrittenEntry[];
    steady?: SteadyTime;
  };
  answer: Answer<K>;
  /** The revision of the store after it. */
  rev: Rev;
}

/** The text of one entry; an engine that records writes it down in the operation's own transaction. */
export function historyText(kind: Kind, input: unknown, moment: Moment, answer: unknown, rev: Rev): string {
  const { now, gone, alive, handwritten, steady } = moment;
  const told = { now, gone: [...gone], alive: [...alive], handwritten, ...(steady && { steady }) };
  return JSON.stringify({ kind, input, moment: told, answer, rev });
}

export const momentOf = ({ moment }: HistoryEntry): Moment => ({
  ...moment,
  gone: new Set(moment.gone),
  alive: new Set(moment.alive),
});
