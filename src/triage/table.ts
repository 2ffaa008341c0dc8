import { spanOf } from '../core/clock.ts';
import { untrustedCell, untrustedLine } from '../core/untrusted.ts';
import type { SentryIssue } from '../sentry/issue.ts';

/** The least of a row that a table needs; a `TriageRow` fits. */
export interface TableRow {
  index: number;
  issue: SentryIssue;
  score?: { score: number };
  event?: string;
}

export interface TableOptions {
  now: number;
  /** Who holds an issue already, by short id. The column appears only where somebody does. */
  heldBy?: ReadonlyMap<string, string>;
  /** Default 60. */
  titleCharacters?: number;
}

/** A compact Markdown table: no padding, columns that would be empty left out. About 100 characters a row. */
export function markdownTable(rows: readonly TableRow[], options: TableOptions): string {
  const columns = columnsFor(rows, options);
  const cells = (row: TableRow) => columns.map(({ cell, most }) => untrustedCell(cell(row), most));
  const lines = [columns.map(({ name }) => name), columns.map(() => '-'), ...rows.map(cells)];
  return lines.map((line) => `|${line.join('|')}|`).join('\n');
}

/** The same for a terminal: aligned with blanks, numbers to the right. */
export function plainTable(rows: readonly TableRow[], options: TableOptions): string {
  const columns = columnsFor(rows, options);
  const lines = [
    columns.map(({ name }) => name),
    ...rows.map((row) => columns.map(({ cell, most }) => untrustedLine(cell(row), most))),
  ];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => widthOf(line[at] ?? ''))));
  return lines
    .map((line) =>
      line
        .map((cell, at) => padded(cell, widths[at] ?? 0, columns[at]?.right === true))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

interface Column {
  name: string;
  cell(row: TableRow): string;
  /** Characters. */
  most: number;
  right?: boolean;
}

function columnsFor(
  rows: readonly TableRow[],
  { now, heldBy, titleCharacters = 60 }: TableOptions,
): Column[] {
  const holder = ({ issue }: TableRow) => heldBy?.get(issue.shortId) ?? '';
  const scored = rows.some(({ score }) => score !== undefined);
  const held = rows.some((row) => holder(row) !== '');
  return [
    { name: '#', cell: ({ index }) => String(index), most: 6, right: true },
    { name: 'id', cell: ({ issue }) => issue.shortId, most: 40 },
    { name: 'level', cell: ({ issue }) => issue.level, most: 10 },
    { name: 'events', cell: ({ issue }) => String(issue.count), most: 12, right: true },
    { name: 'users', cell: ({ issue }) => String(issue.userCount), most: 12, right: true },
    { name: 'seen', cell: ({ issue }) => seen(issue, now), most: 10, right: true },
    ...(scored ? [{ name: 'score', cell: scoreText, most: 8, right: true }] : []),
    ...(held ? [{ name: 'held by', cell: holder, most: 40 }] : []),
    { name: 'title', cell: ({ issue }) => issue.title, most: titleCharacters },
  ];
}

const seen = ({ lastSeen }: SentryIssue, now: number): string =>
  lastSeen === undefined ? '?' : spanOf(now - lastSeen).replace(' ', '');

/** A score that could not use the event is marked. */
const scoreText = ({ score, event }: TableRow): string =>
  score === undefined ? '' : `${score.score}${event === 'failed' || event === 'missing' ? '?' : ''}`;

/** East Asian wide characters and emoji take two places on a terminal. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

function padded(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? blanks + text : text + blanks;
}
