import { inputError } from '../src/core/errors.ts';
import { lane } from './apply/lane.ts';
import { recordStep, recordTriage, select } from './apply/records.ts';
import { probe, register } from './apply/register.ts';
import { amend, close, guard, renew, takeover } from './apply/runs.ts';
import {
  type Answer,
  type Applied,
  type Input,
  type Kind,
  type Moment,
  type State,
  unchanged,
} from './apply/state.ts';
import { leave, poll } from './apply/tickets.ts';
import { trim } from './apply/trim.ts';

/**
 * The rules of the ledger, all of them, for every engine: what `command` answers in `state` and what changes.
 * Pure: time, dead owners and hand-written entries come with `moment`, so that a history can be replayed.
 * `input` is what `prepare` made of the caller's command. A command that is known gets its first answer again.
 */
export function apply<K extends Kind>(
  state: State,
  command: { kind: K; input: Input<K>; moment: Moment },
): Applied<Answer<K>> {
  const { kind, input, moment } = command;
  if (state.known) return unchanged(state, moment, firstAnswer(state.known, kind));
  return RULES[kind](state, input, moment);
}

const RULES: { [K in Kind]: (state: State, input: Input<K>, moment: Moment) => Applied<Answer<K>> } = {
  register,
  probe,
  amend,
  renew,
  guard,
  close,
  takeover,
  lane,
  poll,
  leave,
  trim,
  recordTriage,
  select,
  recordStep,
};

function firstAnswer<K extends Kind>(known: { kind: string; answer: unknown }, kind: K): Answer<K> {
  if (known.kind !== kind) {
    throw inputError(
      `This command id was already used for ${known.kind}.`,
      'Use a fresh id for each new intent, and the same one only to repeat a command.',
    );
  }
  // It is what this same rule answered; the store gives it back unread.
  return known.answer as Answer<K>;
}
