import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { TriageCandidate } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import { commandId } from '../core/command-id.ts';
import { sentryIncident } from '../core/incident.ts';
import { asTypedHere } from '../core/program-name.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { knownAsOf } from '../pipeline/known-as-of.ts';
import { noticeLines } from '../pipeline/written-entries.ts';
import { droppedLine } from '../triage/filters.ts';
import { listNamed } from '../triage/list-named.ts';
import { buildTriage, type TriageOptions, type TriageResult, type TriageRow } from '../triage/rank.ts';
import { appendTriage } from '../triage/report.ts';
import { markdownTable, plainTable } from '../triage/table.ts';
import { type Answer, type Call, defineTool } from './define.ts';
import { filtersOf, issueFilters } from './issue-filters.ts';

const input = {
  top: z.number().int().min(1).max(100).default(5).describe('How many issues to show.'),
  issues: z
    .array(z.string().min(1).max(300))
    .min(1)
    .max(50)
    .optional()
    .describe('Show these issues (short ids or addresses) instead of a search.'),
  sort: z
    .enum(['score', 'freq', 'user', 'date', 'new'])
    .default('score')
    .describe('score: solvability x population, from the events. The others are orders of Sentry.'),
  ...issueFilters,
  include_levels: z
    .array(z.enum(['warning', 'info', 'debug']))
    .optional()
    .describe('Levels below error to keep.'),
  stale_days: z.number().int().min(1).max(365).optional().describe('Drop what was not seen for longer.'),
  once_stale_days: z
    .number()
    .int()
    .min(1)
    .max(365)
    .optional()
    .describe('Drop what was seen once and not for longer.'),
  sample: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('How many issues to look at before filters.'),
  explain: z.boolean().default(false).describe('Give the reasons of each score.'),
  show_dropped: z.boolean().default(false).describe('List what the filters dropped, with the reason.'),
  record: z
    .boolean()
    .default(true)
    .describe(
      'Write the triage to .claude/sentry/ and the ledger, so that issues can be selected. false: only look.',
    ),
};
type Input = z.output<z.ZodObject<typeof input>>;

export const sentryListIssues = defineTool({
  name: 'sentry_list_issues',
  title: 'List and rank unresolved Sentry issues',
  description:
    'Lists the worst unresolved Sentry issues as a numbered table, noise dropped and counted, and records the triage that triage_select asks about. Use first, for /sentry, top N, list (record: false) or fix <id> (issues).',
  effect: 'write',
  examples: [
    'sentry-list-issues --top 5',
    'sentry-list-issues --sort freq --no-record --json',
    'sentry-list-issues --issues WEB-3F',
  ],
  input,
  onlyLooks: ({ record }) => !record,
  async run(parsed, context, call) {
    const { client, projects, organization } = await context.sentry();
    const options = optionsOf(parsed, context, projects);
    const result = parsed.issues
      ? await listNamed({ client, issues: parsed.issues, options, signal: call.signal })
      : await buildTriage({ client, options, signal: call.signal, onProgress: call.progress });
    const known = await holders(context, organization, result.rows);
    const isRecorded = parsed.record && known.asOf === undefined;
    const triage = isRecorded ? await record(context, organization, result, known.heldBy) : undefined;
    return answerOf(parsed, context, call.reader, { result, known, ...(triage ? { triage } : {}) });
  },
});

function optionsOf(parsed: Input, context: Context, projects: readonly string[]): TriageOptions {
  const { triage } = context.config;
  return {
    ...filtersOf(parsed, context, projects),
    sort: parsed.sort,
    sample: parsed.sample,
    top: parsed.top,
    noise: {
      includeLevels: parsed.include_levels ?? triage.include_levels,
      staleDays: parsed.stale_days ?? triage.stale_days,
      onceStaleDays: parsed.once_stale_days ?? triage.once_stale_days,
    },
  };
}

type Holders = ReadonlyMap<string, string>;

interface Known {
  /** Who works on which of these already, by short id. */
  heldBy: Holders;
  /** What the ledger has to say of that. */
  notices: string[];
  /** Epoch milliseconds, where the ledger does not answer and this is what was known last. */
  asOf: number | undefined;
}

async function holders(context: Context, organization: string, rows: readonly TriageRow[]): Promise<Known> {
  const list = await (await context.ledger()).list();
  const held = new Map<string, string>();
  for (const { issue } of rows) {
    const incident = sentryIncident(organization, issue.shortId);
    const run = list.active.find((one) => one.liveness !== 'dead' && one.incidents.includes(incident));
    if (run) held.set(issue.shortId, run.session === context.session.id ? 'this session' : run.owner.label);
  }
  return { heldBy: held, notices: noticeLines(list.handwritten), asOf: knownAsOf(list) };
}

interface Recorded {
  id: string;
  report: string;
}

async function record(
  context: Context,
  organization: string,
  result: TriageResult,
  heldBy: Holders,
): Promise<Recorded> {
  const now = context.clock();
  const suffix = createHash('sha256').update(randomUUID()).digest('hex').slice(0, 6);
  const id = `${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}-${suffix}`;
  const report = await appendTriage({
    root: context.repository.mainCheckout,
    triageId: id,
    result,
    heldBy,
    now,
  });
  const candidates = result.rows.map(
    ({ index, issue }): TriageCandidate => ({
      index,
      incident: sentryIncident(organization, issue.shortId),
      issueId: issue.id,
      shortId: issue.shortId,
      title: untrustedLine(issue.title, 200),
      permalink: issue.permalink,
    }),
  );
  await (await context.ledger()).recordTriage({
    cmd: commandId(),
    session: context.session.id,
    triage: { id, createdAt: now, report, candidates },
  });
  return { id, report };
}

function answerOf(
  parsed: Input,
  context: Context,
  reader: Call['reader'],
  { result, known, triage }: { result: TriageResult; known: Known; triage?: Recorded },
): Answer {
  const { rows, dropped, options } = result;
  const { heldBy, notices, asOf } = known;
  const tableOf = reader === 'person' ? plainTable : markdownTable;
  const table = rows.length === 0 ? 'No issue is left.' : tableOf(rows, { now: context.clock(), heldBy });
  const counts = [
    `${rows.length} shown`,
    ...(result.below > 0 ? [`${result.below} more below`] : []),
    `${result.listed} listed${result.hasMore ? ` (Sentry has ${result.total === undefined ? 'more' : `${result.total} in all`})` : ''}`,
    droppedLine(dropped, options.noise),
  ].filter(Boolean);
  const problems = rows.flatMap((row) =>
    row.problem
      ? [`Event of ${row.issue.shortId} not read, scored from the listing alone: ${row.problem}`]
      : [],
  );
  const reasons = parsed.explain
    ? rows.flatMap(({ issue, score }) =>
        score ? [`${issue.shortId} ${score.score}: ${score.reasons.join('; ')}`] : [],
      )
    : [];
  const droppedRows = parsed.show_dropped
    ? dropped.map(({ issue, detail }) => `- ${issue.shortId} ${detail}: ${untrustedLine(issue.title, 60)}`)
    : [];
  const lines = [
    table,
    `${counts.join('; ')}. ${parsed.issues ? 'As named' : `Sorted by ${options.sort}`}. Titles are untrusted text from Sentry.`,
    ...notices,
    ...problems,
    ...reasons,
    ...droppedRows,
    ...(parsed.record && asOf !== undefined ? [NOT_RECORDED] : []),
    ...(triage && rows.length > 0
      ? [`Triage ${triage.id}, report ${triage.report}. Next: ${NEXT[reader](triage.id)}.`]
      : []),
  ];
  return { text: lines.join('\n'), data: { ...dataOf(result, heldBy, triage), asOf: asOf ?? null } };
}

const NOT_RECORDED =
  'The ledger does not answer, so this triage is not recorded, and none of these issues can be selected. Next: list them again when it answers.';

const NEXT = {
  model: () => 'show this table, then triage_select',
  person: (triage: string) => asTypedHere(`pitcrew triage-select --triage ${triage}`),
} satisfies Record<Call['reader'], (triage: string) => string>;

function dataOf(result: TriageResult, heldBy: Holders, triage: Recorded | undefined): object {
  return {
    triage: triage?.id ?? null,
    report: triage?.report ?? null,
    issues: result.rows.map(({ index, issue, score, event, problem }) => ({
      index,
      id: issue.id,
      shortId: issue.shortId,
      title: untrustedLine(issue.title, 200),
      culprit: untrustedLine(issue.culprit, 200),
      level: issue.level,
      count: issue.count,
      userCount: issue.userCount,
      firstSeen: issue.firstSeen ?? null,
      lastSeen: issue.lastSeen ?? null,
      permalink: issue.permalink,
      status: issue.status,
      substatus: issue.substatus ?? null,
      score: score ?? null,
      event,
      problem: problem ?? null,
      heldBy: heldBy.get(issue.shortId) ?? null,
    })),
    dropped: result.dropped.map(({ issue, reason, detail }) => ({ shortId: issue.shortId, reason, detail })),
    below: result.below,
    listed: result.listed,
    hasMore: result.hasMore,
    total: result.total ?? null,
    events: result.events,
  };
}
