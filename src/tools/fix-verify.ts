import { join } from 'node:path';
import * as z from 'zod';
import type { ProofStep } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import type { CheckRecord, ProofRecord } from '../core/check-record.ts';
import { inputError, PitcrewError, refusedError } from '../core/errors.ts';
import { fenced, untrustedLine } from '../core/untrusted.ts';
import { nameInCheckout } from '../git/name-in-checkout.ts';
import { checkoutAt } from '../git/repository.ts';
import { latestEvidence } from '../pipeline/evidence.ts';
import { judgeChange, requireAllowed } from '../pipeline/judge-change.ts';
import { recordOutcome } from '../pipeline/outcome.ts';
import { type ProofRequest, prove } from '../pipeline/prove.ts';
import { recordStep } from '../pipeline/record-step.ts';
import { judgeCommand } from '../policy/shell.ts';
import { type Call, defineStep } from './define.ts';
import type { Held } from './requirements.ts';

export const fixVerify = defineStep({
  name: 'fix_verify',
  title: 'Prove a fix: red before, green after',
  description:
    "Runs the reproducing test on the base (must fail, for the incident's own reason) and with the fix (must pass), then the project's checks, and records the proof. Use when test and fix are written in the worktree, before fix_commit.",
  // It runs a command line that the model wrote.
  effect: 'destroy',
  examples: [
    "fix-verify WEB-3F --test 'node --test test/cart.test.js' --test-files test/cart.test.js",
    "fix-verify WEB-3F --no-test-reason 'needs the payment terminal'",
  ],
  requires: ['selected', 'worktree'],
  input: {
    test: z
      .string()
      .max(500)
      .refine((line) => !line.includes('\0'), 'no NUL can stand in a command')
      .optional()
      .describe('Command line of the reproducing test, run in the worktree.'),
    test_files: z
      .array(z.string().min(1).max(300))
      .max(20)
      .default([])
      .describe('Files of the test, relative to the worktree; only they are laid over the base.'),
    no_test_reason: z
      .string()
      .min(15)
      .max(500)
      .optional()
      .describe('Why no test is possible; recorded, and shown in the pull request.'),
    timeout_seconds: z.number().int().min(1).max(3600).default(300).describe('For each run of the test.'),
  },
  async run(given, context, call, held) {
    const worktree = held.steps.worktree;
    if (!worktree) throw refusedError(`${held.shortId} has no worktree.`, 'Make one with worktree_create.');
    const checkout = await checkoutAt(context.repository, worktree.path);
    const input = {
      ...given,
      test_files: given.test_files.map((name) => nameInCheckout(checkout.root, name)),
    };
    const change = await judgeChange(checkout, { base: worktree.base, policy: context.config.policy });
    const approved = requireAllowed(change, held.steps.approval);
    const made = await prove({
      repository: context.repository,
      config: context.config,
      worktree,
      test: await testOf(input, context, call, held),
      env: context.childEnv,
      signal: call.signal,
      onProgress: call.progress,
    });
    call.signal.throwIfAborted();
    const proof = sameAsJudged(made, change.tree, approved);
    await recordStep(context, held, 'proof', proof);
    await recordOutcome(context, held.incident, `proof: ${proof.verdict}`);
    if (proof.verdict === 'refused') throw refusal(proof);
    return {
      text: [
        `${held.shortId} is ${proof.verdict}: ${proof.reason}`,
        ...recordLines(proof),
        ...(context.config.checks === undefined && proof.checks.length === 0 ? [NO_CHECKS] : []),
        'Next: fix_commit.',
      ].join('\n'),
      data: { issue: held.shortId, proof },
    };
  },
});

const NO_CHECKS =
  'No check of the project ran: pitcrew.yml names none, and the files at the top of the repository none that is safe to guess.';

/** What was judged has to be what was proven: a file may have changed in between. */
function sameAsJudged(made: ProofStep, tree: string, approved: string[]): ProofStep {
  if (made.tree !== tree) {
    return { ...made, verdict: 'refused', reason: 'Files changed while the proof ran; run it again.' };
  }
  return approved.length > 0 ? { ...made, approved } : made;
}

async function testOf(
  input: {
    test?: string | undefined;
    test_files: string[];
    no_test_reason?: string | undefined;
    timeout_seconds: number;
  },
  context: Context,
  call: Call,
  held: Held,
): Promise<ProofRequest['test']> {
  if (input.no_test_reason !== undefined && input.test === undefined) {
    return { impossible: untrustedLine(input.no_test_reason, 500) };
  }
  if (input.test === undefined || input.no_test_reason !== undefined) {
    throw inputError(
      'A proof needs either a test or a reason why there is none, not both.',
      'Give `test` and `test_files`, or `no_test_reason`.',
    );
  }
  if (input.test_files.length === 0) {
    throw inputError(
      'The files of the reproducing test are not named.',
      'Name them in `test_files`, for example test/cart.test.js.',
    );
  }
  judgeTest(input.test, context, held);
  call.progress('Reading the incident');
  const { client } = await context.sentry();
  const { repository } = context;
  const request = { client, repository, issue: held.shortId, signal: call.signal };
  const { evidence } = await latestEvidence(request, context.recentEvidence);
  return {
    command: input.test,
    files: input.test_files,
    timeoutSeconds: input.timeout_seconds,
    reason: evidence.reason,
  };
}

/** The command of a test runs past the client's hook: the same rules hold for it. */
function judgeTest(command: string, { repository }: Context, held: Held): void {
  const { mainCheckout, commonDirectory } = repository;
  const worktree = held.steps.worktree?.path ?? mainCheckout;
  const verdict = judgeCommand(command, {
    cwd: worktree,
    root: mainCheckout,
    worktrees: [worktree],
    holdsRuns: true,
    aliasOf: () => undefined,
    readScript: () => undefined,
    privateFiles: [
      commonDirectory,
      ...['.claude', 'pitcrew.yml', '.pitcrew/stop'].map((name) => join(mainCheckout, name)),
    ],
  });
  if (verdict.allow) return;
  throw refusedError(`The command of the test may not run: ${verdict.reason}`, verdict.instead);
}

const recordLines = (proof: ProofRecord): string[] =>
  [proof.before, proof.after, ...proof.checks].flatMap((record) => (record ? [recordLine(record)] : []));

function recordLine(record: CheckRecord): string {
  const how = record.timedOut ? 'timed out' : `exit ${record.exitCode}`;
  const judged = record.judgement ? `; ${record.judgement}` : '';
  return `- ${record.name}: ${how} in ${(record.durationMs / 1000).toFixed(1)} s${judged}`;
}

/** The refusal carries the end of the output that decided it: the next try starts there. */
function refusal(proof: ProofRecord): PitcrewError {
  const records = [proof.before, proof.after, ...proof.checks].filter((record) => record !== undefined);
  const decisive = records.at(-1);
  const output = decisive?.tail.slice(-2500) ?? '';
  const tail = decisive && output.trim() !== '' ? `\n${fenced(output, `output of ${decisive.name}`)}` : '';
  return new PitcrewError(
    'refused',
    `Not proven: ${proof.reason}\n${recordLines(proof).join('\n')}${tail}`,
    nextAfter(proof, decisive),
  );
}

function nextAfter({ checks }: ProofRecord, decisive: CheckRecord | undefined): string {
  // Only a check that was red before is judged.
  if (checks.at(-1)?.judgement !== undefined)
    return 'Tell the person: it has to be mended on the base first, or taken out of `checks` in pitcrew.yml.';
  const again = 'Correct the test or the fix in the worktree and run fix_verify again';
  return decisive?.timedOut ? `${again}, with a longer \`timeout_seconds\` if it needs one.` : `${again}.`;
}
