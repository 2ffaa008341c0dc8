import * as z from 'zod';
import type { Steps } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import { refusedError } from '../core/errors.ts';
import { changedFiles } from '../git/changes.ts';
import { commitFiles } from '../git/commit.ts';
import { declaredFiles } from '../git/declared-files.ts';
import type { Checkout } from '../git/git.ts';
import { nameInCheckout } from '../git/name-in-checkout.ts';
import { type CommitRecord, changedPaths, readCommit } from '../git/read-commit.ts';
import { checkoutAt, headOf } from '../git/repository.ts';
import { claimPaths } from '../pipeline/claim-paths.ts';
import { fixMessage } from '../pipeline/fix-message.ts';
import { guardEffect } from '../pipeline/guard-effect.ts';
import { judgeChange, requireAllowed } from '../pipeline/judge-change.ts';
import { recordOutcome } from '../pipeline/outcome.ts';
import { recordStep } from '../pipeline/record-step.ts';
import { defineStep } from './define.ts';
import type { Held } from './requirements.ts';

export const fixCommit = defineStep({
  name: 'fix_commit',
  title: 'Commit exactly the files of a fix',
  description:
    "Commits exactly the declared files on the issue's branch, from a private index, with one message template; refused when the files differ from what fix_verify proved or another session holds one. Use after fix_verify.",
  effect: 'write',
  examples: [
    "fix-commit WEB-3F --files src/cart.js,test/cart.test.js --root-cause 'a cart may have no items' --fix 'total of an empty cart is 0'",
  ],
  requires: ['selected', 'worktree', 'verified'],
  input: {
    files: z
      .array(z.string().min(1).max(300))
      .min(1)
      .max(100)
      .describe('Every file of the fix and its test, relative to the worktree.'),
    root_cause: z.string().min(10).max(2000).describe('What was wrong, and why.'),
    fix: z.string().min(10).max(2000).describe('What the change does.'),
    subject: z
      .string()
      .max(60)
      .optional()
      .describe("What follows `fix(sentry): SHORT-ID` in the subject. Default: from the issue's title."),
  },
  async run(given, context, _call, held) {
    const { worktree, proof } = held.steps;
    if (!worktree || !proof) throw refusedError(`${held.shortId} is not verified.`, 'Run fix_verify.');
    const checkout = await checkoutAt(context.repository, worktree.path);
    const input = { ...given, files: given.files.map((name) => nameInCheckout(checkout.root, name)) };
    const verified = { ...held.steps, worktree, proof, checkout, head: await headOf(checkout) };
    await judge(context, verified);
    const already = await alreadyCommitted(input, context, held, verified);
    const committed = already ?? (await commitNow(input, context, held, verified));
    const commit = {
      sha: committed.sha,
      tree: committed.tree,
      branch: worktree.branch,
      files: committed.files.map((file) => file.path),
      subject: committed.subject,
    };
    // What is offered and resolved is the whole fix, which an earlier commit may have begun.
    const all = await changedPaths(checkout, worktree.base, commit.sha);
    await recordStep(context, held, 'commit', { ...commit, files: all });
    await recordOutcome(context, held.incident, `committed ${commit.sha.slice(0, 12)} (${proof.verdict})`);
    return {
      text: [
        `${already ? 'Already committed' : 'Committed'} ${commit.sha.slice(0, 12)} on ${commit.branch}: ${commit.subject}`,
        ...committed.files.map((file) => `- ${file.status} ${file.path}`),
        'Next: github_create_draft_pr.',
      ].join('\n'),
      data: { issue: held.shortId, ...commit, already: already !== undefined },
    };
  },
});

/** The rules once more, on the very tree that is committed: the commit is refused unless it has this one. */
async function judge(context: Context, verified: Verified): Promise<void> {
  const { checkout, worktree, proof, approval } = verified;
  const { policy } = context.config;
  const change = await judgeChange(checkout, { base: worktree.base, tree: proof.tree, policy });
  requireAllowed(change, approval);
}

type Input = { files: string[]; root_cause: string; fix: string; subject?: string | undefined };
type Verified = Pick<Steps, 'worktree' | 'proof'> & {
  checkout: Checkout;
  /** As it was when the call began; the commit is refused when it has moved since. */
  head: { sha: string };
  commit?: Steps['commit'];
  approval?: Steps['approval'];
};

/**
 * A commit that this very call made before, but that was not recorded because the process died in between: on the
 * recorded start, with the message of this input, the declared files and the proven tree. Anything else on the branch
 * was made by hand, and is refused by `commitNow`.
 */
async function alreadyCommitted(
  input: Input,
  context: Context,
  held: Held,
  { checkout, head, worktree, proof, commit }: Verified,
): Promise<CommitRecord | undefined> {
  if (head.sha === worktree.base || (await changedFiles(checkout, head.sha)).length > 0) return undefined;
  const made = await readCommit(checkout, head.sha);
  if (made.tree !== proof.tree) return undefined;
  if (commit?.sha === made.sha) return made;
  const isOurs =
    made.parent === (commit?.sha ?? worktree.base) &&
    made.message.trim() === messageOf(input, held).trim() &&
    sameFiles(made.files, input.files);
  if (!isOurs) return undefined;
  await claimPaths(context, held.run, input.files, 'commit');
  return made;
}

function sameFiles(made: CommitRecord['files'], declared: string[]): boolean {
  const names = (files: string[]) => [...new Set(files)].sort().join('\0');
  return names(made.map((file) => file.path)) === names(declared);
}

const messageOf = (input: Input, held: Held): string =>
  fixMessage({
    shortId: held.shortId,
    title: input.subject ?? held.record.candidate?.title ?? 'production error',
    permalink: held.record.candidate?.permalink,
    rootCause: input.root_cause,
    fix: input.fix,
    proof: held.steps.proof,
  });

async function commitNow(
  input: Input,
  context: Context,
  held: Held,
  { checkout, head, worktree, proof, commit }: Verified,
): Promise<CommitRecord> {
  if (head.sha !== worktree.base && head.sha !== commit?.sha) {
    throw refusedError(
      `Branch ${worktree.branch} has commits that Pitcrew did not make (its tip is ${head.sha.slice(0, 12)}).`,
      `Ask the person to look at them; the fix is committed on top of ${(commit?.sha ?? worktree.base).slice(0, 12)}, and only by fix_commit.`,
    );
  }
  const undeclared = (await changedFiles(checkout, head.sha))
    .map((change) => change.path)
    .filter((path) => !input.files.includes(path));
  if (undeclared.length > 0) {
    throw refusedError(
      `The worktree holds changes in files that are not declared: ${undeclared.slice(0, 20).join(', ')}.`,
      'Add them to `files` if they belong to this fix; otherwise undo them in the worktree and run fix_verify again.',
    );
  }
  // Looked at before they are claimed: `.` would claim everything.
  const files = await declaredFiles(checkout, input.files);
  await claimPaths(context, held.run, files, 'commit');
  const { sha } = await commitFiles({
    worktree: checkout,
    branch: worktree.branch,
    expectedHead: head.sha,
    files,
    message: messageOf(input, held),
    expectedTree: proof.tree,
    guard: () => guardEffect(context, held.run, 'commit', files),
  });
  return readCommit(checkout, sha);
}
