import type { Ledger, Run, StepName, Steps } from '../../ledger/ledger.ts';
import { commandId } from '../core/command-id.ts';
import { refusedError } from '../core/errors.ts';

/** Writes a finished step of an incident into the ledger; throws a refused error when the run is no longer in force. */
export async function recordStep<S extends StepName>(
  context: { ledger(): Promise<Ledger> },
  held: { incident: string; run: Pick<Run, 'run' | 'fence'> },
  step: S,
  data: Steps[S],
): Promise<void> {
  const ledger = await context.ledger();
  const recorded = await ledger.recordStep({
    cmd: commandId(),
    run: held.run.run,
    fence: held.run.fence,
    incident: held.incident,
    step,
    data,
  });
  if (!recorded.ok) throw refusedError(recorded.reason, recorded.advice);
}
