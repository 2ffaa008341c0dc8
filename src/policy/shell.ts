import type { CommandFacts } from './shell/facts.ts';
import { JUDGE } from './shell/judge.ts';
import { refuse } from './shell/rules.ts';
import type { Refusal, Scene } from './shell/scene.ts';
import { HOLE } from './shell/syntax.ts';

export type { CommandFacts } from './shell/facts.ts';
export { RULE_IDS, type RuleId } from './shell/rules.ts';

export type CommandJudgement = { allow: true } | Refusal;

const MAX_LENGTH = 256 * 1024;
// As many commands and programs as one line may come to, with what its functions, aliases and scripts run.
const MAX_STEPS = 40_000;
const READ_WORDS = /git|eval|source|xargs|sh\b|\bgh\b|pitcrew|claude/i;

/**
 * Judges what an agent is about to run in its shell, in a repository that has live runs. Pure: reads nothing but
 * through `facts`, and throws only what those functions throw. It guards against mistakes and against an agent that
 * was talked into something; a program written to deceive it can, so whatever must hold is also held elsewhere.
 */
export function judgeCommand(command: string, facts: CommandFacts): CommandJudgement {
  const text = command.replaceAll(HOLE, '');
  if (text.length > MAX_LENGTH) {
    return READ_WORDS.test(text.replace(/["'\\]/g, ''))
      ? refuse('unreadable', 'It is too long to be read.')
      : { allow: true };
  }
  return JUDGE.script(text, openScene(facts)) ?? { allow: true };
}

const openScene = (facts: CommandFacts): Scene => ({
  facts,
  variables: new Map(),
  gitVariables: new Set(),
  functions: new Map(),
  aliases: new Map(),
  gitAliases: new Map(),
  written: new Map(),
  seen: new Set(),
  settled: new Set(),
  cwd: facts.cwd,
  depth: 0,
  lenient: false,
  budget: { left: MAX_STEPS, changes: 0 },
  judge: JUDGE,
});
