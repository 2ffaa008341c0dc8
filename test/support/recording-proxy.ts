import { once } from 'node:events';
import { createServer, request as forward, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange } from './vendor-contract.ts';

export interface RecordingProxy {
  /** Has no slash at its end; `prefix` is part of it. */
  url: string;
  /** What came under the prefix, with what was answered. */
  exchanges: Exchange[];
  /** Paths that were asked for beside the prefix. */
  strays: string[];
  close(): Promise<void>;
}

/**
 * A server on loopback that passes everything below `prefix` on to `target` and keeps what was said. Absolute
 * addresses in answers and their headers are left as the target made them.
 */
export async function startRecordingProxy(
  target: string,
  options: { prefix?: string; host?: '127.0.0.1' | '::1' } = {},
): Promise<RecordingProxy> {
  const { prefix = '', host = '127.0.0.1' } = options;
  const exchanges: Exchange[] = [];
  const strays: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://proxy.invalid');
    const asked = await textOf(request);
    if (!url.pathname.startsWith(`${prefix}/`)) {
      strays.push(`${request.method} ${url.pathname}`);
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not here</h1>');
      return;
    }
    const path = url.pathname.slice(prefix.length);
    const answer = await passOn(
      `${target}${path}${url.search}`,
      request.method ?? 'GET',
      request.headers,
      asked,
    );
    exchanges.push({
      method: request.method ?? 'GET',
      path,
      query: url.searchParams,
      headers: request.headers,
      body: asked === '' ? undefined : JSON.parse(asked),
      status: answer.status,
      answerHeaders: answer.headers,
      answer: parsed(answer.text),
    });
    response.writeHead(answer.status, answer.headers).end(answer.text);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host === '::1' ? '[::1]' : host}:${port}${prefix}`,
    exchanges,
    strays,
    close: () => closed(server),
  };
}

async function closed(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, 'close');
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function passOn(
  url: string,
  method: string,
  headers: IncomingHttpHeaders,
  body: string,
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const { host: _, ...others } = headers;
  const request = forward(url, { method, headers: others }).end(body);
  const [answer] = await once(request, 'response');
  const { 'transfer-encoding': __, ...answered } = answer.headers as IncomingHttpHeaders;
  return { status: answer.statusCode, headers: answered, text: await textOf(answer) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text === '' ? undefined : text;
  }
}
