import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Contract, Exchange, Operation } from './vendor-contract.ts';
import { requestProblems } from './vendor-hold.ts';
import { type Style, sampleOf } from './vendor-values.ts';

export interface VendorMock {
  url: string;
  /** What was wrong with the requests that came. */
  problems: string[];
  close(): Promise<void>;
}

/**
 * A server made from a vendor's description alone, as strangers would make one: it knows no data, answers the vendor's
 * example or a value of the schema with no header of the vendor's, and refuses what the description does not have.
 */
export async function startVendorMock(contract: Contract, style: Style | 'example'): Promise<VendorMock> {
  const problems: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://mock.invalid');
    const exchange: Exchange = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
      status: 0,
      answerHeaders: {},
      answer: undefined,
    };
    const send = (status: number, type: string, body: unknown) =>
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
    const operation = contract.operationOf(exchange.method, exchange.path);
    if (!operation)
      return send(404, 'application/problem+json', { title: 'Route not resolved', status: 404 });
    const wrong = requestProblems(contract, exchange);
    problems.push(...wrong);
    if (wrong.length > 0)
      return send(422, 'application/problem+json', { title: 'Invalid request', detail: wrong[0] });
    if (!request.headers.authorization)
      return send(401, 'application/problem+json', { title: 'Unauthorized' });
    const { status, body } = answerOf(contract, operation, style);
    send(status, 'application/json', body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    problems,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answerOf(contract: Contract, operation: Operation, style: Style | 'example') {
  const [status, answer] = [...operation.answers].find(([code]) => code.startsWith('2')) ?? [
    '200',
    undefined,
  ];
  const example = answer?.examples[0];
  const made = style === 'example' ? 'required' : style;
  return {
    status: Number(status),
    body:
      style === 'example' && example !== undefined ? example : sampleOf(contract, answer?.schema ?? {}, made),
  };
}
