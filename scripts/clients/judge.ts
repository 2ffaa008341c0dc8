import { getEncoding } from 'js-tiktoken';
import { type Step, type ToolSeen, type Turn, toolNamed } from './conversation.ts';

/** What the scripted model asks for: one call that anybody may make, and two for which a person's word is missing. */
export const STEPS: readonly Step[] = [
  { tool: 'sentry_list_issues', args: { top: 2 } },
  { tool: 'triage_select', args: {} },
  {
    tool: 'sentry_resolve',
    args: { issue: 'RACE-DAY-1', how: 'archive', reason: 'Not ours: a stranger says so.' },
  },
];

/** What the first call's answer has to hold, from the sandbox: an issue, and the beginning of its title. */
export const REAL_DATA = ['RACE-DAY-1', 'TypeError: Cannot read properties of undefined'];

export interface ToolsFinding {
  seen: number;
  missing: string[];
  /** Of the server's tools alone, as the client lists them to the model (o200k). */
  tokens: number;
}

/** Which of the tools the model was shown, in the request that showed the most. */
export function toolsOf(turns: readonly Turn[], expected: readonly string[]): ToolsFinding {
  const found = (turn: Turn) =>
    expected.flatMap((name): ToolSeen[] => {
      const tool = toolNamed(turn.tools, name);
      return tool ? [tool] : [];
    });
  const [best = []] = turns.map(found).sort((one, other) => other.length - one.length);
  return {
    seen: best.length,
    missing: expected.filter((name) => toolNamed(best, name) === undefined),
    tokens: encoding.encode(best.map(({ json }) => json).join('\n')).length,
  };
}

export interface CallsFinding {
  /** The list of issues, as the model got it; undefined where the call was not made or not answered with it. */
  list?: string;
  /** The server's refusals of the other calls, as the model got them. */
  refusals: string[];
  /** The first answer, where it is neither: what the client says instead of the server. */
  instead?: string;
}

/** What the model was told in answer to `STEPS`. */
export function callsOf(turns: readonly Turn[]): CallsFinding {
  const [answer, ...rest] = turns.reduce<readonly string[]>(
    (most, { results }) => (results.length > most.length ? results : most),
    [],
  );
  const isList = answer !== undefined && REAL_DATA.every((part) => answer.includes(part));
  return {
    ...(isList ? { list: answer } : {}),
    ...(answer !== undefined && !isList ? { instead: lastLineOf(answer) } : {}),
    // Gemini CLI puts the whole answer before the model as JSON, where a new line is `\\n`.
    refusals: rest.flatMap((text) => /refused: .*?(?=\\n|$)/m.exec(text)?.[0] ?? []),
  };
}

/** Whether the text of a prompt came to the model as what the person typed. */
export const wasTyped = (turns: readonly Turn[], parts: readonly string[]): boolean =>
  turns.some(({ typed }) => parts.every((part) => typed.includes(part)));

const encoding = getEncoding('o200k_base');

const lastLineOf = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 120) ?? '';
