import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerStreamed, type Block } from './model-wire.ts';
import { readRequest, type Seen } from './seen.ts';

export type { Seen, ToolResult } from './seen.ts';

/** What the scripted model says next: words, tool calls (run by the client in one go), or both. */
export type Turn =
  | string
  | { text?: string; calls?: ToolCall[] /** Waits for this before it answers. */; after?: Promise<unknown> };

/** `tool` may be a tool of ours by its own name (`triage_select`), or a tool of the client (`Bash`). */
export interface ToolCall {
  tool: string;
  input: Record<string, unknown>;
}

export const call = (tool: string, input: Record<string, unknown> = {}): ToolCall => ({ tool, input });

/**
 * Plays the agent: gets what the model is shown first, and after each turn what it is shown next. A turn with calls is
 * answered by their results (`seen.results`), a turn of words only by the person's next prompt (`seen.prompt`).
 */
export type Script = (first: Seen) => Generator<Turn, void, Seen> | AsyncGenerator<Turn, void, Seen>;

export interface ModelOptions {
  /** Scripts for conversations of their own, such as a subagent's; the first whose `when` holds plays it. */
  others?: readonly { when: (seen: Seen) => boolean; script: Script }[];
}

export interface Model {
  url: string;
  /** Everything the model was shown and said, oldest first. Side questions without tools are not among them. */
  readonly exchanges: { seen: Seen; turn: Turn }[];
  /** Every tool result that the model was shown, once each, in order. */
  results(): Seen['results'];
  /** What a script threw; a test that reads nothing else should at least see this empty. */
  readonly failures: Error[];
  close(): Promise<void>;
}

/** A stand-in for the messages API on loopback, with a script in the place of the model. */
export async function startModel(script: Script, { others = [] }: ModelOptions = {}): Promise<Model> {
  const exchanges: Model['exchanges'] = [];
  const failures: Error[] = [];
  const players = [...others, { when: () => true, script }].map((one) => ({
    ...one,
    play: player(one.script),
  }));

  const turnFor = async (seen: Seen): Promise<Turn> => {
    // A question on the side (a title, a summary) offers no tools or forbids them: it is no step of the script.
    if (seen.toolNames.length === 0 || /do not call any tools/i.test(seen.prompt)) return 'Pit stop.';
    try {
      const turn = await players.find(({ when }) => when(seen))?.play(seen);
      exchanges.push({ seen, turn: turn ?? 'The script is over.' });
      return turn ?? 'The script is over.';
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)));
      return `The script failed: ${error}`;
    }
  };

  const server = createServer((request, response) => {
    answer(request, response, turnFor).catch((error: unknown) => {
      failures.push(new Error(`The stand-in for the model could not answer: ${error}`));
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    failures,
    results: () => [
      ...new Map(exchanges.flatMap(({ seen }) => seen.results).map((one) => [one.id, one])).values(),
    ],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function player(script: Script): (seen: Seen) => Promise<Turn | undefined> {
  let playing: ReturnType<Script> | undefined;
  return async (seen) => {
    const step = playing ? playing.next(seen) : undefined;
    playing ??= script(seen);
    const { value } = await (step ?? playing.next());
    if (typeof value === 'object') await value.after;
    return value ?? undefined;
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  turnFor: (seen: Seen) => Promise<Turn>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const path = request.url?.split('?')[0];
  if (request.method !== 'POST' || path !== '/v1/messages') {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ type: 'error', error: { type: 'not_found_error', message: 'not here' } }));
    return;
  }
  const seen = readRequest(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  answerStreamed(response, seen, blocksOf(await turnFor(seen), seen));
}

function blocksOf(turn: Turn, seen: Seen): Block[] {
  const { text, calls = [] } = typeof turn === 'string' ? { text: turn } : turn;
  const words: Block[] = text || calls.length === 0 ? [{ type: 'text', text: text || '(nothing)' }] : [];
  return [
    ...words,
    ...calls.map(({ tool, input }): Block => ({ type: 'tool_use', name: fullName(tool, seen), input })),
  ];
}

/** Tools of a server are offered as `mcp__<server>__<tool>`. A tool that is not offered goes out as it was named. */
const fullName = (tool: string, seen: Seen): string =>
  seen.toolNames.find((name) => name === tool || name.endsWith(`__${tool}`)) ?? tool;
