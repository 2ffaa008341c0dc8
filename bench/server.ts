import { resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { getEncoding } from 'js-tiktoken';

/** How to start a server on this Node. */
export interface ServerCommand {
  args: string[];
  env: Record<string, string>;
  cwd?: string;
}

export const ourCommand = (env: Record<string, string> = {}, cwd?: string): ServerCommand => ({
  args: [resolve('dist/pitcrew.mjs'), 'mcp'],
  env,
  ...(cwd === undefined ? {} : { cwd }),
});

export interface Server {
  /** Every listed tool, as a client hands it to the model. */
  tools(): Promise<{ count: number; text: string }>;
  /** The answer as the model sees it: what is structured where there is any, else the text. */
  call(tool: string, args: Record<string, unknown>): Promise<{ isError: boolean; text: string }>;
  close(): Promise<void>;
}

/** A server over stdio, as any client opens it. */
export async function openServer({ args, env, cwd }: ServerCommand): Promise<Server> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args,
    env,
    stderr: 'ignore',
    ...(cwd === undefined ? {} : { cwd }),
  });
  const client = new Client({ name: 'bench', version: '1.0.0' }, { capabilities: {} });
  await client.connect(transport);
  return {
    async tools() {
      const { tools } = await client.listTools();
      const seen = tools.map(({ name, description, inputSchema }) => ({
        name,
        description,
        input_schema: inputSchema,
      }));
      return { count: seen.length, text: JSON.stringify(seen) };
    },
    async call(tool, parameters) {
      const result = await client.callTool({ name: tool, arguments: parameters }, undefined, {
        timeout: 120_000,
      });
      const parts = Array.isArray(result.content) ? result.content : [];
      const text = parts.map((part) => ('text' in part ? String(part.text) : '')).join('\n');
      return {
        isError: result.isError === true,
        text: result.structuredContent ? JSON.stringify(result.structuredContent) : text,
      };
    },
    close: () => client.close(),
  };
}

const encoding = getEncoding('o200k_base');
export const tokensOf = (text: string): number => encoding.encode(text).length;
