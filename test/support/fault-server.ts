import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import type { Certificate } from './fault-certificate.ts';

export interface SeenRequest {
  method: string;
  path: string;
  authorization: string | undefined;
}

export interface FaultyServer {
  url: string;
  port: number;
  requests: SeenRequest[];
  /** How often somebody connected, whether a request followed or not. */
  connections(): number;
  close(): Promise<void>;
}

/** An HTTP server that answers everything as `answer` does, and remembers what it was asked. */
export async function faultyServer(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  certificate?: Certificate,
): Promise<FaultyServer> {
  const requests: SeenRequest[] = [];
  const listener: RequestListener = (request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, path: url, authorization: headers.authorization });
    response.on('error', () => {});
    answer(request, response, requests.length);
  };
  const server: Server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  server.on('tlsClientError', () => {});
  const { port, connections } = await listen(server);
  return {
    url: `http${certificate ? 's' : ''}://127.0.0.1:${port}`,
    port,
    requests,
    connections,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A server below HTTP: `talk` gets each connection. */
export async function faultyListener(talk: (socket: Socket) => void): Promise<FaultyServer> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    talk(socket);
  });
  const { port, connections } = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests: [],
    connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function listen(server: Server | ReturnType<typeof createTcpServer>) {
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** A whole answer in JSON. */
export function json(
  response: ServerResponse,
  body: unknown,
  headers: Record<string, string> = {},
  status = 200,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A list of one issue, seen a moment ago, as Sentry answers it. */
export function listOfOne() {
  const now = new Date().toISOString();
  return [
    {
      id: '1',
      shortId: 'RACE-DAY-1',
      title: 'TypeError: the pit board is dark',
      culprit: 'board',
      permalink: 'http://127.0.0.1/organizations/pitstop/issues/1/',
      level: 'error',
      status: 'unresolved',
      substatus: 'ongoing',
      platform: 'node',
      project: { id: '1', slug: 'race-day', name: 'race-day', platform: 'node' },
      type: 'error',
      metadata: { type: 'TypeError', value: 'the pit board is dark' },
      count: '3',
      userCount: 2,
      firstSeen: now,
      lastSeen: now,
    },
  ];
}
