import { untrustedLine } from '../core/untrusted.ts';
import { type IssueStats, issueStats } from '../triage/stats.ts';
import { defineTool } from './define.ts';
import { filtersOf, issueFilters } from './issue-filters.ts';

export const sentryIssueStats = defineTool({
  name: 'sentry_issue_stats',
  title: 'Count the unresolved Sentry issues',
  description:
    'Counts unresolved issues by level and by number of events, the new, regressed and escalating ones, and the releases most affected. Use for /sentry stats.',
  effect: 'read',
  examples: ['sentry-issue-stats', 'sentry-issue-stats --period 24h --json'],
  input: issueFilters,
  async run(input, context, call) {
    const { client, projects } = await context.sentry();
    const stats = await issueStats({
      client,
      options: filtersOf(input, context, projects),
      signal: call.signal,
      onProgress: call.progress,
    });
    const releases = stats.releases.map((row) => ({ ...row, release: untrustedLine(row.release, 200) }));
    return { text: textOf(stats), data: { ...stats, releases } };
  },
});

function textOf(stats: IssueStats): string {
  const counts = (record: Record<string, number>): string =>
    Object.entries(record)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${untrustedLine(name, 20)}: ${count}`)
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
