import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Seen } from './seen.ts';

export type Block =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; name: string; input: Record<string, unknown> };

/** Answers a request of the messages API: as its event stream, or whole where the client did not ask for one. */
export function answerStreamed(response: ServerResponse, seen: Seen, blocks: Block[]): void {
  const stop_reason = blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  const content = blocks.map((block) => (block.type === 'text' ? block : { ...block, id: newId('toolu') }));
  const message = {
    id: newId('msg'),
    type: 'message',
    role: 'assistant',
    model: seen.model,
    stop_sequence: null,
    usage: {
      input_tokens: 1000,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 20,
    },
  };
  if (!seen.streamed) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...message, content, stop_reason }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': newId('req') });
  const send = (type: string, data: object = {}) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  send('message_start', { message: { ...message, content: [], stop_reason: null } });
  content.forEach((block, index) => {
    const start = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} };
    const delta =
      block.type === 'text'
        ? { type: 'text_delta', text: block.text }
        : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_start', { index, content_block: start });
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  });
  send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 20 } });
  send('message_stop');
  response.end();
}

const newId = (kind: string): string => `${kind}_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
