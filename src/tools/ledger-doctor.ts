import * as z from 'zod';
import type { Context } from '../context.ts';
import { examineLedger, type LedgerFinding, type LedgerWorld } from '../pipeline/ledger-doctor.ts';
import { repairLedger } from '../pipeline/repair-ledger.ts';
import { defineTool } from './define.ts';

export const ledgerDoctor = defineTool({
  name: 'ledger_doctor',
  title: 'Compare ledger, worktrees, branches, disk and processes',
  description:
    'Says in what ledger, git worktrees, disk and processes do not agree, with the next step of each; with `repair`, mends what loses nothing: claims of sessions that are gone, folders that are gone, unfinished checkouts, merged and clean worktrees, fences on the remote that are over. Use after a crash, or to tidy up.',
  effect: 'write',
  examples: ['ledger-doctor', 'ledger-doctor --repair'],
  input: { repair: z.boolean().default(false).describe('Mend what is safe to mend; default: only say it.') },
  async run({ repair }, context, call) {
    const world = await worldOf(context);
    const findings = await examineLedger(world);
    const rows: { finding: LedgerFinding; said?: string; done: boolean }[] = [];
    for (const finding of findings) {
      call.signal.throwIfAborted();
      if (!repair || !finding.repair) rows.push({ finding, done: false });
      else {
        call.progress(finding.what);
        rows.push({ finding, ...(await repairLedger(finding.repair, world)) });
      }
    }
    const inWords = call.ownWords ?? String;
    const left = rows.filter(({ done }) => !done);
    return {
      text: [
        findings.length === 0
          ? 'Ledger, worktrees, branches, disk and processes agree.'
          : `${findings.length} finding${findings.length === 1 ? '' : 's'}${repair ? `, ${rows.length - left.length} mended` : ''}:`,
        ...rows.map(({ finding, said }) => `- ${finding.what} ${said ?? inWords(finding.next)}`),
      ].join('\n'),
      data: {
        findings: rows.map(({ finding: { kind, what, next, repair: mendable }, said, done }) => ({
          kind,
          what,
          next: inWords(next),
          repairable: mendable !== undefined,
          repaired: done,
          said: said ?? null,
        })),
      },
    };
  },
});

async function worldOf({ config, repository, session, ledger, clock }: Context): Promise<LedgerWorld> {
  const { base } = config.github;
  return {
    ledger: await ledger(),
    repository,
    clock,
    worktrees: config.worktrees,
    ...(base === undefined ? {} : { base }),
    holder: { session: session.id, owner: session.owner, ttlMs: session.leaseMs },
  };
}
