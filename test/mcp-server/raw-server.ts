import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { until } from '../core/processes.ts';
import { PROGRAM } from '../support/stage.ts';

interface Message {
  jsonrpc?: string;
  id?: number;
  method?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads an answer as its reader would.
  params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  result?: any;
  error?: { code: number; message: string };
}

/** The built server with nothing between it and the test: what goes over the wire is what is seen. */
export interface RawServer {
  child: ChildProcessWithoutNullStreams;
  pid: number;
  /** Sends a request without waiting for its answer; gives its id. */
  send(method: string, params?: object): number;
  answerTo(id: number): Promise<Message>;
  request(method: string, params?: object): Promise<Message>;
  notify(method: string, params?: object): void;
  write(line: string): void;
  messages(): readonly Message[];
  stderr(): string;
  exited(): Promise<number | null>;
  /** Ends stdin and waits; every line of stdout must have been a message. Ends the process where it will not go. */
  close(): Promise<void>;
}

/** Starts the server and shakes hands. */
export async function startServer(cwd: string, env: Record<string, string>): Promise<RawServer> {
  const child = spawn(process.execPath, [PROGRAM, 'mcp'], { cwd, env });
  const gone = once(child, 'close');
  const lines: string[] = [];
  let stderr = '';
  let lastId = 0;
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => {});
  const write = (line: string) => child.stdin.write(`${line}\n`);
  const messages = () => lines.map((line): Message => JSON.parse(line));
  const send = (method: string, params: object = {}) => {
    lastId += 1;
    write(JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params }));
    return lastId;
  };
  const answerTo = (id: number) =>
    until(`the server answers request ${id}`, () =>
      messages().find((message) => message.id === id && message.method === undefined),
    );
  const server: RawServer = {
    child,
    pid: child.pid ?? 0,
    send,
    answerTo,
    request: (method, params) => answerTo(send(method, params)),
    notify: (method, params = {}) => write(JSON.stringify({ jsonrpc: '2.0', method, params })),
    write,
    messages,
    stderr: () => stderr,
    exited: async () => (await gone)[0],
    async close() {
      const forced = setTimeout(() => child.kill('SIGKILL'), 5000);
      child.stdin.end();
      await gone;
      clearTimeout(forced);
      for (const message of messages()) expect(message.jsonrpc).toBe('2.0');
    },
  };
  const hello = await server.request('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'raw', version: '1.0.0' },
  });
  expect(hello.result.serverInfo.name).toBe('pitcrew');
  server.notify('notifications/initialized');
  return server;
}

/** The text of a tool's answer. */
export const textOf = (message: Message): string => message.result?.content?.[0]?.text ?? '';
