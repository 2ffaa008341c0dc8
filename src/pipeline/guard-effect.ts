import type { GuardCommand, Ledger, Run } from '../../ledger/ledger.ts';
import { refusedError } from '../core/errors.ts';

/** Asks the ledger whether a run is still in force, right before its effect lands. Throws its refusal. */
export async function guardEffect(
  context: { ledger(): Promise<Ledger> },
  run: Pick<Run, 'run' | 'fence'>,
  effect: GuardCommand['effect'],
  paths?: string[],
): Promise<void> {
  const ledger = await context.ledger();
  const guarded = await ledger.guard({ run: run.run, fence: run.fence, effect, ...(paths ? { paths } : {}) });
  if (!guarded.ok) throw refusedError(guarded.reason, guarded.advice);
}
