import * as z from 'zod';
import type { Context } from '../context.ts';
import { messageOf, PitcrewError, refusedError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import type { GitHubClient } from '../github/client.ts';
import type { RelatedIssue } from '../github/search-issues.ts';
import { claimPaths } from '../pipeline/claim-paths.ts';
import { latestEvidence } from '../pipeline/evidence.ts';
import { guardEffect } from '../pipeline/guard-effect.ts';
import { recordOutcome } from '../pipeline/outcome.ts';
import { publish } from '../pipeline/publish.ts';
import { recordStep } from '../pipeline/record-step.ts';
import { findRelated } from '../pipeline/related.ts';
import { type Call, defineStep } from './define.ts';

export const githubCreateDraftPr = defineStep({
  name: 'github_create_draft_pr',
  title: 'Offer the fix as a draft pull request',
  description:
    'Pushes the branch of a committed fix and opens a draft pull request with root cause, fix, proof, related issues and reviewers, or updates the one that is open. Without GitHub it writes a patch file. Use after fix_commit.',
  effect: 'write',
  examples: [
    "github-create-draft-pr WEB-3F --summary 'An empty cart crashed the checkout; its total is now 0.'",
  ],
  requires: ['selected', 'worktree', 'verified', 'committed'],
  input: {
    summary: z
      .string()
      .min(10)
      .max(1000)
      .describe('Two or three sentences for a reviewer: what happened, what changes.'),
  },
  async run(input, context, call, held) {
    const { worktree, commit, proof } = held.steps;
    if (!worktree || !commit || !proof || commit.tree !== proof.tree) {
      throw refusedError(
        `The commit of ${held.shortId} is not what was proven.`,
        'Run fix_verify and fix_commit again.',
      );
    }
    await claimPaths(context, held.run, commit.files, 'pull_request');
    const github = await context.github();
    const related = github.client ? await relatedOf(github.client, held.shortId, context, call) : NO_SEARCH;
    const title = held.record.candidate?.title ?? commit.subject;
    const published = await publish({
      incident: held.incident,
      shortId: held.shortId,
      title,
      permalink: held.record.candidate?.permalink ?? '',
      summary: input.summary,
      repository: context.repository,
      config: context.config,
      worktree,
      commit,
      proof,
      earlier: held.steps.pull_request,
      run: held.run,
      guard: (effect) => guardEffect(context, held.run, effect),
      related: related.issues,
      github: github.client,
      signal: call.signal,
      onProgress: call.progress,
    });
    await recordStep(context, held, 'pull_request', published.step);
    if (published.outcome === 'refused') {
      throw refusedError(
        `Pull request #${published.step.number} for this issue was closed without being merged: a person decided against it.`,
        `Ask the person whether it should be tried again; ${published.step.url} says why. Nothing was pushed.`,
      );
    }
    const where = published.step.url ?? published.step.patch ?? '';
    await recordOutcome(
      context,
      held.incident,
      `${proof.verdict}, committed ${commit.sha.slice(0, 12)}, ${where}`,
    );
    return {
      text: [
        published.step.url
          ? `${published.outcome === 'created' ? 'Opened' : 'Open already:'} ${published.step.draft ? 'draft ' : ''}pull request #${published.step.number}: ${published.step.url}`
          : `No pull request was opened. ${published.unpushed ?? github.missing ?? ''}`,
        ...published.notes.map((note) => untrustedLine(note, 300)),
        ...related.notes,
        ...(proof.verdict === 'unproven' ? ['It says that the fix is unproven.'] : []),
        proof.verdict === 'proven'
          ? 'Next: sentry_resolve.'
          : 'The Sentry issue stays open until a person resolves it.',
      ].join('\n'),
      data: {
        issue: held.shortId,
        outcome: published.outcome,
        pullRequest: published.step,
        body: published.bodyFile,
        notes: published.notes,
      },
    };
  },
});

interface Related {
  issues: RelatedIssue[];
  notes: string[];
}
const NO_SEARCH: Related = { issues: [], notes: [] };

/** Related reports are advice: a search that fails is said, and does not keep the pull request back. */
async function relatedOf(
  github: GitHubClient,
  issue: string,
  context: Context,
  call: Call,
): Promise<Related> {
  try {
    const { client } = await context.sentry();
    const gathered = await latestEvidence(
      {
        client,
        repository: context.repository,
        issue,
        signal: call.signal,
      },
      context.recentEvidence,
    );
    const { related } = await findRelated(
      github,
      gathered,
      { now: context.clock(), cache: context.recentRelated },
      call.signal,
    );
    return { issues: related.slice(0, 5), notes: [] };
  } catch (error) {
    if (!(error instanceof PitcrewError) || call.signal.aborted) throw error;
    return { issues: [], notes: [`Related issues were not searched: ${messageOf(error)}`] };
  }
}
