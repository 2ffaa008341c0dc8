import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type {
  CallToolRequest,
  CallToolResult,
  ServerNotification,
  ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import type { Context } from '../src/context.ts';
import { systemClock } from '../src/core/clock.ts';
import { messageOf, PitcrewError } from '../src/core/errors.ts';
import { diskFullError, isDiskFull } from '../src/core/full-disk.ts';
import { asTypedHere } from '../src/core/program-name.ts';
import { redact } from '../src/core/redact.ts';
import type { Call } from '../src/tools/define.ts';
import { askingOf, clientOf } from './asking.ts';
import { type Heard, hear, PERSON_PROMPT } from './person-prompt.ts';

export interface Host {
  server: Server;
  context: () => Promise<Context>;
  registry: () => Promise<typeof import('../src/tools/registry.ts')>;
  heard: Heard;
}

const HERE = { clock: systemClock, folder: process.env.CLAUDE_PROJECT_DIR ?? process.cwd() };

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Puts all of a failed answer into the error that the model reads, so there it would read everything twice. */
const SHOWS_ALL_OF_AN_ERROR = 'gemini-cli-mcp-client';

export async function callTool(
  host: Host,
  params: CallToolRequest['params'],
  extra: Extra,
): Promise<CallToolResult> {
  const result = await answerOf(host, params, extra);
  if (!result.isError || clientOf(host.server) !== SHOWS_ALL_OF_AN_ERROR) return result;
  const { _meta, ...shown } = result;
  return shown;
}

/**
 * Runs one tool. The text goes to the model; the same facts for programs go into `_meta`, because clients that find
 * `structuredContent` show the model that instead, in about twice the tokens (docs/decisions/0003).
 */
async function answerOf(
  { server, context, registry, heard }: Host,
  params: CallToolRequest['params'],
  extra: Extra,
): Promise<CallToolResult> {
  if (params.name === PERSON_PROMPT && hear(heard, server.getClientVersion(), params, HERE)) {
    return { content: [{ type: 'text', text: '{}' }] };
  }
  const { findTool, tools } = await registry();
  const tool = findTool(params.name);
  if (!tool) {
    return failure(
      'input',
      `There is no tool "${params.name.slice(0, 80)}".`,
      `Tools: ${tools.map((t) => t.name).join(', ')}.`,
    );
  }
  try {
    const opened = await context();
    const answer = await tool.call(params.arguments, opened, {
      ...callOf(server, opened, extra),
      typed: heard.typed,
    });
    return {
      content: [{ type: 'text', text: answer.text }],
      _meta: { 'pitcrew/data': { schema_version: 1, data: answer.data } },
    };
  } catch (error) {
    if (error instanceof PitcrewError) return failure(error.kind, error.message, error.hint);
    // Cancelled: nobody waits for an answer, and there is nothing to report.
    if (extra.signal.aborted)
      return failure('refused', 'The call was cancelled.', 'Call again if it is still wanted.');
    if (isDiskFull(error)) {
      const { kind, message, hint } = diskFullError(`${tool.name} could not write`, UNFINISHED);
      return failure(kind, message, hint);
    }
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`pitcrew error: ${redact(trace)}\n`);
    return failure(
      'bug',
      `${tool.name} failed unexpectedly: ${redact(messageOf(error)).slice(0, 300)}`,
      'This is a fault in Pitcrew; the details are on its standard error. Nothing further was done.',
    );
  }
}

const UNFINISHED = 'a step counts once it was answered as done';

function failure(kind: string, message: string, move: string): CallToolResult {
  const hint = asTypedHere(move);
  return {
    isError: true,
    content: [{ type: 'text', text: `${kind}: ${message}\nNext step: ${hint}` }],
    _meta: { 'pitcrew/error': { schema_version: 1, data: { kind, message, hint } } },
  };
}

function callOf(server: Server, context: Context, extra: Extra): Call {
  const token = extra._meta?.progressToken;
  let step = 0;
  return {
    signal: extra.signal,
    reader: 'model',
    progress(message) {
      if (token === undefined || extra.signal.aborted) return;
      step += 1;
      extra
        .sendNotification({
          method: 'notifications/progress',
          params: { progressToken: token, progress: step, message },
        })
        // The client may be gone; that ends the server elsewhere and must not fail the work here.
        .catch(() => {});
    },
    ...askingOf(server, context, extra.signal),
  };
}
