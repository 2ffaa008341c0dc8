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
import { messageOf, PitcrewError, refusedError } from '../src/core/errors.ts';
import { redact } from '../src/core/redact.ts';
import type { Call, PersonAnswer, Question } from '../src/tools/define.ts';
import { type Heard, hear, PERSON_PROMPT } from './person-prompt.ts';

export interface Host {
  server: Server;
  context: () => Promise<Context>;
  registry: () => Promise<typeof import('../src/tools/registry.ts')>;
  heard: Heard;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** People think before they answer; the client ends the wait when the person closes the dialog. */
const PERSON_TIMEOUT_MS = 60 * 60 * 1000;

/**
 * Runs one tool. The text goes to the model; the same facts for programs go into `_meta`, because clients that find
 * `structuredContent` show the model that instead, in about twice the tokens (docs/decisions/0003).
 */
export async function callTool(
  { server, context, registry, heard }: Host,
  params: CallToolRequest['params'],
  extra: Extra,
): Promise<CallToolResult> {
  if (params.name === PERSON_PROMPT && hear(heard, server.getClientVersion(), params, systemClock)) {
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
    const answer = await tool.call(params.arguments, await context(), {
      ...callOf(server, extra),
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
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`pitcrew error: ${redact(trace)}\n`);
    return failure(
      'bug',
      `${tool.name} failed unexpectedly: ${redact(messageOf(error)).slice(0, 300)}`,
      'This is a fault in Pitcrew; the details are on its standard error. Nothing further was done.',
    );
  }
}

function failure(kind: string, message: string, hint: string): CallToolResult {
  return {
    isError: true,
    content: [{ type: 'text', text: `${kind}: ${message}\nNext step: ${hint}` }],
    _meta: { 'pitcrew/error': { schema_version: 1, data: { kind, message, hint } } },
  };
}

function callOf(server: Server, extra: Extra): Call {
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
    ...(canAsk(server)
      ? { ask: (question: Question) => askByElicitation(server, question, extra.signal) }
      : {}),
  };
}

/** Forms, not only web pages; an empty capability means forms, as before there were others. */
function canAsk(server: Server): boolean {
  const elicitation = server.getClientCapabilities()?.elicitation;
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

async function askByElicitation(
  server: Server,
  question: Question,
  signal: AbortSignal,
): Promise<PersonAnswer> {
  const { name, title, description } = question.field;
  const request = {
    message: question.message,
    requestedSchema: {
      type: 'object' as const,
      properties: { [name]: { type: 'string' as const, title, description } },
      required: [name],
    },
  };
  const answer = await server
    .elicitInput(request, { signal, timeout: PERSON_TIMEOUT_MS })
    .catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw refusedError(
        `The client could not ask the person: ${redact(messageOf(error)).slice(0, 200)}`,
        'Ask the person to run `npx pitcrew triage-select` in a terminal.',
      );
    });
  if (answer.action !== 'accept') return { action: answer.action };
  return { action: 'accept', text: String(answer.content?.[name] ?? ''), how: 'elicitation' };
}
