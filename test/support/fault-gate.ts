import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Moment = 'before it is done' | 'after it is done';

/** A gate in front of the sandbox that can stop one request: before it is done, or before its answer gets back. */
export interface Gate {
  url: string;
  /** The next request of this method whose path matches is held for ever, at that moment. Resolves when it is. */
  hold(method: string, path: RegExp, moment: Moment): Promise<void>;
  close(): Promise<void>;
}

export async function openGate(target: string): Promise<Gate> {
  let rule: { method: string; path: RegExp; moment: Moment; reached: () => void } | undefined;

  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request;
    const held = rule?.method === method && rule.path.test(url) ? rule : undefined;
    if (held) rule = undefined;
    if (held?.moment === 'before it is done') return held.reached();
    const onward = forward(new URL(url, target), { method, headers, agent: false });
    request.pipe(onward);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    const chunks = await answer.toArray();
    if (held) return held.reached();
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(Buffer.concat(chunks));
  };

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: (method, path, moment) =>
      new Promise((reached) => {
        rule = { method, path, moment, reached };
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
