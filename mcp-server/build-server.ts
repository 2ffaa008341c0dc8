import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Context } from '../src/context.ts';
import { PitcrewError } from '../src/core/errors.ts';
import { packageVersion } from '../src/core/package-root.ts';
import type { Tool } from '../src/tools/define.ts';
import { callTool } from './call-tool.ts';
import { INSTRUCTIONS } from './instructions.ts';
import type { Heard } from './person-prompt.ts';
import { getPrompt, prompts } from './prompts.ts';
import { readResource, resources } from './resources.ts';

/** Opens the context on the first call, so that `initialize` waits for nothing; the label names the client. */
export type OpenContext = (clientLabel: string, clientSession: () => string | undefined) => Promise<Context>;

/** An MCP server over the tool registry, on no transport yet. `dispose` ends what its context holds. */
export function buildServer(open: OpenContext): { server: Server; dispose(): Promise<void> } {
  const server = new Server(
    { name: 'pitcrew', title: 'Pitcrew', version: packageVersion() },
    {
      capabilities: { tools: {}, prompts: {}, resources: {} },
      instructions: INSTRUCTIONS,
    },
  );
  const heard: Heard = { typed: [], scheduled: new Set() };
  let opened: Promise<Context> | undefined;
  const context = (): Promise<Context> => {
    opened ??= open(labelOf(server), () => heard.session).catch((error: unknown) => {
      // A repository that could not be opened may be mended while the server runs: the next call tries again.
      opened = undefined;
      throw error;
    });
    return opened;
  };

  // Nobody has to wait for what was loaded while the client was reading our first answer.
  server.oninitialized = () => void registry();
  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: (await registry()).tools.map(listed),
  }));
  server.setRequestHandler(CallToolRequestSchema, (request, extra) =>
    callTool({ server, context, registry, heard }, request.params, extra),
  );
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: [...prompts] }));
  server.setRequestHandler(GetPromptRequestSchema, (request) =>
    getPrompt(request.params.name, request.params.arguments ?? {}),
  );
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [...resources] }));
  server.setRequestHandler(ReadResourceRequestSchema, async (request) => {
    try {
      return await readResource(request.params.uri, await context());
    } catch (error) {
      if (error instanceof PitcrewError)
        throw new McpError(ErrorCode.InvalidParams, `${error.message} ${error.hint}`);
      throw error;
    }
  });

  return {
    server,
    async dispose() {
      const held = await opened?.catch(() => undefined);
      await held?.dispose();
    },
  };
}

/** The tools and all that they import, loaded after the first answer: start-up is paid by every session. */
const registry = () => import('../src/tools/registry.ts');

/** A tool as `tools/list` shows it; the hints follow from its declared effect. */
function listed(tool: Tool) {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: tool.inputSchema,
    annotations: {
      readOnlyHint: tool.effect === 'read',
      destructiveHint: tool.effect === 'destroy',
      openWorldHint: true,
    },
    // Claude Code defers MCP tools behind a search unless they say this; the method names them one after another.
    _meta: { 'anthropic/alwaysLoad': true },
  };
}

const labelOf = (server: Server): string => {
  const client = server.getClientVersion();
  return client ? client.name.replace(/[^\w.@/ -]/g, '').slice(0, 40) : 'mcp client';
};
