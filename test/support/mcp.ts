import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { apartWithPid } from './apart-from-agents.ts';
import { PROGRAM, type Stage } from './stage.ts';

export interface ToolResult {
  isError: boolean;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads an answer as its reader would.
  data: any;
}

export interface TestClient {
  client: Client;
  transport: StdioClientTransport;
  stderr(): string;
  call(tool: string, args?: Record<string, unknown>, signal?: AbortSignal): Promise<ToolResult>;
  close(): Promise<void>;
}

/** A real MCP client of the built server. `answer` is the person; without it the client cannot ask anybody. */
export async function connect(
  stage: Pick<Stage, 'repository' | 'env'>,
  options: {
    name?: string;
    answer?: (message: string) => ElicitResult;
    cwd?: string;
    env?: Record<string, string>;
  } = {},
): Promise<TestClient> {
  const { PITCREW_SESSION: _, ...env } = { ...stage.env, ...options.env };
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-pid-'));
  const pidFile = join(folder, 'pid');
  const [command, ...args] = apartWithPid([process.execPath, PROGRAM, 'mcp'], pidFile);
  const transport = new StdioClientTransport({
    command,
    args,
    cwd: options.cwd ?? stage.repository,
    env,
    stderr: 'pipe',
  });
  let stderr = '';
  transport.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const { answer } = options;
  const client = new Client(
    { name: options.name ?? 'test-client', version: '1.0.0' },
    { capabilities: answer ? { elicitation: { form: {} } } : {} },
  );
  if (answer) client.setRequestHandler(ElicitRequestSchema, (request) => answer(request.params.message));
  try {
    await client.connect(transport);
    // Of the server: below an agent the transport only knows a shell, whose end is not the server's.
    const pid = Number(await readFile(pidFile, 'utf8'));
    Object.defineProperty(transport, 'pid', { value: pid });
  } finally {
    await rm(folder, { recursive: true });
  }
  return {
    client,
    transport,
    stderr: () => stderr,
    async call(tool, args = {}, signal) {
      const result = await client.callTool({ name: tool, arguments: args }, undefined, {
        timeout: 120_000,
        ...(signal ? { signal } : {}),
      });
      const parts = Array.isArray(result.content) ? result.content : [];
      const envelope = result._meta?.['pitcrew/data'] ?? result._meta?.['pitcrew/error'];
      return {
        isError: result.isError === true,
        text: parts.map((part) => ('text' in part ? part.text : '')).join('\n'),
        data: Object(envelope).data,
      };
    },
    close: () => client.close(),
  };
}

export const accept = (selection: string) => (): ElicitResult => ({
  action: 'accept',
  content: { selection },
});
