import { eventStream, listOf, type Move, textOf, type Wire } from '../conversation.ts';

/** OpenAI's chat completions, which opencode speaks to providers of its configuration. */
export const chat: Wire = {
  isModel: (method, path) => method === 'POST' && path.endsWith('/chat/completions'),
  read(body) {
    const { messages, tools } = Object(body);
    const said = listOf(messages);
    return {
      tools: listOf(tools).map((tool) => ({
        name: String(Object(tool.function).name),
        json: JSON.stringify(tool),
      })),
      results: said.filter(({ role }) => role === 'tool').map(({ content }) => textOf(content)),
      typed: said
        .filter(({ role }) => role === 'user')
        .map(({ content }) => textOf(content))
        .join('\n'),
    };
  },
  write(move, id) {
    const common = { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 0, model: 'scripted' };
    const chunk = (choice: object) => ({ data: { ...common, choices: [{ index: 0, ...choice }] } });
    return {
      contentType: 'text/event-stream',
      body: eventStream([
        chunk({ delta: deltaOf(move, id), finish_reason: null }),
        chunk({ delta: {}, finish_reason: 'say' in move ? 'stop' : 'tool_calls' }),
        {
          data: {
            ...common,
            choices: [],
            usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
          },
        },
        { data: '[DONE]' },
      ]),
    };
  },
};

function deltaOf(move: Move, id: number) {
  if ('say' in move) return { role: 'assistant', content: move.say };
  const { tool, args } = move;
  const call = { name: tool.name, arguments: JSON.stringify(args) };
  return {
    role: 'assistant',
    content: null,
    tool_calls: [{ index: 0, id: `call_${id}`, type: 'function', function: call }],
  };
}
