import { join } from 'node:path';
import type { Ledger } from '../../ledger/ledger.ts';
import { messageOf } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import type { Log } from '../core/log.ts';
import { recordOutcome as writeOutcome } from '../triage/report.ts';

export interface OutcomeContext {
  ledger(): Promise<Ledger>;
  repository: { mainCheckout: string };
  log: Log;
}

/**
 * Fills an issue's outcome into the report of the triage that it was selected from. The report is for people; the
 * ledger is the record. So a report that cannot be written is logged and fails nothing.
 */
export async function recordOutcome(
  context: OutcomeContext,
  incident: string,
  outcome: string,
): Promise<void> {
  try {
    const ledger = await context.ledger();
    const { selection } = await ledger.incident(incident);
    const triage = selection ? await ledger.triage({ id: selection.triage }) : undefined;
    if (!triage) return;
    await writeOutcome({
      file: join(context.repository.mainCheckout, triage.report),
      triageId: triage.id,
      shortId: shortName(incident),
      outcome,
    });
  } catch (error) {
    context.log.warn(`The triage report was not updated: ${messageOf(error)}`);
  }
}
