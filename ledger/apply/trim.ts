import { type Answer, type Applied, changesOf, type Input, type Moment, type State } from './state.ts';

const DAY_MS = 86_400_000;

/** Forgets closed runs and the audit trail older than so many days; steps of incidents stay. */
export function trim(state: State, command: Input<'trim'>, moment: Moment): Applied<Answer<'trim'>> {
  const removed = state.forgettable.length;
  const events =
    removed > 0
      ? [{ kind: 'trimmed', summary: `${removed} runs closed more than ${command.olderThanDays} days ago` }]
      : [];
  const changes = changesOf(state, moment, events, {
    forget: { runs: [...state.forgettable], before: trimsBefore(moment.now, command.olderThanDays) },
  });
  return { answer: { removed, rev: changes.rev }, changes };
}

/** Runs closed before this moment are forgotten. */
export const trimsBefore = (now: number, olderThanDays: number): number => now - olderThanDays * DAY_MS;
