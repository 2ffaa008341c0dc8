import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Run } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import { refusedError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { type RunSummary, summarize } from '../pipeline/summary.ts';
import { defineTool } from './define.ts';

export const ledgerComplete = defineTool({
  name: 'ledger_complete',
  title: "End this session's claims and write the summary",
  description:
    "Ends this session's claims (all, or those of one issue's run), so that others may take the issues and paths, and writes the summary into the triage report. Use at the end of the work, or to give up (status: aborted).",
  effect: 'write',
  examples: ["ledger-complete --note '3 fixed'", 'ledger-complete --status aborted --note "out of time"'],
  input: {
    issue: z
      .string()
      .min(1)
      .optional()
      .describe('End only the run that holds this issue. Default: all of this session.'),
    status: z
      .enum(['completed', 'aborted'])
      .default('completed')
      .describe('aborted: given up; worktrees and branches stay.'),
    note: z.string().max(500).default('').describe('For whoever looks later.'),
  },
  async run(input, context) {
    const ledger = await context.ledger();
    const { active } = await ledger.list();
    const own = active.filter((run) => run.session === context.session.id);
    const wanted = input.issue === undefined ? undefined : await context.incidentOf(input.issue);
    const runs = wanted === undefined ? own : own.filter((run) => run.incidents.includes(wanted));
    if (runs.length === 0) {
      throw refusedError(
        wanted === undefined
          ? 'This session holds no claim.'
          : `This session does not hold ${shortName(wanted)}.`,
        'ledger_status shows who holds what.',
      );
    }
    const summaries: RunSummary[] = [];
    for (const run of runs) summaries.push(await complete(run, input, context));
    const issues = summaries.flatMap((summary) => summary.issues);
    return {
      text: [
        `${input.status === 'completed' ? 'Completed' : 'Aborted'} ${runs.length} run${runs.length === 1 ? '' : 's'}; the issues and paths are free.`,
        ...issues.map(
          (issue) =>
            `- ${issue.shortId}: ${issue.outcome}${issue.worktree ? `; worktree ${issue.worktree}` : ''}`,
        ),
        ...summaries
          .flatMap((summary) => (summary.report ? [`Report: ${summary.report}`] : []))
          .filter(unique),
        'worktree_remove removes a worktree once its work is merged.',
      ].join('\n'),
      data: { status: input.status, runs: runs.map((run) => run.run), issues },
    };
  },
});

async function complete(
  run: Run,
  input: { status: 'completed' | 'aborted'; note: string },
  context: Context,
): Promise<RunSummary> {
  const ledger = await context.ledger();
  // Read before the claim ends: a run that has ended holds nothing.
  const summary = await summarize(context, run);
  const closed = await ledger.close({
    cmd: randomUUID(),
    run: run.run,
    fence: run.fence,
    status: input.status,
    commits: summary.issues.flatMap((issue) => (issue.commit ? [issue.commit] : [])),
    ...(input.note ? { note: untrustedLine(input.note, 500) } : {}),
  });
  if (!closed.ok) throw refusedError(closed.reason, closed.advice);
  context.release(run);
  return summary;
}

const unique = (item: string, at: number, all: string[]): boolean => all.indexOf(item) === at;
