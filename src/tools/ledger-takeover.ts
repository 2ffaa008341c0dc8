import * as z from 'zod';
import { shortName } from '../core/incident.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { takeOverRun, tellRemote, toldText } from '../pipeline/end-run.ts';
import { defineTool } from './define.ts';
import { allowEnding, othersRun } from './others-run.ts';

export const ledgerTakeover = defineTool({
  name: 'ledger_takeover',
  title: "Take over another session's claim",
  description:
    'Gives this session the claim, worktrees and steps of a session that stopped answering; the person is asked unless its process is gone. Refused while the holder is live. Use when ledger_status shows a suspect or dead run that this work waits for.',
  effect: 'write',
  examples: ['ledger-takeover WEB-3F', "ledger-takeover WEB-3F --reason 'laptop of Ana is off'"],
  positional: 'issue',
  input: {
    issue: z
      .string()
      .min(1)
      .describe('Short id of an issue that the other session holds, or the id of its run.'),
    reason: z.string().max(200).default('').describe('Kept in the history.'),
  },
  async run({ issue, reason }, context, call) {
    const run = await othersRun(issue, 'takeover', context);
    await allowEnding(run, 'takeover', context, call);
    const ledger = await context.ledger();
    const { session } = context;
    const holder = { session: session.id, owner: session.owner, ttlMs: session.leaseMs };
    const taken = await takeOverRun(ledger, run, holder, untrustedLine(reason, 200) || 'no reason given');
    await context.hold(taken);
    call.progress('Telling the remote');
    const told = await tellRemote(context.repository, run, taken);
    const issues = taken.incidents.map(shortName);
    const paths = taken.paths.map((path) => path.glob);
    return {
      text: [
        `This session holds ${issues.join(', ') || `what run ${run.run} held`} now (run ${taken.run}); it was held by ${run.owner.label}.`,
        `Paths: ${paths.join(', ') || 'none'}. What that session still tries to commit, push or resolve is refused.`,
        ...run.worktrees.map(({ path, branch }) => `Its worktree: ${path} (branch ${branch}).`),
        ...toldText(told),
        'Next: worktree_create goes on in that worktree.',
      ].join('\n'),
      data: {
        run: taken.run,
        fence: taken.fence,
        issues,
        paths,
        from: run.owner.label,
        told: told.map((one) => ({ ...one })),
      },
    };
  },
});
