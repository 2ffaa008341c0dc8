import { z } from 'zod';

export interface ToolResult {
  id: string;
  /** The full name, as it was called. */
  name: string;
  input: Record<string, unknown>;
  /** The text that the model was given. */
  text: string;
  isError: boolean;
}

/** One request to the model, as far as tests read it. */
export interface Seen {
  model: string;
  streamed: boolean;
  /** All system text, wherever the client put it. */
  system: string;
  /** The offered tools as they were sent: name, description, schema. */
  tools: { name: string; [field: string]: unknown }[];
  toolNames: string[];
  /** The text of the person's newest message, with what the client expanded it to; '' after tool results. */
  prompt: string;
  /** All messages as they were sent. */
  messages: string;
  /** All that stands in messages of the person so far, oldest first. */
  conversation: string;
  /** The results that came since the model spoke last. */
  results: ToolResult[];
  /** The last of `results`; where there is none, an error that says so. */
  last: ToolResult;
}

const NO_RESULT: ToolResult = {
  id: '',
  name: '',
  input: {},
  text: 'The model was shown no tool result here.',
  isError: true,
};

/** Reads a request of the messages API. */
export function readRequest(body: unknown): Seen {
  const request = REQUEST.parse(body);
  const uses = new Map<string, z.infer<typeof BLOCK>>();
  for (const { content } of request.messages)
    for (const block of blocksIn(content)) if (block.type === 'tool_use') uses.set(block.id ?? '', block);
  const since = request.messages.slice(
    request.messages.findLastIndex(({ role }) => role === 'assistant') + 1,
  );
  const results = since
    .flatMap(({ content }) => blocksIn(content))
    .filter(({ type }) => type === 'tool_result')
    .map((block): ToolResult => {
      const use = uses.get(block.tool_use_id ?? '');
      return {
        id: block.tool_use_id ?? '',
        name: use?.name ?? '',
        input: use?.input ?? {},
        text: textOf(block.content),
        isError: block.is_error === true,
      };
    });
  const said = (messages: typeof since, of: string) =>
    messages
      .filter(({ role }) => role === of)
      .map(({ content }) => textOf(content))
      .filter(Boolean)
      .join('\n');
  return {
    model: request.model,
    streamed: request.stream,
    system: [textOf(request.system), said(request.messages, 'system')].join('\n'),
    tools: request.tools,
    toolNames: request.tools.map(({ name }) => name),
    prompt: said(since, 'user'),
    messages: JSON.stringify(request.messages),
    conversation: said(request.messages, 'user'),
    results,
    last: results.at(-1) ?? NO_RESULT,
  };
}

const BLOCK = z.looseObject({
  type: z.string(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  text: z.string().optional(),
  content: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  is_error: z.boolean().nullish(),
});
const CONTENT = z.union([z.string(), z.array(BLOCK)]);
const REQUEST = z.looseObject({
  model: z.string(),
  stream: z.boolean().default(false),
  system: CONTENT.default(''),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  messages: z.array(z.looseObject({ role: z.string(), content: CONTENT })),
});

const blocksIn = (content: z.infer<typeof CONTENT>) => (typeof content === 'string' ? [] : content);

function textOf(content: unknown): string {
  const parsed = CONTENT.safeParse(content);
  if (!parsed.success) return '';
  if (typeof parsed.data === 'string') return parsed.data;
  return parsed.data.flatMap(({ type, text }) => (type === 'text' && text ? [text] : [])).join('\n');
}
