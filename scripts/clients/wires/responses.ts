import type { JsonValue } from '../../../src/core/json.ts';
import { eventStream, listOf, type Move, type ToolSeen, textOf, type Wire } from '../conversation.ts';

/** OpenAI's Responses API, which Codex speaks: https://developers.openai.com/api/reference/responses */
export const responses: Wire = {
  isModel: (method, path) => method === 'POST' && path.endsWith('/responses'),
  read(body) {
    const { input, tools } = Object(body);
    const items = listOf(input);
    return {
      tools: listOf(tools).flatMap(toolsOf),
      results: items
        .filter(({ type }) => type === 'function_call_output')
        .map(({ output }) => outputOf(output)),
      typed: items
        .filter(({ role }) => role === 'user')
        .map(({ content }) => textOf(content))
        .join('\n'),
    };
  },
  write(move, id) {
    const response = { id: `resp_${id}`, object: 'response', output: [], status: 'completed', usage: USAGE };
    const item = itemOf(move, id);
    return {
      contentType: 'text/event-stream',
      body: eventStream([
        named({ type: 'response.created', response: { ...response, status: 'in_progress' } }),
        named({ type: 'response.output_item.added', output_index: 0, item }),
        named({ type: 'response.output_item.done', output_index: 0, item }),
        named({ type: 'response.completed', response }),
      ]),
    };
  },
};

/** A group of tools (`namespace`) holds functions; a call of one names both. */
function toolsOf(tool: Record<string, unknown>): ToolSeen[] {
  if (tool.type !== 'namespace')
    return [{ name: String(tool.name ?? tool.type), json: JSON.stringify(tool) }];
  return listOf(tool.tools).map((inner) => ({
    name: String(inner.name),
    group: String(tool.name),
    json: JSON.stringify(inner),
  }));
}

const outputOf = (output: unknown): string =>
  typeof output === 'string' || Array.isArray(output) ? textOf(output) : JSON.stringify(output);

function itemOf(move: Move, id: number): { [key: string]: JsonValue } {
  if ('say' in move)
    return {
      type: 'message',
      id: `msg_${id}`,
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: move.say, annotations: [] }],
    };
  const { tool, args } = move;
  return {
    type: 'function_call',
    id: `fc_${id}`,
    call_id: `call_${id}`,
    name: tool.name,
    ...(tool.group === undefined ? {} : { namespace: tool.group }),
    arguments: JSON.stringify(args),
    status: 'completed',
  };
}

const USAGE = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 10,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 20,
};

const named = (data: { type: string; [key: string]: JsonValue }) => ({ event: data.type, data });
