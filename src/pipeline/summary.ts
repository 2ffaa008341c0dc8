import { join } from 'node:path';
import type { IncidentRecord, Triage } from '../../ledger/ledger.ts';
import { messageOf } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import { writeSummary } from '../triage/report.ts';
import type { OutcomeContext } from './outcome.ts';

export interface IssueSummary {
  shortId: string;
  outcome: 'fixed' | 'unproven' | 'archived' | 'unfinished';
  commit?: string;
  files: string[];
  pullRequest?: string;
  worktree?: string;
}

/** What became of one issue, as the ledger has it. */
export function summaryOf(record: IncidentRecord): IssueSummary {
  const { commit, pull_request: pull, worktree } = record.steps;
  const where = pull?.url ?? pull?.patch;
  return {
    shortId: shortName(record.incident),
    outcome: outcomeOf(record),
    files: commit?.files ?? [],
    ...(commit ? { commit: commit.sha } : {}),
    ...(where === undefined ? {} : { pullRequest: where }),
    ...(worktree ? { worktree: worktree.path } : {}),
  };
}

function outcomeOf({ steps }: IncidentRecord): IssueSummary['outcome'] {
  if (steps.resolution?.strategy === 'archived') return 'archived';
  if (!steps.commit) return 'unfinished';
  return steps.proof?.verdict === 'proven' ? 'fixed' : 'unproven';
}

/**
 * Writes the summary of every triage that these issues were selected from into its report: all of its rows, whichever
 * run worked on them. Answers the reports, relative to the main checkout. A report that cannot be written is logged.
 */
export async function writeSummaries(
  context: OutcomeContext & { session: { id: string } },
  records: readonly IncidentRecord[],
): Promise<string[]> {
  const ledger = await context.ledger();
  const ids = [...new Set(records.flatMap((record) => record.selection?.triage ?? []))];
  const reports: string[] = [];
  for (const id of ids) {
    const triage = await ledger.triage({ id });
    if (!triage) continue;
    try {
      await writeOne(context, triage);
      reports.push(triage.report);
    } catch (error) {
      context.log.warn(`The summary was not written to ${triage.report}: ${messageOf(error)}`);
    }
  }
  return [...new Set(reports)];
}

async function writeOne(
  context: OutcomeContext & { session: { id: string } },
  triage: Triage,
): Promise<void> {
  const ledger = await context.ledger();
  const records = await Promise.all(triage.candidates.map(({ incident }) => ledger.incident(incident)));
  const selected = records.filter((record) => record.selection?.triage === triage.id);
  const elsewhere = selected.filter((record) => record.run && record.run.session !== context.session.id);
  const ours = selected.filter((record) => !elsewhere.includes(record)).map(summaryOf);
  const having = (outcome: IssueSummary['outcome']) =>
    ours.filter((issue) => issue.outcome === outcome).map((issue) => issue.shortId);
  await writeSummary({
    file: join(context.repository.mainCheckout, triage.report),
    triageId: triage.id,
    triaged: triage.candidates.length,
    fixed: having('fixed'),
    archived: having('archived'),
    skipped: records
      .filter((record) => !selected.includes(record))
      .map(({ incident }) => shortName(incident)),
    stillOpen: [
      ...elsewhere.map(({ incident, run }) => ({
        shortId: shortName(incident),
        reason: `held by ${run?.owner.label ?? 'another session'}`,
      })),
      ...having('unproven').map((shortId) => ({ shortId, reason: 'unproven: no test was possible' })),
      ...having('unfinished').map((shortId) => ({ shortId, reason: 'not finished' })),
    ],
    commits: ours.flatMap((issue) => issue.commit ?? []),
    pullRequests: ours.flatMap((issue) => issue.pullRequest ?? []),
    files: [...new Set(ours.flatMap((issue) => issue.files))],
  });
}
