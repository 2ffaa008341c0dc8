import { existsSync } from 'node:fs';
import type { HandwrittenEntry, IncidentRecord, Listed } from '../../ledger/ledger.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { wasNeverFinished } from '../git/half-made.ts';
import { listWorktrees, type WorktreeEntry } from '../git/list-worktrees.ts';
import { isOurs, isUnborn, recordedWorktree } from './examine-worktrees.ts';
import type { LedgerFinding, LedgerWorld } from './ledger-finding.ts';

/**
 * The half that git and the disk can tell while the ledger cannot be asked; `known` is what this clone knew last, if
 * anything. Nothing of it is offered for repair: who is at work there is not known.
 */
export async function examineWithoutLedger(
  known: Listed | undefined,
  world: LedgerWorld,
): Promise<LedgerFinding[]> {
  const worktrees = await listWorktrees(world.repository);
  const records = (known?.active ?? []).flatMap((run) =>
    run.worktrees.map(({ incident, path, branch }): IncidentRecord => {
      return { incident, run, steps: { worktree: { path, branch, base: '' } } };
    }),
  );
  const recorded = new Set(records.map(({ steps }) => steps.worktree?.path));
  const others = worktrees.filter((entry) => isOurs(entry, world) && !recorded.has(entry.path));
  const found = await Promise.all([
    ...records.map((record) => recordedWorktree(record, worktrees, world)),
    ...others.map(brokenWorktree),
  ]);
  return [notAsked(known, world), ...found.flat().map(unrepaired)];
}

const unrepaired = ({ repair, next, ...finding }: LedgerFinding): LedgerFinding => ({
  ...finding,
  next: repair ? `Once the ledger answers: ${next}` : next,
});

function notAsked(known: Listed | undefined, { problem }: LedgerWorld): LedgerFinding {
  const why = problem ? [problem.message] : (known?.handwritten ?? []).flatMap(sentencesOf);
  return {
    kind: 'ledger_unknown',
    what: `The ledger was not looked at. ${why.map((sentence) => untrustedLine(sentence, 800)).join(' ')}`,
    next: `${problem ? `${problem.hint} ` : ''}Until it answers nobody can say which sessions are gone, which worktrees nobody needs any more, and which fences on the remote are over; nothing is repaired.`,
  };
}

const sentencesOf = ({ isNotice, title, text }: HandwrittenEntry): string[] =>
  isNotice ? [`${title}.`, text] : [];

/** What needs no record to be seen. */
async function brokenWorktree(entry: WorktreeEntry): Promise<LedgerFinding[]> {
  const { path, head } = entry;
  const branch = untrustedLine(entry.branch ?? 'no branch', 100);
  if (!existsSync(path)) {
    return [
      {
        kind: 'folder_missing',
        what: `The worktree ${path} (${branch}) is gone from the disk; git still has it on its list.`,
        next: 'Its branch and its commits stay. Ask again when the ledger answers: it tells whose work this is.',
      },
    ];
  }
  if (isUnborn(entry)) {
    return [
      {
        kind: 'branch_missing',
        what: `Branch ${branch} is gone; its worktree is still there (${path}).`,
        next: "Its files are untouched, and git's log of HEAD in that worktree names its last commit: a person should put the branch back.",
      },
    ];
  }
  if (head === undefined || !(await wasNeverFinished(path))) return [];
  return [
    {
      kind: 'unfinished_worktree',
      what: `${path} is a checkout that was never finished.`,
      next: 'Leave it until the ledger answers; `repair` removes it then when it holds nothing but files of its commit.',
    },
  ];
}
