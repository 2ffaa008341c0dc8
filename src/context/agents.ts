import { basename } from 'node:path';
import type { Process } from './processes.ts';

const AGENTS = new Set([
  ...['claude', 'codex', 'gemini', 'opencode', 'cursor-agent'],
  ...['aider', 'amp', 'auggie', 'copilot', 'crush', 'droid', 'goose', 'kiro-cli', 'qwen'],
]);

/** Agents that are scripts: then the program is an interpreter, and the script's path tells. */
const AGENT_PACKAGES: readonly (readonly [RegExp, string])[] = [
  [/@anthropic-ai\/claude-code|\/claude\/versions\//, 'claude'],
  [/@openai\/codex/, 'codex'],
  [/@google\/gemini-cli/, 'gemini'],
  [/opencode-ai/, 'opencode'],
  [/cursor-agent\//, 'cursor-agent'],
  [/@github\/copilot/, 'copilot'],
  [/@qwen-code\//, 'qwen'],
];
const INTERPRETER = /^(node|nodejs|bun|deno|python[\d.]*)$/i;

export const isInterpreter = (program: string): boolean => INTERPRETER.test(program);

/** The name of a program or a script, as the tables have it. */
export const lower = (word: string): string => word.toLowerCase().replace(/\.exe$/, '');

/** Which coding agent a process is; `undefined` for any other program. */
export function agentOf({ name, program, words }: Process): string | undefined {
  const [first = '', ...rest] = words;
  const named = [name, program, basename(first.split(' ')[0] ?? '')].map(lower);
  const known = named.find((word) => AGENTS.has(word));
  if (known !== undefined) return known;
  if (!isInterpreter(program) && !isInterpreter(basename(first))) return packageOf(first);
  const script = rest.find((word) => !word.startsWith('-')) ?? '';
  const file = lower(basename(script).replace(/\.[cm]?[jt]s$|\.py$/, ''));
  return packageOf(script) ?? (AGENTS.has(file) ? file : undefined);
}

const packageOf = (path: string): string | undefined =>
  AGENT_PACKAGES.find(([pattern]) => pattern.test(path))?.[1];

/**
 * The clients that start a server in their own POSIX session, and give each command of their agent a session of its own,
 * which a process can leave but not swap for another. Seen in Claude Code 2.1.330 and Codex 0.169.0; the other two ask
 * nobody through a server, so no person's word is lost if they are different.
 */
export const KEEPS_SERVERS_WITH_IT: ReadonlySet<string> = new Set(['claude', 'codex', 'gemini', 'opencode']);
