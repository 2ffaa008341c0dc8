import { untrustedBlock, untrustedLine } from '../src/core/untrusted.ts';
import { judgeStatus, timeOf } from './import-judgement.ts';
import type { HandwrittenEntry } from './ledger.ts';
import { normalizeGlob } from './overlap.ts';

/**
 * The entries that people and other tools wrote into the list of active runs, in both its forms:
 *
 *     - **[2026-05-09 19:10] /skill - slug**          ### slug - title
 *       - Paths: `a`, `b`                             - **[2026-05-09 19:10]** Source: ...
 *       - Status: started                             - **Status:** started
 *
 * `text` is the file without our own block; `now` is epoch milliseconds, times in the text are local wall clock.
 * Nothing is dropped: what is not understood comes back as `unclear`.
 */
export function parseHandwritten(text: string, now: number): HandwrittenEntry[] {
  return readEntries(text).map((entry) => judgeEntry(entry, now));
}

/** An entry as it is written; what it means depends on the time at which it is read. */
export interface WrittenEntry {
  title: string;
  paths: string[];
  text: string;
  /** The words that tell its time. */
  time: string;
  status: string | undefined;
  /** Under a heading such as "Recently completed". */
  isHistory: boolean;
}

/** The part of `parseHandwritten` that does not depend on the time. */
export function readEntries(text: string): WrittenEntry[] {
  return rawEntries(text.split(/\r\n|\n|\r/)).map((raw) => {
    const fields = fieldsOf(raw.lines);
    return {
      title: untrustedLine(raw.title.replace(/[*`]/g, ''), 200),
      paths: pathsIn(fields.paths),
      text: untrustedBlock(raw.lines.join('\n'), 4000),
      time: [...raw.lines, raw.title].find((line) => TIMES.test(line)) ?? raw.title,
      status: fields.status,
      isHistory: raw.isHistory,
    };
  });
}

export function judgeEntry(entry: WrittenEntry, now: number): HandwrittenEntry {
  const { title, paths, text, status, isHistory } = entry;
  const since = timeOf(entry.time, now);
  return {
    title,
    paths,
    text,
    ...(since === undefined ? {} : { since }),
    status: judgeStatus({ status, since, isHistory, now }),
  };
}

interface RawEntry {
  title: string;
  lines: string[];
  isHistory: boolean;
  form: 'list' | 'heading';
}

// Every repetition is bounded or can end in one way only: a line may be as long as the file.
const SECTION = /^##?\s+(.*)$/;
const HEADING_ENTRY = /^###\s+(.*)$/;
/** Form A: the time and the title stand in one pair of asterisks. The time may be words (`[yesterday]`), but not a link. */
const LIST_ENTRY = /^[-*]\s+\*\*\s*\[([^\]]{2,100})\]\s*(?!Source\b|\()([^\s*].*?)\*\*\s*(.*)$/;
/** A time line; it belongs to the heading before it, or is an entry of its own where there is none. */
const TIME_LINE = /^[-*]\s+(?:\*{1,2}\s*)?\[(?=[^\]\d]*\d)[^\]]*\]/;
const TIMES = /\d{4}-\d{1,2}-\d{1,2}/;
const FIELD =
  /(?:^|[\s·;|,(])[-*\s]{0,12}(Source|Paths?|Files?|Status|Notes?|Branch|Worktree|Commits?|Gates)\s{0,8}\*{0,4}\s{0,8}:\s*\**/i;

function rawEntries(lines: readonly string[]): RawEntry[] {
  const entries: RawEntry[] = [];
  let open: RawEntry | undefined;
  let isHistory = false;
  const start = (form: RawEntry['form'], title: string, line?: string) => {
    open = { title, lines: line === undefined ? [] : [line], isHistory, form };
    entries.push(open);
  };
  for (const line of withoutCodeBlocks(lines)) {
    const heading = HEADING_ENTRY.exec(line);
    const section = SECTION.exec(line);
    const listed = LIST_ENTRY.exec(line);
    if (heading) start('heading', heading[1] ?? '');
    else if (section) {
      open = undefined;
      isHistory = isHistorySection(section[1] ?? '');
    } else if (listed) start('list', listed[2] ?? '', `[${listed[1]}] ${listed[3]}`);
    else if (TIME_LINE.test(line) && open?.form !== 'heading')
      start('list', line.replace(/^[-*\s]+/, ''), line);
    else open?.lines.push(line);
  }
  // A heading with nothing of an entry beneath it is only a heading.
  return entries.filter((entry) => entry.lines.some((line) => TIMES.test(line) || FIELD.test(line)));
}

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
    if (lines.slice(from, to).some(startsEntry) && isWithinEntry(lines, from)) continue;
    for (let at = from; at <= to; at++) hidden.add(at);
    next++;
  }
  return lines.filter((_, at) => !hidden.has(at));
}

const startsEntry = (line: string): boolean => HEADING_ENTRY.test(line) || LIST_ENTRY.test(line);

/** Whether the line `at` belongs to an entry, and not to a section or to a heading of something else. */
function isWithinEntry(lines: readonly string[], at: number): boolean {
  let isTold = false;
  for (let before = at - 1; before >= 0; before--) {
    const line = lines[before] ?? '';
    if (SECTION.test(line)) return false;
    isTold ||= TIMES.test(line) || FIELD.test(line);
    if (startsEntry(line)) return isTold;
  }
  return false;
}

/** A status at the start of a line counts before one in the middle of a sentence. */
function fieldsOf(lines: readonly string[]): { status: string | undefined; paths: string } {
  let status: string | undefined;
  let isLineStart = false;
  let paths = '';
  let inPaths = false;
  for (const line of lines) {
    const found = splitFields(line);
    if (found.length === 0 && inPaths) paths += `\n${line.replace(/^\s*[-*]\s+/, '')}`;
    for (const { name, value, atStart } of found) {
      inPaths = /^(path|file)/i.test(name);
      if (inPaths) paths += `\n${value}`;
      if (/^status/i.test(name) && (status === undefined || (atStart && !isLineStart))) {
        status = value;
        isLineStart = atStart;
      }
    }
  }
  return { status, paths };
}

function splitFields(line: string): { name: string; value: string; atStart: boolean }[] {
  const marks = [...line.matchAll(new RegExp(FIELD, 'gi'))];
  return marks.map((mark, at) => ({
    name: mark[1] ?? '',
    value: line.slice(mark.index + mark[0].length, marks[at + 1]?.index).trim(),
    atStart: /^[\s*-]*$/.test(line.slice(0, mark.index)),
  }));
}

/** Back-ticked words; without any, words between commas and middle dots that look like paths. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  const plain = text.split(/[,·\n]|\s\+\s|\sand\s/).map((word) => word.trim());
  const words = quoted.length > 0 ? quoted : plain.filter((word) => /[./*]/.test(word) && !/\s/.test(word));
  return [...new Set(words.flatMap(claimOf))];
}

/** Another program's notation must not stop the reading; a path outside the repository claims nothing in it. */
function claimOf(word: string): string[] {
  try {
    return [normalizeGlob(word)];
  } catch {
    return [];
  }
}
