import type { Steps } from '../../ledger/ledger.ts';
import { isoSeconds } from '../core/clock.ts';
import { type PitcrewError, refusedError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { snapshotTree } from '../git/changes.ts';
import { diffTrees } from '../git/diff-trees.ts';
import { treeOf } from '../git/export-tree.ts';
import type { Checkout } from '../git/git.ts';
import { type DiffRules, type FileChange, type Finding, judgeDiff } from '../policy/diff.ts';

/** A whole change: what the worktree's files make of the base, and what speaks against it. */
export interface JudgedChange {
  tree: string;
  baseTree: string;
  files: FileChange[];
  findings: Finding[];
}

/** What a change is judged by: `policy` of pitcrew.yml. */
interface Policy {
  protected: string[];
  max_files: number;
  max_lines: number;
}

/**
 * Judges the change from `base` to `tree`; without a tree, to what lies in the worktree now: committed, staged,
 * unstaged, untracked, and ignored where it was added by force.
 */
export async function judgeChange(
  checkout: Checkout,
  { base, tree, policy }: { base: string; tree?: string; policy: Policy },
): Promise<JudgedChange> {
  const baseTree = await treeOf(checkout, base);
  const judged = tree ?? (await snapshotTree(checkout));
  const files = await diffTrees(checkout, baseTree, judged);
  return { tree: judged, baseTree, files, findings: judgeDiff(files, rulesOf(policy)) };
}

/**
 * Throws a refused error when something speaks against the change that no person has allowed. An approval is good for
 * the very tree and base that the person was shown. Answers the approved findings, as recorded.
 */
export function requireAllowed(change: JudgedChange, approval: Steps['approval'] | undefined): string[] {
  const { findings } = change;
  if (findings.length === 0) return [];
  const covers = approval !== undefined && isFor(approval, change);
  if (covers && findings.every(({ approvable }) => approvable)) return approval.findings;
  throw refusal(findings, covers ? undefined : approval);
}

/** Whether the approval is for this very change. */
export const isFor = (
  approval: Pick<Steps['approval'], 'tree' | 'baseTree'>,
  change: Pick<JudgedChange, 'tree' | 'baseTree'>,
): boolean => approval.tree === change.tree && approval.baseTree === change.baseTree;

function refusal(findings: readonly Finding[], voided: Steps['approval'] | undefined): PitcrewError {
  const mustGo = findings.filter(({ approvable }) => !approvable);
  const isVoid = voided
    ? `\nThe approval of ${isoSeconds(voided.at)} was for the files as they were then (${voided.tree.slice(0, 12)}); they changed, so it is void.`
    : '';
  return refusedError(
    `This change is not what a fix may do:\n${findingLines(findings, 12).join('\n')}${isVoid}`,
    mustGo.length > 0
      ? 'Take back in the worktree what is marked "never"; nobody can approve it.'
      : 'Take it back in the worktree. If the fix cannot do without it, tell the person why and ask with fix_approve.',
  );
}

/** One line for each finding, cleaned, at most `most` and then how many more. */
export function findingLines(findings: readonly Finding[], most: number): string[] {
  const lines = findings.slice(0, most).map(findingLine);
  return findings.length > most ? [...lines, `- and ${findings.length - most} more`] : lines;
}

export function findingLine({ rule, line, sentence, approvable }: Finding): string {
  const where = line === undefined ? '' : ` (line ${line})`;
  return `- ${approvable ? '' : 'never: '}${rule}: ${untrustedLine(sentence, 300)}${where}`;
}

const rulesOf = ({ protected: globs, max_files: maxFiles, max_lines: maxLines }: Policy): DiffRules => ({
  protected: globs,
  maxFiles,
  maxLines,
});
