import { z } from 'zod';
import { untrustedLine } from '../core/untrusted.ts';
import { type IssueStats, issueStats } from '../triage/stats.ts';
import { defineTool } from './define.ts';

export const sentryIssueStats = defineTool({
  name: 'sentry_issue_stats',
  title: 'Count the unresolved Sentry issues',
  description:
    'Counts unresolved issues by level and by number of events, the new, regressed and escalating ones, and the releases most affected. Use for /sentry stats.',
  effect: 'read',
  examples: ['sentry-issue-stats', 'sentry-issue-stats --period 24h --json'],
  input: {
    query: z.string().max(500).optional().describe('Sentry search. Default: from pitcrew.yml.'),
    project: z.array(z.string().min(1)).max(20).optional().describe('Project slugs.'),
    environment: z.array(z.string().min(1)).max(20).optional().describe('Only issues seen there.'),
    period: z
      .string()
      .regex(/^\d{1,3}[hdw]$/)
      .optional()
      .describe('How far back, for example 24h or 14d.'),
  },
  async run(input, context, call) {
    const { client, projects } = await context.sentry();
    const { triage, sentry } = context.config;
    const stats = await issueStats({
      client,
      options: {
        query: input.query ?? triage.query,
        projects: input.project ?? projects,
        environments: input.environment ?? sentry.environments,
        statsPeriod: input.period ?? triage.period,
      },
      signal: call.signal,
      onProgress: call.progress,
    });
    return { text: textOf(stats), data: stats };
  },
});

function textOf(stats: IssueStats): string {
  const counts = (record: Record<string, number>): string =>
    Object.entries(record)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${untrustedLine(name, 20)} ${count}`)
      .join(', ') || 'none';
  const releases = stats.releases
    .map(({ release, issues }) => `${untrustedLine(release, 60)} (${issues})`)
    .join(', ');
  return [
    `${stats.issues} unresolved issues${stats.hasMore ? ' looked at, Sentry has more' : ''}, ${stats.events} events.`,
    `By level: ${counts(stats.byLevel)}.`,
    `By number of events: ${counts(stats.byFrequency)}.`,
    `New in 24 h: ${stats.newIn24Hours}; regressed: ${stats.regressed}; escalating: ${stats.escalating}.`,
    `Releases last seen in, over the ${stats.releasesLookedAt} most frequent issues: ${releases || 'none named'}.`,
  ].join('\n');
}
