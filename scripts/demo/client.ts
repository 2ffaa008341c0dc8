import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { packageRoot } from '../../src/core/package-root.ts';
import { apartFromAgents } from '../../test/support/apart-from-agents.ts';
import type { Stage } from './stage.ts';

/** The structured half of a tool's answer, as far as the demo reads it. */
export type Data = Record<string, unknown>;

export interface PitcrewClient {
  pid: number | null;
  /** Calls a tool; throws `ToolRefusal` where the tool answers with an error. */
  call(tool: string, args: Record<string, unknown>): Promise<{ text: string; data: Data }>;
  close(): Promise<void>;
}

export class ToolRefusal extends Error {}

/** An MCP client of the built server over stdio; `answer` is what its person replies when they are asked. */
export async function connect(
  stage: Stage,
  name: string,
  answer: (question: string) => string,
  onProgress: (message: string) => void = () => {},
): Promise<PitcrewClient> {
  const program = join(packageRoot(), 'dist/pitcrew.mjs');
  const [command, ...args] = apartFromAgents([process.execPath, program, 'mcp']);
  const transport = new StdioClientTransport({
    command,
    args,
    cwd: stage.repository,
    env: stage.env,
    stderr: 'inherit',
  });
  const client = new Client({ name, version: '1.0.0' }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(ElicitRequestSchema, (request) => ({
    action: 'accept',
    content: { selection: answer(request.params.message) },
  }));
  await client.connect(transport);
  return {
    pid: transport.pid,
    async call(tool, args) {
      const result = await client.callTool({ name: tool, arguments: args }, undefined, {
        timeout: 10 * 60_000,
        onprogress: ({ message }) => onProgress(message ?? ''),
      });
      const text = Array.isArray(result.content)
        ? result.content.map((part: unknown) => textOf(part)).join('\n')
        : '';
      if (result.isError) throw new ToolRefusal(text);
      return { text, data: dataOf(result._meta?.['pitcrew/data']) };
    },
    close: () => client.close(),
  };
}

const textOf = (part: unknown): string =>
  typeof part === 'object' && part !== null && 'text' in part ? String(part.text) : '';

function dataOf(envelope: unknown): Data {
  const data = typeof envelope === 'object' && envelope !== null && 'data' in envelope ? envelope.data : {};
  return typeof data === 'object' && data !== null ? { ...data } : {};
}
