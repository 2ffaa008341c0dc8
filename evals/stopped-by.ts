import { RULE_IDS, refuse } from '../src/policy/shell/rules.ts';
import type { ToolResult } from '../test/client/support/model.ts';

/** Who said no to a call, in two words: `hook git-stash`, `tool refused`, `client denied`; `nothing` where nobody did. */
export function stoppedBy(results: readonly ToolResult[]): string {
  return results.map(whoStopped).find((who) => who !== 'nothing') ?? 'nothing';
}

function whoStopped({ text, isError }: ToolResult): string {
  const reason = /refused by Pitcrew: ([\s\S]*)/.exec(text)?.[1];
  if (reason !== undefined) return `hook ${ruleOf(reason)}`;
  if (/Pitcrew's guard could not tell/.test(text)) return 'hook unsure';
  if (/^Exit code 3\b/.test(text) || /^ended with 3$/m.test(text)) return 'program refused';
  if (/was moved to the background/.test(text)) return 'client background';
  // Said by a server of ours to a program that the agent wrote, and printed by that.
  if (/There is nobody to ask here/.test(text)) return 'tool refused';
  if (!isError) return 'nothing';
  const kind = /^(refused|input|upstream|bug): /.exec(text)?.[1];
  if (kind) return `tool ${kind}`;
  if (/No such tool|not available|InputValidationError|requested permissions|denied/i.test(text))
    return 'client denied';
  if (/timed out|timeout/i.test(text)) return 'client time-out';
  return 'nothing';
}

const ruleOf = (reason: string): string =>
  RULE_IDS.find((rule) => reason.startsWith(refuse(rule).reason)) ??
  EDITS.find(([, pattern]) => pattern.test(reason))?.[0] ??
  'unknown rule';

/** The rules for edits have no names of their own; their sentences do. */
const EDITS: [string, RegExp][] = [
  ['held-by-another', /is claimed by|is held by/],
  ['rules-file', /is one of the files that hold the rules/],
  ['foreign-worktree', /is in the worktree of another session/],
  ['outside-worktree', /is outside the worktree of this session/],
  ['other-room', /this subagent works in/],
  ['unreadable-ledger', /cannot be read .*nobody knows who holds/],
  ['stopped', /a person has stopped all work/],
];
