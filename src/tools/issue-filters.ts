import * as z from 'zod';
import type { Context } from '../context.ts';

/** The arguments by which Sentry's issues are narrowed down, the same in every tool that lists or counts them. */
export const issueFilters = {
  query: z
    .string()
    .max(500)
    .optional()
    .describe('Sentry search. Default: from pitcrew.yml, else unresolved errors.'),
  project: z.array(z.string().min(1)).max(20).optional().describe('Project slugs.'),
  environment: z.array(z.string().min(1)).max(20).optional().describe('Only issues seen there.'),
  period: z
    .string()
    .regex(/^\d{1,3}[hdw]$/, 'a number of hours, days or weeks, such as 24h, 14d or 2w')
    .optional()
    .describe('How far back, for example 24h or 14d.'),
};

/** The filters of a call, filled up from pitcrew.yml and from where the credentials lie. */
export function filtersOf(
  input: z.output<z.ZodObject<typeof issueFilters>>,
  { config }: Context,
  projects: readonly string[],
) {
  return {
    query: input.query ?? config.triage.query,
    projects: input.project ?? projects,
    environments: input.environment ?? config.sentry.environments,
    statsPeriod: input.period ?? config.triage.period,
  };
}
