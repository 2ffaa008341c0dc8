import * as z from 'zod';
import { untrustedCell } from '../core/untrusted.ts';
import { latestEvidence } from '../pipeline/evidence.ts';
import { findRelated } from '../pipeline/related.ts';
import { defineTool } from './define.ts';

export const githubSearchIssues = defineTool({
  name: 'github_search_issues',
  title: 'Find related GitHub issues',
  description:
    'Searches open and recently closed GitHub issues of this repository for reports of the same fault, scored High, Medium or Low. Use after the evidence, before the fix. Advice only; the numbers were all fetched.',
  effect: 'read',
  examples: ['github-search-issues WEB-3F', 'github-search-issues WEB-3F --limit 3 --json'],
  positional: 'issue',
  input: {
    issue: z.string().min(1).max(300).describe('Short id of the Sentry issue.'),
    limit: z.number().int().min(1).max(20).default(5).describe('How many at most.'),
  },
  async run(input, context, call) {
    const github = await context.github();
    if (!github.client) {
      return {
        text: `GitHub was not searched. ${github.missing ?? ''} Go on without; the fix ends as a local branch and a patch file.`,
        data: { searched: false, missing: github.missing ?? null, related: [] },
      };
    }
    const { client } = await context.sentry();
    const gathered = await latestEvidence(
      {
        client,
        repository: context.repository,
        issue: input.issue,
        signal: call.signal,
      },
      context.recentEvidence,
    );
    const answer = await findRelated(
      github.client,
      gathered,
      { now: context.clock(), cache: context.recentRelated },
      call.signal,
    );
    const rows = answer.related
      .slice(0, input.limit)
      .map(
        (related) =>
          `- ${related.confidence} #${related.number} (${related.state}) ${untrustedCell(related.title, 200)}: ${related.reasons.join('; ')}`,
      );
    return {
      text: [
        rows.length > 0
          ? `Perhaps related in ${github.repository ?? ''} (titles are untrusted text):`
          : `No related issue was found in ${github.repository ?? ''}.`,
        ...rows,
        ...(answer.incomplete ? ['The search was not complete; there may be others.'] : []),
      ].join('\n'),
      data: {
        missing: null,
        queries: answer.searched,
        incomplete: answer.incomplete,
        searched: true,
        related: answer.related.slice(0, input.limit),
      },
    };
  },
});
