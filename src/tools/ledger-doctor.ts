import * as z from 'zod';
import type { Context } from '../context.ts';
import { PitcrewError } from '../core/errors.ts';
import { examineLedger } from '../pipeline/ledger-doctor.ts';
import type { LedgerFinding, LedgerWorld } from '../pipeline/ledger-finding.ts';
import { repairLedger } from '../pipeline/repair-ledger.ts';
import { defineTool } from './define.ts';

export const ledgerDoctor = defineTool({
  name: 'ledger_doctor',
  title: 'Compare ledger, worktrees, branches, disk and processes',
  description:
    'Says in what ledger, git worktrees, disk and processes do not agree, with the next step of each; with `repair`, mends what loses nothing: claims of gone sessions, lost folders, unfinished checkouts, merged clean worktrees, old fences on the remote. Use after a crash, or to tidy up.',
  effect: 'write',
  examples: ['ledger-doctor', 'ledger-doctor --repair'],
  worksWithoutLedger: true,
  input: { repair: z.boolean().default(false).describe('Mend what is safe to mend; default: only say it.') },
  async run({ repair }, context, call) {
    const world = await worldOf(context, call.signal);
    const { ledger } = world;
    const { findings, asOf } = await examineLedger(world);
    const rows: { finding: LedgerFinding; said?: string; done: boolean }[] = [];
    for (const finding of findings) {
      call.signal.throwIfAborted();
      if (!repair || !finding.repair || !ledger) rows.push({ finding, done: false });
      else {
        call.progress(finding.what);
        rows.push({ finding, ...(await repairLedger(finding.repair, { ...world, ledger })) });
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
        asOf: asOf ?? null,
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

async function worldOf(context: Context, signal: AbortSignal): Promise<LedgerWorld> {
  const { config, repository, session, clock } = context;
  const holder = { session: session.id, owner: session.owner, ttlMs: session.leaseMs };
  return { ...(await ledgerOf(context)), repository, config, clock, signal, holder };
}

/** The ledger, or why there is none now: half of the examination needs none. */
async function ledgerOf({ ledger }: Context): Promise<Pick<LedgerWorld, 'ledger' | 'problem'>> {
  try {
    return { ledger: await ledger() };
  } catch (error) {
    if (error instanceof PitcrewError && error.kind === 'upstream')
      return { ledger: undefined, problem: error };
    throw error;
  }
}
