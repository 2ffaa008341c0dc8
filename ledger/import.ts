import { untrustedBlock, untrustedLine } from '../src/core/untrusted.ts';
import { FIELD, rawEntries, TIMES } from './import-entries.ts';
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
      status: raw.form === 'row' ? 'a row of a table' : fields.status,
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
  const plain = text.split(/[,·\n]|\s\+\s|\sand\s/).map((word) => word.trim().replace(/ \(shared\)$/i, ''));
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
