import { covers } from '../../ledger/overlap.ts';
import { shortName } from '../core/incident.ts';
import type { JsonValue } from '../core/json.ts';
import { untrustedCell, untrustedLine } from '../core/untrusted.ts';
import type { Comparison, SameFiles } from './compare-worktrees.ts';
import type { LiveWorktree } from './live-worktrees.ts';

/** Paths named in a sentence; the data has more of them, and the number of all. */
const MOST_NAMED = 5;
const MOST_IN_DATA = 200;

/** Who all change which files, as one sentence. */
export function sameFilesSentence({ paths, worktrees }: SameFiles, session: string): string {
  const who = inWords(worktrees.map((worktree) => holderOf(worktree, session)));
  const more = paths.length - MOST_NAMED;
  const named = paths.slice(0, MOST_NAMED).map((path) => untrustedCell(path, 120));
  const files = inWords(more > 0 ? [...named, `${more} more`] : named);
  return `${who} ${worktrees.length === 2 ? 'both' : 'all'} change ${files}.`;
}

/** Whose move it is. Who has claimed the files goes first; where nobody or more than one has, they have to agree. */
export function sameFilesNext({ paths: [path = ''], worktrees, claimedBy }: SameFiles): string {
  const [first] = claimedBy;
  if (isOneSession(worktrees) || claimedBy.length > 1) {
    return 'Let one be merged before the others go on (ledger_lane keeps the order).';
  }
  const claims = first?.run.paths.filter(({ glob }) => covers(glob, path)) ?? [];
  if (first && claims.every(({ mode }) => mode === 'shared')) {
    return `${nameOf(first)} shares this: the others share it too (\`shared\` of ledger_update), or undo their change.`;
  }
  return first
    ? `${nameOf(first)} has claimed this: the others undo their change, or wait until that run has ended.`
    : 'None of these runs has claimed this: one does with ledger_update, and the others undo their change.';
}

export const leftOutSentence = ({ worktree, why }: Comparison['leftOut'][number]): string =>
  `What the worktree of ${nameOf(worktree)} changes was not compared: ${why}.`;

export const comparisonData = (
  { same, leftOut }: Comparison,
  session: string,
): Record<string, JsonValue> => ({
  sameFiles: same.map((group) => ({
    paths: group.paths.slice(0, MOST_IN_DATA).map((path) => untrustedLine(path, 500)),
    count: group.paths.length,
    worktrees: group.worktrees.map((worktree) => worktreeData(worktree, session)),
    next: sameFilesNext(group),
  })),
  notCompared: leftOut.map(({ worktree, why }) => ({ ...worktreeData(worktree, session), why })),
});

const worktreeData = ({ run, incident, path, branch }: LiveWorktree, session: string) => ({
  run: run.run,
  incident,
  holder: run.owner.label,
  own: run.session === session,
  path,
  branch,
});

const nameOf = ({ incident }: LiveWorktree): string => shortName(incident);

const holderOf = (worktree: LiveWorktree, session: string): string => {
  const { run } = worktree;
  const holder = run.session === session ? 'this session' : run.owner.label;
  return `${nameOf(worktree)} (${holder}, run ${run.run})`;
};

const isOneSession = (worktrees: readonly LiveWorktree[]): boolean =>
  new Set(worktrees.map(({ run }) => run.session)).size === 1;

const inWords = (items: readonly string[]): string =>
  items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
