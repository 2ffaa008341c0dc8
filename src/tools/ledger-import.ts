import { appendFile, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import * as z from 'zod';
import { readWrittenList } from '../../ledger/handwritten.ts';
import type { HandwrittenEntry } from '../../ledger/ledger.ts';
import { isUtf16 } from '../../ledger/view-file.ts';
import type { Context } from '../context.ts';
import { isoSeconds } from '../core/clock.ts';
import { inputError } from '../core/errors.ts';
import { untrustedCell } from '../core/untrusted.ts';
import { entryData } from '../pipeline/written-entries.ts';
import { defineTool } from './define.ts';

/** The list that every claim reads, relative to the main checkout. */
const LIST = '.claude/active-runs.md';
/** Some years of a busy team: the largest list that is known has 1 MB. */
const MOST_BYTES = 20 * 1024 * 1024;

const MEANING: Record<HandwrittenEntry['status'], string> = {
  active: 'live: stands in the way of claims for its paths until it is two hours old',
  stale: "stale: said to be started, but older than two hours; shown, stands in nobody's way",
  unclear: "not understood: shown, stands in nobody's way; a person should look",
  closed: 'history',
};

export const ledgerImport = defineTool({
  name: 'ledger_import',
  title: 'Take over a list of runs that was kept by hand',
  description:
    'Reads a hand-kept list of active runs, in both its forms, and says what each entry counts as: live, stale, history or not understood. With `write`, entries of another file that are not history are added to .claude/active-runs.md, which every claim reads. Use once, when a team moves to Pitcrew.',
  effect: 'write',
  examples: ['ledger-import', 'ledger-import docs/active-runs.md --write'],
  positional: 'file',
  input: {
    file: z.string().min(1).max(500).default(LIST).describe('Relative to the repository.'),
    write: z.boolean().default(false).describe('Add what counts to the list; default: only say it.'),
  },
  async run({ file, write }, context) {
    const now = context.clock();
    const source = await insideRepository(file, context);
    const entries = readWrittenList(await contentOf(source, file), now);
    const list = join(context.repository.mainCheckout, LIST);
    const isList = source === (await realpath(list).catch(() => list));
    const added = write && !isList ? await add(entries, list, now) : 0;
    return {
      text: [...summary(entries), closing({ isList, write, added, file })].join('\n'),
      data: { file, counts: countsOf(entries), added, entries: entries.map(entryData) },
    };
  },
});

async function insideRepository(file: string, { repository }: Context): Promise<string> {
  const named = isAbsolute(file) ? file : join(repository.mainCheckout, file);
  const source = await realpath(named).catch(() => undefined);
  if (source === undefined) {
    throw inputError(
      `There is no ${untrustedCell(file, 120)} here.`,
      'Name the list, relative to the repository.',
    );
  }
  const within = relative(repository.mainCheckout, source);
  if (within.startsWith('..') || isAbsolute(within)) {
    throw inputError(
      `${untrustedCell(file, 120)} is outside the repository.`,
      'Copy it into the repository first.',
    );
  }
  return source;
}

async function contentOf(source: string, file: string): Promise<Buffer> {
  const found = await stat(source);
  // Anything else, a pipe for one, may never end.
  if (!found.isFile()) {
    throw inputError(`${untrustedCell(file, 120)} is no file.`, 'Name the list itself.');
  }
  const { size } = found;
  if (size <= MOST_BYTES) return readFile(source);
  throw inputError(
    `${untrustedCell(file, 120)} has ${size} bytes; a list of runs has at most ${MOST_BYTES}.`,
    'Cut off its oldest part.',
  );
}

const isSame = (one: HandwrittenEntry, other: HandwrittenEntry): boolean =>
  one.title === other.title && one.since === other.since;

/** Appends what is not history and not there yet; nothing that is there is changed. Gives the number of entries. */
async function add(entries: readonly HandwrittenEntry[], list: string, now: number): Promise<number> {
  const bytes = await readFile(list).catch(() => Buffer.alloc(0));
  // Nobody could read what is added to it in another encoding.
  if (isUtf16(bytes)) throw inputError(`${LIST} is not UTF-8 text.`, 'Save it as UTF-8, then import again.');
  const there = readWrittenList(bytes, now);
  const missing = entries.filter(
    (entry) => entry.status !== 'closed' && !there.some((known) => isSame(known, entry)),
  );
  if (missing.length === 0) return 0;
  const text = missing.map(({ title, text: lines }) => `### ${title}\n${lines}\n`).join('\n');
  await mkdir(dirname(list), { recursive: true });
  await appendFile(list, `\n## Active, taken over ${isoSeconds(now).slice(0, 10)}\n\n${text}`);
  return missing.length;
}

const STATUSES = ['active', 'stale', 'unclear', 'closed'] as const;
/** Rows listed of each kind; the data has all. */
const MOST_ROWS = 20;

const countsOf = (entries: readonly HandwrittenEntry[]): Record<string, number> =>
  Object.fromEntries(
    STATUSES.map((status) => [status, entries.filter((entry) => entry.status === status).length]),
  );

function summary(entries: readonly HandwrittenEntry[]): string[] {
  if (entries.length === 0) return ['No entries were found.'];
  return STATUSES.flatMap((status) => {
    const rows = entries.filter((entry) => entry.status === status);
    if (rows.length === 0) return [];
    const shown = status === 'closed' ? [] : rows.slice(0, MOST_ROWS);
    const more = rows.length - shown.length;
    return [
      `${rows.length} ${MEANING[status]}`,
      ...shown.map((entry) => `  - ${rowOf(entry)}`),
      ...(shown.length > 0 && more > 0 ? [`  and ${more} more (--json has all)`] : []),
    ];
  });
}

const rowOf = ({ title, since, paths }: HandwrittenEntry): string =>
  `${since === undefined ? 'no time' : isoSeconds(since)} ${untrustedCell(title, 100)}; paths ${paths.map((path) => untrustedCell(path, 80)).join(', ') || 'none'}`;

function closing(done: { isList: boolean; write: boolean; added: number; file: string }): string {
  if (done.isList) return `Every claim reads ${LIST} as it is: nothing needs to be moved.`;
  if (!done.write) return `Nothing was written. With \`--write\`, what is not history is added to ${LIST}.`;
  if (done.added === 0) return `Nothing was added: ${LIST} has all of it that is not history.`;
  return `Added to ${LIST}: ${done.added}. ${untrustedCell(done.file, 120)} stays as it is; undo by deleting what was added.`;
}
