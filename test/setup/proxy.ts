import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

/** What an answer looks like on its way back: a server of another version, or another clock. */
export interface Answer {
  path: string;
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: a test changes what a server would say.
  body: any;
}

/** Stands before the sandbox and changes its answers. Close it after the test. */
export async function openProxy(
  sandbox: Sandbox,
  change: (answer: Answer) => void,
): Promise<{ url: string; githubUrl: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const authorization = request.headers.authorization ?? '';
    const answered = await fetch(`${sandbox.url}${request.url}`, { headers: { authorization } });
    const answer: Answer = {
      path: request.url ?? '',
      status: answered.status,
      headers: Object.fromEntries([...answered.headers].filter(([name]) => KEPT.test(name))),
      body: await answered.json(),
    };
    change(answer);
    response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    githubUrl: sandbox.githubUrl.replace(sandbox.url, url),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const KEPT = /^(content-type|date|link|x-)/;
