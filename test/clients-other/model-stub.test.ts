import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Step, Wire } from '../../scripts/clients/conversation.ts';
import { type ModelStub, startModelStub } from '../../scripts/clients/model-stub.ts';
import { chat } from '../../scripts/clients/wires/chat.ts';
import { generateContent } from '../../scripts/clients/wires/gemini.ts';
import { responses } from '../../scripts/clients/wires/responses.ts';

const STEPS: readonly Step[] = [
  { tool: 'sentry_list_issues', args: { top: 2 } },
  { tool: 'no_such_tool', args: {} },
];

/** What the clients of the script's own versions send, without what the stub does not read, and the call that they get. */
const PROTOCOLS: { name: string; wire: Wire; path: string; first: object; second: object; call: object }[] = [
  {
    name: 'Responses, as Codex sends it: tools in a group',
    wire: responses,
    path: '/v1/responses',
    first: codexRequest([]),
    second: codexRequest([
      { type: 'function_call', call_id: 'call_1', name: 'sentry_list_issues', namespace: 'mcp__pitcrew' },
      { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'the list' }] },
    ]),
    call: {
      type: 'response.output_item.done',
      item: {
        type: 'function_call',
        name: 'sentry_list_issues',
        namespace: 'mcp__pitcrew',
        arguments: '{"top":2}',
      },
    },
  },
  {
    name: 'chat completions, as opencode sends them',
    wire: chat,
    path: '/v1/chat/completions',
    first: chatRequest([]),
    second: chatRequest([
      { role: 'assistant', tool_calls: [{ id: 'call_1' }] },
      { role: 'tool', tool_call_id: 'call_1', content: 'the list' },
    ]),
    call: {
      choices: [
        {
          delta: {
            tool_calls: [{ function: { name: 'pitcrew_sentry_list_issues', arguments: '{"top":2}' } }],
          },
        },
      ],
    },
  },
  {
    name: 'generateContent, as Gemini CLI sends it',
    wire: generateContent,
    path: '/v1beta/models/any:streamGenerateContent?alt=sse',
    first: geminiRequest([]),
    second: geminiRequest([
      { role: 'model', parts: [{ functionCall: { name: 'mcp_pitcrew_sentry_list_issues' } }] },
      {
        role: 'user',
        parts: [{ functionResponse: { name: 'sentry_list_issues', response: { output: 'the list' } } }],
      },
    ]),
    call: {
      candidates: [
        {
          content: {
            parts: [{ functionCall: { name: 'mcp_pitcrew_sentry_list_issues', args: { top: 2 } } }],
          },
        },
      ],
    },
  },
];

let stub: ModelStub | undefined;
afterEach(() => stub?.close());

test.each(PROTOCOLS)('$name: makes the steps and keeps what it was shown', async (protocol) => {
  stub = await startModelStub(protocol.wire, STEPS);
  expect(await eventsOf(stub, protocol.path, protocol.first)).toContainEqual(
    expect.objectContaining(matching(protocol.call)),
  );
  const last = JSON.stringify(await eventsOf(stub, protocol.path, protocol.second));
  expect(last).toContain('There is no tool no_such_tool.');
  const [first, second] = stub.turns();
  expect(first).toMatchObject({ results: [], typed: expect.stringContaining('the worst issues') });
  expect(first?.tools.map(({ name }) => name)).toContainEqual(expect.stringMatching(/sentry_list_issues$/));
  expect(second?.results).toEqual(['the list']);
});

test('what a client wants besides is refused and written down', async () => {
  stub = await startModelStub(chat, STEPS);
  expect((await fetch(`${stub.url}/v1/models`)).status).toBe(404);
  expect(await connectThrough(stub.url, 'example.invalid:443')).toContain('403');
  expect(stub.others()).toEqual(['GET /v1/models', 'CONNECT example.invalid:443']);
  expect(stub.turns()).toEqual([]);
});

function codexRequest(more: object[]) {
  const said = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'the worst issues' }] };
  const tool = { type: 'function', name: 'sentry_list_issues', parameters: {} };
  return {
    input: [said, ...more],
    tools: [{ type: 'web_search' }, { type: 'namespace', name: 'mcp__pitcrew', tools: [tool] }],
  };
}

function chatRequest(more: object[]) {
  const messages = [
    { role: 'system', content: 'Work.' },
    { role: 'user', content: 'the worst issues' },
  ];
  return {
    messages: [...messages, ...more],
    tools: [{ type: 'function', function: { name: 'pitcrew_sentry_list_issues', parameters: {} } }],
  };
}

function geminiRequest(more: object[]) {
  return {
    contents: [{ role: 'user', parts: [{ text: 'the worst issues' }] }, ...more],
    tools: [{ functionDeclarations: [{ name: 'mcp_pitcrew_sentry_list_issues' }] }],
  };
}

/** An object, and those in it, by what it has to hold at least. */
function matching(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      Array.isArray(item)
        ? item.map((one) => expect.objectContaining(matching(one)))
        : item instanceof Object
          ? expect.objectContaining(matching(item))
          : item,
    ]),
  );
}

async function eventsOf({ url }: ModelStub, path: string, body: object): Promise<unknown[]> {
  const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  return (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice('data: '.length)));
}

/** What a proxy answers to one who wants to reach `host`. */
async function connectThrough(proxy: string, host: string): Promise<string> {
  const { hostname, port } = new URL(proxy);
  const socket = connect(Number(port), hostname);
  socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}
