import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import { PROGRAM } from '../support/stage.ts';
import { useFolder } from './folder.ts';
import { fuzz } from './fuzz.ts';
import { anyJson, hostileText } from './texts.ts';

/** No repository: a call that gets through is answered with an input error, and changes nothing. */
const folder = useFolder();
const waiting = new Map<string, (message: unknown) => void>();
const odd: string[] = [];
let child: ChildProcessWithoutNullStreams;
let stderr = '';
let lastId = 0;

function read(line: string): void {
  try {
    const message = JSON.parse(line);
    if (message.jsonrpc !== '2.0') odd.push(line);
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  } catch {
    odd.push(line);
  }
}

/** Sends a request whose id no fuzzed line has, and waits for its answer. */
function ask(method: string, params: object = {}): Promise<unknown> {
  const id = `ours-${++lastId}`;
  const answer = new Promise<unknown>((resolve) => waiting.set(id, resolve));
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  return answer;
}

beforeAll(async () => {
  const env = { PATH: process.env.PATH, HOME: folder.path, GIT_CEILING_DIRECTORIES: '/' };
  child = spawn(process.execPath, [PROGRAM, 'mcp'], { cwd: folder.path, env });
  // Not with readline: that ends a line at U+2028 too, which is an ordinary character of JSON.
  let open = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (open + chunk).split('\n');
    open = lines.pop() ?? '';
    lines.forEach(read);
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => {});
  const capabilities = {};
  await ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities,
    clientInfo: { name: 'fuzz', version: '1' },
  });
});
afterAll(async () => {
  const gone = once(child, 'close');
  child.stdin.end();
  const forced = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(forced);
});

const method = fc.oneof(
  fc.constantFrom(
    'tools/list',
    'tools/call',
    'prompts/get',
    'prompts/list',
    'resources/read',
    'ping',
    'initialize',
  ),
  fc.constantFrom(
    'notifications/cancelled',
    'notifications/initialized',
    'completion/complete',
    'logging/setLevel',
  ),
  hostileText(2),
);
const params = fc.oneof(
  anyJson(2),
  fc.record({
    name: fc.oneof(fc.constantFrom('sentry_resolve', 'ledger_status', 'sentry'), hostileText(2)),
    arguments: anyJson(2),
  }),
  fc.record({ uri: hostileText(3) }),
  fc.record({ requestId: fc.oneof(fc.integer(), hostileText(1)), reason: anyJson(1) }),
);
const message = fc.record(
  {
    jsonrpc: fc.oneof(fc.constant('2.0'), anyJson(1)),
    id: fc.oneof(fc.integer(), hostileText(1), anyJson(1)),
    method,
    params,
  },
  { requiredKeys: [] },
);
const line = fc.oneof(
  { weight: 4, arbitrary: message.map(jsonOf) },
  { weight: 1, arbitrary: fc.array(message, { maxLength: 3 }).map(jsonOf) },
  {
    weight: 2,
    arbitrary: fc.tuple(message.map(jsonOf), fc.nat({ max: 200 })).map(([text, at]) => text.slice(0, at)),
  },
  { weight: 2, arbitrary: hostileText() },
  { weight: 1, arbitrary: anyJson().map(jsonOf) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('{', '[', '"', '\0'), fc.nat({ max: 20_000 }))
      .map(([text, n]) => text.repeat(n)),
  },
);

function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one)) ?? 'undefined';
}

fuzz(
  'whatever lines arrive, in whatever pieces: the server answers the next one, and writes messages only',
  fc.record({
    lines: fc.array(line, { maxLength: 5 }),
    cut: fc.nat({ max: 500 }),
    end: fc.constantFrom('\n', '\r\n'),
  }),
  async ({ lines, cut, end }) => {
    const bytes = Buffer.from(lines.map((text) => text + end).join(''), 'utf8');
    child.stdin.write(bytes.subarray(0, cut));
    child.stdin.write(bytes.subarray(cut));
    // Ends a line that was left open.
    child.stdin.write('\n');
    expect(await ask('ping')).toMatchObject({ result: {} });
    expect(odd.splice(0)).toEqual([]);
    expect(stderr).not.toMatch(/pitcrew error|unhandled|TypeError/i);
  },
);
