import { join } from 'node:path';
import type { IncidentRecord, Run } from '../../ledger/ledger.ts';
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
  resolved?: string;
}

export interface RunSummary {
  issues: IssueSummary[];
  /** The triage report that the summary was written into, relative to the main checkout. */
  report?: string;
}

/** What became of each issue of a run; written into the report of the triage that the issues were selected from. */
export async function summarize(context: OutcomeContext, run: Run): Promise<RunSummary> {
  const ledger = await context.ledger();
  const records = await Promise.all(run.incidents.map((incident) => ledger.incident(incident)));
  const issues = records.map(summaryOf);
  const triageId = records.find((record) => record.selection)?.selection?.triage;
  const triage = triageId === undefined ? undefined : await ledger.triage({ id: triageId });
  if (!triage) return { issues };
  const having = (outcome: IssueSummary['outcome']) =>
    issues.filter((issue) => issue.outcome === outcome).map((issue) => issue.shortId);
  try {
    await writeSummary({
      file: join(context.repository.mainCheckout, triage.report),
      triageId: triage.id,
      triaged: triage.candidates.length,
      fixed: having('fixed'),
      archived: having('archived'),
      skipped: [
        ...having('unfinished'),
        ...triage.candidates
          .map((candidate) => candidate.shortId)
          .filter((shortId) => !issues.some((issue) => issue.shortId === shortId)),
      ],
      refused: having('unproven').map((shortId) => ({ shortId, reason: 'no test was possible' })),
      commits: issues.flatMap((issue) => (issue.commit ? [issue.commit] : [])),
      pullRequests: issues.flatMap((issue) => (issue.pullRequest ? [issue.pullRequest] : [])),
      files: [...new Set(issues.flatMap((issue) => issue.files))],
    });
  } catch (error) {
    context.log.warn(`The summary was not written to ${triage.report}: ${messageOf(error)}`);
    return { issues };
  }
  return { issues, report: triage.report };
}

function summaryOf(record: IncidentRecord): IssueSummary {
  const { commit, proof, pull_request: pull, resolution, worktree } = record.steps;
  const where = pull?.url ?? pull?.patch;
  return {
    shortId: shortName(record.incident),
    outcome: outcomeOf(record),
    files: commit?.files ?? [],
    ...(commit && proof ? { commit: commit.sha } : {}),
    ...(where === undefined ? {} : { pullRequest: where }),
    ...(worktree ? { worktree: worktree.path } : {}),
    ...(resolution ? { resolved: resolution.after } : {}),
  };
}

function outcomeOf({ steps }: IncidentRecord): IssueSummary['outcome'] {
  if (steps.resolution?.strategy === 'archived') return 'archived';
  if (!steps.commit) return 'unfinished';
  return steps.proof?.verdict === 'proven' ? 'fixed' : 'unproven';
}
