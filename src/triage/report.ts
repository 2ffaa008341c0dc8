import { join } from 'node:path';
import { isoSeconds } from '../core/clock.ts';
import { inputError } from '../core/errors.ts';
import { untrustedCell } from '../core/untrusted.ts';
import { droppedLine } from './filters.ts';
import type { TriageResult } from './rank.ts';
import { changeFile } from './report-file.ts';
import { markdownTable } from './table.ts';

export interface AppendTriage {
  /** The main checkout. */
  root: string;
  triageId: string;
  result: TriageResult;
  heldBy?: ReadonlyMap<string, string>;
  now: number;
}

/**
 * Adds a triage to the day's file (UTC) `.claude/sentry/TRIAGE-<YYYYMMDD>.md`, and answers the file's path relative to
 * the root. Several processes may do so at once. A triage that is in the file already is left as it is.
 */
export async function appendTriage(triage: AppendTriage): Promise<string> {
  const relative = triageFile(triage.now);
  const section = sectionOf(triage);
  await changeFile(join(triage.root, relative), (text) => {
    if (text.includes(startOf(triage.triageId))) return text;
    const head = text === '' ? `# Sentry triage ${isoSeconds(triage.now).slice(0, 10)}\n` : text.trimEnd();
    return `${head.trimEnd()}\n\n${section}\n`;
  });
  return relative;
}

/** `.claude/sentry/TRIAGE-20261121.md`. */
export const triageFile = (now: number): string =>
  `.claude/sentry/TRIAGE-${isoSeconds(now).slice(0, 10).replaceAll('-', '')}.md`;

export interface OutcomeRecord {
  /** Absolute path of the day's file. */
  file: string;
  triageId: string;
  shortId: string;
  /** One line: `fixed in 1a2b3c4, draft pull request #12`. */
  outcome: string;
}

/** Writes what became of an issue into its triage, in place of what stood there. */
export async function recordOutcome({ file, triageId, shortId, outcome }: OutcomeRecord): Promise<void> {
  const prefix = outcomePrefix(shortId);
  const line = prefix + untrustedCell(outcome, 300);
  await changeFile(file, (text) =>
    inSection(text, triageId, (section) => {
      const lines = section.split('\n');
      const outcomes = lines.indexOf(OUTCOMES);
      const at = lines.findIndex((one, position) => position > outcomes && one.startsWith(prefix));
      if (at >= 0) lines[at] = line;
      else lines.splice(outcomes + 2, 0, line);
      return lines.join('\n');
    }),
  );
}

export interface TriageSummary {
  triaged: number;
  /** Short ids. */
  fixed: string[];
  archived: string[];
  skipped: string[];
  /** With the reason, where one is known. */
  stillOpen: { shortId: string; reason: string }[];
  commits: string[];
  pullRequests: string[];
  files: string[];
}

/** Writes the closing summary of a triage; a second one replaces the first. */
export async function writeSummary(
  summary: TriageSummary & { file: string; triageId: string },
): Promise<void> {
  const block = `${SUMMARY}\n\n${summaryLines(summary).join('\n')}\n`;
  await changeFile(summary.file, (text) =>
    inSection(text, summary.triageId, (section) => {
      const at = section.indexOf(`\n${SUMMARY}\n`);
      return `${(at < 0 ? section : section.slice(0, at)).trimEnd()}\n\n${block}`;
    }),
  );
}

const OUTCOMES = '### Outcomes';
const SUMMARY = '### Summary';
const startOf = (triageId: string) => `<!-- pitcrew triage ${idText(triageId)} -->\n`;
const endOf = (triageId: string) => `<!-- pitcrew end ${idText(triageId)} -->`;
/** Ids are ours; this keeps a strange one from ending the comment. */
const idText = (triageId: string) => triageId.replace(/[^\w.:-]/g, '_').replaceAll('--', '_');
const outcomePrefix = (shortId: string) => `- ${untrustedCell(shortId, 60)}: `;

function sectionOf({ triageId, result, heldBy, now }: AppendTriage): string {
  const { options, rows } = result;
  const table =
    rows.length === 0
      ? 'No issue is left after the filters.'
      : markdownTable(rows, { now, ...(heldBy ? { heldBy } : {}) });
  return [
    `${startOf(triageId)}## ${idText(triageId)}, ${isoSeconds(now)}`,
    `Query ${code(options.query)} over ${code(options.statsPeriod)}, sorted by ${options.sort}${projectsText(options)}.`,
    countsText(result),
    table,
    rows
      .map(({ issue }) => `- ${untrustedCell(issue.shortId, 60)}: <${encodeURI(issue.permalink)}>`)
      .join('\n'),
    OUTCOMES,
    rows.map(({ issue }) => `${outcomePrefix(issue.shortId)}open`).join('\n'),
    endOf(triageId),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Between back-ticks nothing else is markup, so only they have to go. */
const code = (text: string) =>
  `\`${untrustedCell(text, 300).replaceAll('\\', '').replaceAll('`', "'").replaceAll('<', '‹')}\``;

function projectsText({ projects, environments }: TriageResult['options']): string {
  const part = (name: string, values: readonly string[]) =>
    values.length === 0 ? '' : `, ${name} ${values.map((value) => code(value)).join(', ')}`;
  return part('projects', projects) + part('environments', environments);
}

function countsText({
  listed,
  hasMore,
  total,
  dropped,
  below,
  unreadable,
  events,
  options,
}: TriageResult): string {
  const parts = [
    `${listed} issues listed${hasMore ? ` (Sentry has more${total === undefined ? '' : `: ${total}`})` : ''}`,
    droppedLine(dropped, options.noise),
    below > 0 ? `${below} below the top ${options.top ?? ''}`.trim() : '',
    unreadable > 0 ? `${unreadable} rows without an id` : '',
    events.failed > 0 ? `${events.failed} events could not be fetched` : '',
    events.missing > 0 ? `${events.missing} issues without an event` : '',
  ];
  return `${parts.filter((part) => part !== '').join('; ')}.`;
}

function inSection(text: string, triageId: string, change: (section: string) => string): string {
  const start = text.indexOf(startOf(triageId));
  const end = start < 0 ? -1 : text.indexOf(endOf(triageId), start);
  if (start < 0 || end < 0)
    throw inputError(
      `The triage ${idText(triageId)} is not in this file.`,
      'List the issues again: a new triage is written.',
    );
  return `${text.slice(0, start)}${change(text.slice(start, end)).trimEnd()}\n\n${text.slice(end)}`;
}

function summaryLines(summary: TriageSummary): string[] {
  const list = (items: readonly string[]) =>
    items.map((item) => untrustedCell(item, 200)).join(', ') || 'none';
  const counted = (name: string, items: readonly string[]) =>
    `- ${name}: ${items.length}${items.length > 0 ? ` (${list(items)})` : ''}`;
  return [
    `- Triaged: ${summary.triaged}`,
    counted('Fixed', summary.fixed),
    counted('Archived', summary.archived),
    counted('Skipped', summary.skipped),
    counted(
      'Still open',
      summary.stillOpen.map(({ shortId, reason }) => (reason ? `${shortId}: ${reason}` : shortId)),
    ),
    `- Commits: ${list(summary.commits)}`,
    `- Pull requests: ${list(summary.pullRequests)}`,
    `- Files: ${list(summary.files)}`,
  ];
}
