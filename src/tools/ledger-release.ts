import * as z from 'zod';
import { shortName } from '../core/incident.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { endRun, tellRemote, toldText } from '../pipeline/end-run.ts';
import { defineTool } from './define.ts';
import { allowEnding, othersRun } from './others-run.ts';

export const ledgerRelease = defineTool({
  name: 'ledger_release',
  title: "End another session's claim",
  description:
    'Ends the claim of a session that stopped answering, so that anybody may claim its issues and paths; the person is asked unless its process is gone. Worktrees and branches stay. Use when nobody will go on with that work; for own claims ledger_complete.',
  effect: 'write',
  examples: ['ledger-release WEB-3F'],
  positional: 'issue',
  input: {
    issue: z
      .string()
      .min(1)
      .describe('Short id of an issue that the other session holds, or the id of its run.'),
    reason: z.string().max(200).default('').describe('Kept in the history.'),
  },
  async run({ issue, reason }, context, call) {
    const run = await othersRun(issue, 'release', context);
    await allowEnding(run, 'release', context, call);
    const ledger = await context.ledger();
    const { session } = context;
    const note = untrustedLine(reason, 200) || 'released';
    const holder = { session: session.id, owner: session.owner, ttlMs: session.leaseMs };
    const ended = await endRun(ledger, run, holder, note);
    call.progress('Telling the remote');
    const told = await tellRemote(context.repository, run, ended);
    const issues = run.incidents.map(shortName);
    return {
      text: [
        `Released: ${issues.join(', ') || `run ${run.run}`}, held by ${run.owner.label} until now; free for the next claim.`,
        ...run.worktrees.map(({ path, branch }) => `Its worktree stays: ${path} (branch ${branch}).`),
        ...toldText(told),
      ].join('\n'),
      data: {
        issues,
        from: run.owner.label,
        worktrees: run.worktrees.map(({ path }) => path),
        told: told.map((one) => ({ ...one })),
      },
    };
  },
});
