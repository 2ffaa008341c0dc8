import type { JsonValue } from '../../src/core/json.ts';

/** A tool as the client put it before the model. */
export interface ToolSeen {
  name: string;
  /** Where the client lists it inside a named group: that name. */
  group?: string;
  /** Its JSON, as it went over the wire: what its tokens are counted by. */
  json: string;
}

/** What a client's request holds, whatever the protocol. */
export interface Turn {
  tools: readonly ToolSeen[];
  /** The answers to the model's calls so far, in their order. */
  results: readonly string[];
  /** What the person wrote, all of it. */
  typed: string;
}

/** What the model does next. */
export type Move = { say: string } | { tool: ToolSeen; args: { [key: string]: JsonValue } };

/** A call that the scripted model wants to make, by the name that the server gives the tool. */
export interface Step {
  tool: string;
  args: { [key: string]: JsonValue };
}

/** One protocol between a client and a model. */
export interface Wire {
  /** Whether a request of this method and path is for the model. */
  isModel(method: string, path: string): boolean;
  read(body: unknown): Turn;
  /** The whole answer. `id` is a new number in each one. */
  write(move: Move, id: number, path: string): { contentType: string; body: string };
}

/**
 * The scripted model: makes the steps one after the other, then stops. It looks a tool up by the end of its name, as
 * clients put their own words before it (`pitcrew_`, `mcp__pitcrew__`).
 */
export function nextMove(turn: Turn, steps: readonly Step[]): Move {
  const step = steps[turn.results.length];
  if (step === undefined || turn.tools.length === 0) return { say: 'Done.' };
  const tool = toolNamed(turn.tools, step.tool);
  return tool ? { tool, args: step.args } : { say: `There is no tool ${step.tool}.` };
}

export const toolNamed = (tools: readonly ToolSeen[], name: string): ToolSeen | undefined =>
  tools.find((tool) => tool.name === name || tool.name.endsWith(`_${name}`));

/** Events of a stream, as all three protocols send them. */
export const eventStream = (events: readonly { event?: string; data: JsonValue | '[DONE]' }[]): string =>
  events
    .map(({ event, data }) => {
      const text = data === '[DONE]' ? data : JSON.stringify(data);
      return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
    })
    .join('');

/** A list where there should be one; anything else is none. */
export const listOf = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.map((item) => Object(item)) : [];

export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return listOf(value)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('\n');
};
