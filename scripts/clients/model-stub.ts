import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tryParseJson } from '../../src/core/json.ts';
import { nextMove, type Step, type Turn, type Wire } from './conversation.ts';

export interface ModelStub {
  url: string;
  /** What the model was shown, request by request. */
  turns(): readonly Turn[];
  /** What the client asked for besides: of this server, and, as it is the client's proxy too, of the world outside. */
  others(): readonly string[];
  close(): Promise<void>;
}

/**
 * A scripted model on loopback. It is the client's proxy as well: whatever the client wants from another machine is
 * refused and written down.
 */
export async function startModelStub(wire: Wire, steps: readonly Step[]): Promise<ModelStub> {
  const turns: Turn[] = [];
  const others: string[] = [];
  let answers = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '' } = request;
    const path = url.replace(/\?.*$/, '');
    const body = await bodyOf(request);
    if (!wire.isModel(method, path)) {
      others.push(`${method} ${path}`);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"not here"}}');
      return;
    }
    const turn = wire.read(tryParseJson(body));
    turns.push(turn);
    answers += 1;
    const reply = wire.write(nextMove(turn, steps), answers, path);
    response.writeHead(200, { 'content-type': reply.contentType }).end(reply.body);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connect', (request, socket) => {
    others.push(`CONNECT ${request.url}`);
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    turns: () => turns,
    others: () => others,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
