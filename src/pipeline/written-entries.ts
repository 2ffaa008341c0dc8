import type { HandwrittenEntry } from '../../ledger/ledger.ts';
import type { JsonValue } from '../core/json.ts';
import { untrustedCell, untrustedLine } from '../core/untrusted.ts';

/** An entry for programs. `notice` is null where somebody wrote it by hand, else what the ledger itself has to say. */
export const entryData = ({ title, paths, status, since, text, isNotice }: HandwrittenEntry): JsonValue => ({
  title,
  paths,
  status,
  since: since ?? null,
  notice: isNotice ? untrustedLine(text, LONGEST_NOTICE) : null,
});

/** What the ledger itself has to say of its list, a line each; empty where the list is whole and of now. */
export const noticeLines = (entries: readonly HandwrittenEntry[]): string[] =>
  entries
    .filter(({ isNotice }) => isNotice)
    .map(({ title, text }) => `Notice: ${untrustedCell(title, 200)}. ${untrustedLine(text, LONGEST_NOTICE)}`);

const LONGEST_NOTICE = 800;
