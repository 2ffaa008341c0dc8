import type { Steps } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import { refusedError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { checkoutAt } from '../git/repository.ts';
import {
  findingLine,
  findingLines,
  isFor,
  type JudgedChange,
  judgeChange,
} from '../pipeline/judge-change.ts';
import { recordStep } from '../pipeline/record-step.ts';
import { ask, type Reply } from './ask-person.ts';
import { type Answer, type Call, defineStep, type Question } from './define.ts';
import type { Held } from './requirements.ts';

export const fixApprove = defineStep({
  name: 'fix_approve',
  title: 'Ask the person to allow an unusual change',
  description:
    'Shows the person what speaks against the change in the worktree (protected paths, its size, weakened tests) and asks whether this very change is allowed. Use only when fix_verify or fix_commit refused and the fix cannot do without it. Any later edit voids the approval.',
  effect: 'write',
  examples: ['fix-approve WEB-3F'],
  requires: ['selected_by_person', 'worktree'],
  input: {},
  async run(_input, context, call, held) {
    const change = await changeOf(context, held);
    const name = held.shortId;
    if (change.findings.length === 0) return nothingToApprove(name, change);
    requireApprovable(change);
    const answer = await askPerson(questionOf(name, change), context, call);
    if (!isFor(await changeOf(context, held), change)) {
      throw refusedError(
        'Files changed while the person was asked, so the answer is void.',
        'Leave the worktree as it is, and ask again with fix_approve.',
      );
    }
    const approval = approvalOf(change, answer.how, context.clock());
    await recordStep(context, held, 'approval', approval);
    const text = `The person approved this change of ${name} (tree ${change.tree.slice(0, 12)}).\nNext: fix_verify. Any edit voids the approval.`;
    return { text, data: { issue: name, approval } };
  },
});

async function changeOf(context: Context, held: Held): Promise<JudgedChange> {
  const { worktree } = held.steps;
  if (!worktree) throw refusedError(`${held.shortId} has no worktree.`, 'Make one with worktree_create.');
  const checkout = await checkoutAt(context.repository, worktree.path);
  return judgeChange(checkout, { base: worktree.base, policy: context.config.policy });
}

const nothingToApprove = (name: string, { tree }: JudgedChange): Answer => ({
  text: `Nothing speaks against the change of ${name}: no approval is needed.\nNext: fix_verify.`,
  data: { issue: name, tree, findings: [] },
});

function requireApprovable({ findings }: JudgedChange): void {
  const never = findings.filter(({ approvable }) => !approvable);
  if (never.length === 0) return;
  throw refusedError(
    `Nobody can approve this change:\n${findingLines(never, 12).join('\n')}`,
    'Take that back in the worktree first; then ask again if something is left to ask.',
  );
}

async function askPerson(
  question: Question,
  context: Context,
  call: Call,
): Promise<Extract<Reply, { action: 'accept' }>> {
  const reply = await ask(question, context, call);
  if (reply.action === 'nobody') {
    throw refusedError(
      `There is nobody to ask here${reply.because}, so nothing is approved.`,
      'Take the change back, or let a person run `npx pitcrew fix-approve` in a terminal of their own.',
    );
  }
  if (reply.action === 'accept' && /^\s*approved?\s*$/i.test(reply.text)) return reply;
  throw refusedError(
    reply.action === 'cancel'
      ? 'The person closed the question: nothing is approved.'
      : 'The person did not approve the change.',
    'Take it back in the worktree, or ask the person what they want instead; do not ask again for the same change.',
  );
}

const MOST_FILES = 30;
const MOST_FINDINGS = 30;

function questionOf(name: string, { files, findings, tree, baseTree }: JudgedChange): Question {
  const rows = files
    .slice(0, MOST_FILES)
    .map(
      ({ path, status, linesAdded, linesRemoved }) =>
        `  ${status} ${untrustedLine(path, 120)} +${linesAdded} -${linesRemoved}`,
    );
  const added = files.reduce((sum, file) => sum + file.linesAdded, 0);
  const removed = files.reduce((sum, file) => sum + file.linesRemoved, 0);
  return {
    message: [
      `The fix of ${name} does more than a fix should. Allow exactly this change?`,
      '',
      ...findingLines(findings, MOST_FINDINGS),
      '',
      `${files.length} files, +${added} -${removed}:`,
      ...rows,
      ...(files.length > MOST_FILES ? [`  and ${files.length - MOST_FILES} more`] : []),
      '',
      `Tree ${tree}`,
      `on   ${baseTree}`,
    ].join('\n'),
    field: {
      name: 'approval',
      title: 'Approval',
      description: 'Type approve to allow it; anything else does not.',
    },
  };
}

function approvalOf(
  { tree, baseTree, findings }: JudgedChange,
  how: 'elicitation' | 'terminal',
  at: number,
): Steps['approval'] {
  return {
    tree,
    baseTree,
    findings: findings.map((finding) => findingLine(finding).slice(2)),
    by: 'person',
    how,
    at,
  };
}
