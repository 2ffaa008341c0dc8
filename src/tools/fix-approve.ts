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
import type { FileChange } from '../policy/diff.ts';
import { ask, type Reply, unlessAnswered } from './ask-person.ts';
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
  // Their word is not the session's: a terminal of their own is where they give it to a client without dialogs.
  ofAnySession: 'from a command',
  input: {},
  async run(_input, context, call, held) {
    const change = await changeOf(context, held);
    const name = held.shortId;
    if (change.findings.length === 0) return nothingToApprove(name, change);
    requireApprovable(change);
    const answer = await askPerson(name, questionOf(name, change), context, call);
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
  name: string,
  question: Question,
  context: Context,
  call: Call,
): Promise<Extract<Reply, { action: 'accept' }>> {
  const reply = await ask(question, context, call);
  if (reply.action === 'nobody') {
    throw refusedError(
      `There is nobody to ask here${reply.because}, so nothing is approved.`,
      `Take the change back, or ask the person to run \`pitcrew fix-approve ${name}\` in a terminal of their own.`,
    );
  }
  if (reply.action === 'accept' && /^\s*approved?\s*$/i.test(reply.text)) return reply;
  throw refusedError(
    `${NOT_APPROVED[reply.action]}${unlessAnswered(reply)}.`,
    'Take it back in the worktree, or ask the person what they want instead; do not ask again for the same change.',
  );
}

const NOT_APPROVED = {
  cancel: 'The person closed the question: nothing is approved',
  decline: 'The person did not approve the change',
  accept: 'The person did not approve the change: they typed something other than `approve`',
};

const MOST_FILES = 30;
const MOST_FINDINGS = 30;

function questionOf(name: string, change: JudgedChange): Question {
  const { files, findings, tree, baseTree } = change;
  // Both trees are in the repository already: this shows the very change that is allowed, whatever the files are by then.
  const look = `All of it: git diff ${baseTree.slice(0, 12)} ${tree.slice(0, 12)}`;
  return {
    message: [
      `The fix of ${name} does more than a fix should. Allow exactly this change?`,
      '',
      ...findingLines(findings, MOST_FINDINGS),
      '',
      `${sizeOf(change)}:`,
      ...files.slice(0, MOST_FILES).map((file) => `  ${file.status} ${rowOf(file)}`),
      ...(files.length > MOST_FILES ? [`  and ${files.length - MOST_FILES} more`] : []),
      '',
      look,
      `Tree ${tree}`,
      `on   ${baseTree}`,
    ].join('\n'),
    brief: [`Allow this unusual fix of ${name}? ${sizeOf(change)}.`, ...twoLinesOf(change), look].join('\n'),
    field: {
      name: 'approval',
      title: 'Approval',
      description: 'Type approve to allow it; anything else does not.',
    },
  };
}

function sizeOf({ files }: JudgedChange): string {
  const added = files.reduce((sum, file) => sum + file.linesAdded, 0);
  const removed = files.reduce((sum, file) => sum + file.linesRemoved, 0);
  return `${files.length} ${files.length === 1 ? 'file' : 'files'}, +${added} -${removed}`;
}

const rowOf = ({ path, linesAdded, linesRemoved }: FileChange): string =>
  `${untrustedLine(path, 120)} +${linesAdded} -${linesRemoved}`;

/** What speaks against the change, and where that is one thing, the files; where it is more than two, the rules of the others. */
function twoLinesOf({ findings, files }: JudgedChange): [string, string] {
  const [first = '', second = files.map(rowOf).join(', ')] = findings.map(findingLine);
  if (findings.length <= 2) return [first, second];
  const rules = new Set(findings.slice(1).map(({ rule }) => rule));
  return [first, `- and ${findings.length - 1} more: ${[...rules].join(', ')}`];
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
