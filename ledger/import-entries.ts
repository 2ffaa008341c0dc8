import { saysStatus } from './import-judgement.ts';

/** The lines of an entry, as they stand in the list. */
export interface RawEntry {
  title: string;
  lines: string[];
  isHistory: boolean;
  form: 'list' | 'heading' | 'row';
  /** Of a heading: how many `#` it has. */
  depth: number;
}

// Every repetition is bounded or can end in one way only: a line may be as long as the file.
const SECTION = /^##?\s+(.*)$/;
const HEADING_ENTRY = /^(#{3,6})\s+(.*)$/;
/** Form A: the time and the title stand in one pair of asterisks. The time may be words (`[yesterday]`), but not a link. */
const LIST_ENTRY = /^[-*]\s+\*\*\s*\[([^\]]{2,100})\]\s*(?!Source\b|\()([^\s*].*?)\*\*\s*(.*)$/;
/** A time line; it belongs to the heading before it, or is an entry of its own where there is none. */
const TIME_LINE = /^[-*]\s+(?:\*{1,2}\s*)?\[(?=[^\]\d]*\d)[^\]]*\]/;
/** A row of a table, which is neither form: nobody can say which cell means what. */
const ROW = /^\s*\|(.*)$/;
export const TIMES = /\d{4}-\d{1,2}-\d{1,2}/;
export const FIELD =
  /(?:^|[\s·;|,(])[-*\s]{0,12}(Source|Paths?|Files?|Status|Notes?|Branch|Worktree|Commits?|Gates)\s{0,8}\*{0,4}\s{0,8}:\s*\**/i;

/** The entries of a list, from its lines: both forms, and what may be one. Code blocks are left out. */
export function rawEntries(written: readonly string[]): RawEntry[] {
  const lines = withoutCodeBlocks(written);
  const entries: RawEntry[] = [];
  let open: RawEntry | undefined;
  let isHistory = false;
  const start = (form: RawEntry['form'], title: string, line?: string, depth = 0): RawEntry => {
    const entry = { title, lines: line === undefined ? [] : [line], isHistory, form, depth };
    entries.push(entry);
    return entry;
  };
  for (const [at, line] of lines.entries()) {
    const [, marks = '', title = ''] = HEADING_ENTRY.exec(line) ?? [];
    const section = SECTION.exec(line);
    const listed = LIST_ENTRY.exec(line);
    const row = ROW.exec(line);
    if (marks !== '' && isOfItsOwn(marks.length, open, lines, at)) {
      open = start('heading', title, undefined, marks.length);
    } else if (section) {
      open = undefined;
      isHistory = isHistorySection(section[1] ?? '');
    } else if (listed) open = start('list', listed[2] ?? '', `[${listed[1]}] ${listed[3]}`);
    else if (TIME_LINE.test(line) && open?.form !== 'heading')
      open = start('list', line.replace(/^[-*\s]+/, ''), line);
    // What follows it belongs to the entry above still.
    else if (row && tellsOfARun(row[1] ?? '')) start('row', cellsOf(row[1] ?? '').join(' · '), line);
    else open?.lines.push(line);
  }
  // A heading with nothing of an entry beneath it is only a heading.
  return entries.filter(
    ({ form, lines: own }) => form === 'row' || own.some((line) => TIMES.test(line) || FIELD.test(line)),
  );
}

/**
 * Whether a heading begins an entry: one of the usual depth does, a deeper one only where it is no part of the entry above,
 * as each other of that depth, and one with a time beneath it.
 */
const isOfItsOwn = (
  depth: number,
  open: RawEntry | undefined,
  lines: readonly string[],
  at: number,
): boolean => depth === 3 || open?.form !== 'heading' || depth <= open.depth || hasTimeBeneath(lines, at);

/** The first line of form B, which no line of a log within an entry looks like. */
function hasTimeBeneath(lines: readonly string[], at: number): boolean {
  const next = lines.slice(at + 1, at + 4).find((line) => line.trim() !== '') ?? '';
  return TIME_LINE.test(next) && /^[-*]\s+\*\*|\bSource\b/.test(next);
}

/** A row with a date, or with a state beside a path or an issue; the head of a table and a table of words are none. */
function tellsOfARun(row: string): boolean {
  return (
    TIMES.test(row) || (/[\w*]\/[\w*]|\b[A-Z][A-Z0-9_]*-\w+\b/.test(row) && cellsOf(row).some(saysStatus))
  );
}

const cellsOf = (row: string): string[] =>
  row
    .split('|')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');

const isHistorySection = (title: string): boolean =>
  !/active|progress|current/i.test(title) && /complete|done|finish|histor|closed|archiv|recent/i.test(title);

/**
 * The contract's own example stands in a code block and is no entry. A fence that nobody closes hides nothing: neither the
 * last one, nor one within an entry whose other half would be a fence of a later entry.
 */
function withoutCodeBlocks(lines: readonly string[]): string[] {
  const fences = lines.flatMap((line, at) => (/^\s*(```|~~~)/.test(line) ? [at] : []));
  const hidden = new Set<number>();
  for (let next = 0; next + 1 < fences.length; next++) {
    const [from, to] = [fences[next] ?? 0, fences[next + 1] ?? 0];
    if (startsBetween(lines, from, to) && isWithinEntry(lines, from)) continue;
    for (let at = from; at <= to; at++) hidden.add(at);
    next++;
  }
  return lines.filter((_, at) => !hidden.has(at));
}

function startsBetween(lines: readonly string[], from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (startsEntry(lines, at)) return true;
  return false;
}

function startsEntry(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  const depth = HEADING_ENTRY.exec(line)?.[1]?.length;
  return depth === 3 || (depth !== undefined && hasTimeBeneath(lines, at)) || LIST_ENTRY.test(line);
}

/** Whether the line `at` belongs to an entry, and not to a section or to a heading of something else. */
function isWithinEntry(lines: readonly string[], at: number): boolean {
  let isTold = false;
  for (let before = at - 1; before >= 0; before--) {
    const line = lines[before] ?? '';
    if (SECTION.test(line)) return false;
    isTold ||= TIMES.test(line) || FIELD.test(line);
    if (startsEntry(lines, before)) return isTold;
  }
  return false;
}
