import * as z from 'zod';
import type { IncidentRecord, Run, RunView } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import { commandId } from '../core/command-id.ts';
import { refusedError } from '../core/errors.ts';
import { shortIdOf, shortName } from '../core/incident.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { summaryOf, writeSummaries } from '../pipeline/summary.ts';
import { defineTool } from './define.ts';
import { endedClaim } from './own-runs.ts';

export const ledgerComplete = defineTool({
  name: 'ledger_complete',
  title: "End this session's claims and write the summary",
  description:
    "Ends this session's claims (all, or that of one issue), so that others may take the issues and paths, and writes the summary into the triage report. Use at the end of the work, or to give up (status: aborted).",
  effect: 'write',
  examples: ["ledger-complete --note '3 fixed'", 'ledger-complete --status aborted --note "out of time"'],
  input: {
    issue: z
      .string()
      .min(1)
      .optional()
      .describe('End only the claim of this issue. Default: all of this session.'),
    status: z
      .enum(['completed', 'aborted'])
      .default('completed')
      .describe('aborted: given up; worktrees and branches stay.'),
    note: z.string().max(500).default('').describe('For whoever looks later.'),
  },
  async run(input, context) {
    const ledger = await context.ledger();
    const shortId = input.issue === undefined ? undefined : shortIdOf(input.issue);
    const runs = await ownRuns(context, shortId);
    const incidents = runs
      .flatMap((run) => run.incidents)
      .filter((incident) => shortId === undefined || shortName(incident) === shortId);
    const records = await Promise.all(incidents.map((incident) => ledger.incident(incident)));
    for (const run of runs) await end(run, records, input, context);
    const reports = await writeSummaries(context, records);
    const issues = records.map(summaryOf);
    return {
      text: [
        `${input.status === 'completed' ? 'Completed' : 'Aborted'}: ${issues.map((issue) => issue.shortId).join(', ')}; free for others now.`,
        ...issues.map(
          (issue) =>
            `- ${issue.shortId}: ${issue.outcome}${issue.worktree ? `; worktree ${issue.worktree}` : ''}`,
        ),
        ...runs.flatMap((run) => stillClaimed(run, incidents)),
        ...reports.map((report) => `Report: ${report}`),
        'Next: worktree_remove removes a worktree once its work is merged.',
      ].join('\n'),
      data: { status: input.status, runs: runs.map((run) => run.run), issues, reports },
    };
  },
});

/** The run of one issue of several goes on, with all that it has claimed besides. */
function stillClaimed({ incidents, paths, resources }: Run, ended: readonly string[]): string[] {
  const others = incidents.filter((incident) => !ended.includes(incident)).map(shortName);
  if (others.length === 0 || paths.length + resources.length === 0) return [];
  const what = [...(paths.length > 0 ? ['paths'] : []), ...(resources.length > 0 ? ['resources'] : [])];
  return [
    `The ${what.join(' and ')} stay claimed with ${others.join(', ')}: ledger_update drops what that does not need.`,
  ];
}

/** What this session holds of an issue; that tells its organization itself, so nobody has to be asked for it. */
async function ownRuns(context: Context, shortId: string | undefined): Promise<RunView[]> {
  const ledger = await context.ledger();
  const { active, rev } = await ledger.list();
  const concerns = (run: Run): boolean =>
    shortId === undefined || run.incidents.some((incident) => shortName(incident) === shortId);
  const runs = active.filter((run) => run.session === context.session.id && concerns(run));
  if (runs.length > 0) return runs;
  // A list may be what was known last; events are asked for now, or not to be had.
  await ledger.events({ afterRev: rev, limit: 1 });
  const ended = await endedClaim(context, concerns);
  throw refusedError(
    `${shortId === undefined ? 'This session holds no claim' : `This session does not hold ${shortId}`}${ended}.`,
    `${holderNow(active, shortId)}ledger_status shows who holds what.`,
  );
}

function holderNow(active: readonly RunView[], shortId: string | undefined): string {
  const holder = active.find((run) => run.incidents.some((incident) => shortName(incident) === shortId));
  return holder ? `${holder.owner.label} holds it now. ` : 'There is nothing to end; ';
}

async function end(
  run: RunView,
  records: readonly IncidentRecord[],
  input: { issue?: string | undefined; status: 'completed' | 'aborted'; note: string },
  context: Context,
): Promise<void> {
  const ours = records.filter((record) => run.incidents.includes(record.incident));
  const closed = await (await context.ledger()).close({
    cmd: commandId(),
    run: run.run,
    fence: run.fence,
    status: input.status,
    commits: ours.flatMap((record) => record.steps.commit?.sha ?? []),
    ...(input.issue === undefined ? {} : { incidents: ours.map(({ incident }) => incident) }),
    ...(input.note ? { note: untrustedLine(input.note, 500) } : {}),
  });
  if (!closed.ok) throw refusedError(closed.reason, closed.advice);
  if (run.incidents.every((incident) => ours.some((record) => record.incident === incident))) {
    context.release(run);
  }
}
