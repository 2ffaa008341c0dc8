import * as z from 'zod';

/**
 * `pitcrew.yml`, whole. Everything that can be found out (token, organization, repository, checks) is optional.
 * Addresses of servers are not among the keys: a cloned repository must not decide where a token is sent.
 * The JSON schema for editors (`pitcrew.schema.json`) is generated from this, so the descriptions are for people.
 */
const check = z.union([
  z.string().min(1),
  z.strictObject({
    name: z.string().min(1).optional(),
    run: z.string().min(1).describe('The command line, run through the shell in the worktree.'),
    timeout_seconds: z.number().int().min(1).max(7200).default(600),
  }),
]);

const sentry = z.strictObject({
  organization: z
    .string()
    .min(1)
    .optional()
    .describe('Organization slug. Default: SENTRY_ORG or .sentryclirc.'),
  projects: z
    .array(z.string().min(1))
    .default([])
    .describe('Project slugs. Default: SENTRY_PROJECT, else all.'),
  environments: z.array(z.string().min(1)).default([]).describe('Only issues seen in these environments.'),
});

const triage = z.strictObject({
  query: z.string().default('is:unresolved issue.category:error').describe('Sentry search query.'),
  period: z
    .string()
    .regex(/^\d{1,3}[hdw]$/)
    .default('14d')
    .describe('How far back Sentry counts, for example 24h or 14d.'),
  include_levels: z
    .array(z.enum(['warning', 'info', 'debug']))
    .default([])
    .describe('Levels below error that are noise unless named here.'),
  stale_days: z.number().int().min(1).max(365).default(7).describe('Not seen for longer: dropped as stale.'),
  once_stale_days: z
    .number()
    .int()
    .min(1)
    .max(365)
    .default(3)
    .describe('Seen only once, and not for longer than this: dropped.'),
});

const github = z.strictObject({
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/)
    .optional()
    .describe('owner/name. Default: the remote called origin.'),
  base: z
    .string()
    .min(1)
    .optional()
    .describe("Branch that pull requests go to. Default: the remote's default."),
  labels: z.array(z.string().min(1)).default([]),
  reviewers: z.array(z.string().min(1)).default([]).describe('Asked besides the owners in CODEOWNERS.'),
});

const policy = z.strictObject({
  protected: z
    .array(z.string().min(1))
    .default([])
    .describe('Globs of paths that a fix may change only with approval, besides those that always are.'),
  max_files: z
    .number()
    .int()
    .min(1)
    .max(1000)
    // A fix with its tests and fixtures stays well below this; a sweep over the code does not.
    .default(20)
    .describe('Files that a fix may change without approval.'),
  max_lines: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    // A person reviews 200 to 400 lines at once with care (SmartBear's study of reviews at Cisco); the rest is for the test.
    .default(600)
    .describe('Lines that a fix may add and remove in sum without approval.'),
});

const ledger = z
  .union([
    z
      .string()
      .min(1)
      .describe('Address of the database: postgres://USER@HOST:5432/DATABASE?sslmode=verify-full.'),
    z.strictObject({
      url: z
        .string()
        .min(1)
        .optional()
        .describe('The same address. Default: PITCREW_LEDGER_URL, else no database.'),
      repository: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe(
          'By what the database knows this repository. Default: host/owner/name of the remote called origin.',
        ),
    }),
  ])
  .transform((value): { url?: string | undefined; repository?: string | undefined } =>
    typeof value === 'string' ? { url: value } : value,
  )
  .superRefine(({ url }, context) => {
    const problem = url === undefined ? undefined : problemOf(url);
    if (problem !== undefined) context.addIssue(problem);
  });

/** The text itself is never repeated: it may hold what it must not. */
function problemOf(text: string): string | undefined {
  const url = /^postgres(ql)?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url) return 'it is not an address of the form postgres://USER@HOST:5432/DATABASE';
  if (url.password === '' && !url.searchParams.has('password')) return undefined;
  return 'a password does not belong into a file that is committed; put the whole address into PITCREW_LEDGER_URL, or the password into the file that PGPASSFILE names (~/.pgpass)';
}

export const configSchema = z.strictObject({
  sentry: sentry.prefault({}),
  triage: triage.prefault({}),
  github: github.prefault({}),
  policy: policy.prefault({}),
  ledger: ledger
    .optional()
    .describe(
      'One ledger for all machines, in PostgreSQL. Default: one for this clone, with nothing to run.',
    ),
  setup: z.string().min(1).optional().describe('Prepares a new worktree, for example `npm ci`.'),
  checks: z
    .array(check)
    .optional()
    .describe("Commands that must pass. Default: found in the project's manifest."),
  lease_seconds: z
    .number()
    .int()
    .min(5)
    .max(3600)
    .default(120)
    .describe('How long a claim holds without its server renewing it; renewed at a third of it.'),
  worktrees: z
    .string()
    .min(1)
    .default('.pitcrew/worktrees')
    .describe('Folder of the worktrees, relative to the main checkout.'),
  unattended: z
    .enum(['stop', 'draft-pr'])
    .default('stop')
    .describe('With nobody to ask: stop after the table, or go as far as a draft pull request.'),
});

export type ConfigFile = z.output<typeof configSchema>;
