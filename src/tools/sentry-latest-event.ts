import * as z from 'zod';
import { gatherEvidence } from '../pipeline/evidence.ts';
import { defineTool } from './define.ts';

export const sentryLatestEvent = defineTool({
  name: 'sentry_latest_event',
  title: 'Show the evidence of one crash',
  description:
    'Shows one event of a Sentry issue as evidence: exception chain, crash frame first with source lines from this checkout, suspect files with reasons, breadcrumbs, release compared with the checkout. Use before looking for the root cause. Small by default.',
  effect: 'read',
  examples: ['sentry-latest-event WEB-3F', 'sentry-latest-event WEB-3F --event oldest --detail full'],
  positional: 'issue',
  input: {
    issue: z.string().min(1).max(300).describe('Short id, numeric id or the address of the issue.'),
    event: z
      .enum(['latest', 'oldest', 'recommended'])
      .default('latest')
      .describe('Which event of the issue.'),
    detail: z.enum(['small', 'full']).default('small').describe('full: more frames, breadcrumbs and tags.'),
  },
  async run(input, context, call) {
    const { client } = await context.sentry();
    const gathered = await gatherEvidence({
      client,
      repository: context.repository,
      issue: input.issue,
      which: input.event,
      detail: input.detail,
      signal: call.signal,
    });
    if (input.event === 'latest' && input.detail === 'small') {
      context.recentEvidence.set(gathered.issue.shortId.toUpperCase(), gathered);
    }
    return { text: gathered.evidence.text, data: gathered.evidence.data };
  },
});
