import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { TestPostgres } from '../../support/postgres.ts';

/** One message of the protocol, whole (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
export interface Message {
  /** Empty for the first message of a client, which has no letter. */
  letter: string;
  bytes: Buffer;
}

/** Cuts what arrives into messages: a client's from its first one on, a server's without `isClient`. */
export function messageReader(
  onMessage: (message: Message) => void,
  { isClient }: { isClient: boolean },
): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  let isFirst = isClient;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const head = isFirst ? 0 : 1;
      if (rest.length < head + 4) return;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return;
      const message = { letter: rest.toString('latin1', 0, head), bytes: rest.subarray(0, length) };
      rest = rest.subarray(length);
      isFirst = false;
      onMessage(message);
    }
  };
}

/** The statements of a query message. */
export const textOf = ({ bytes }: Message): string => bytes.toString('utf8', 5, bytes.length - 1);

export interface Wire {
  /** For a session: the server, through this wire. */
  url: string;
  /** The text of every query that a client has sent, oldest first: each is a journey to the server and back. */
  queries: string[];
  /** All that the server has planned for the connections of now is gone, and their clients do not know. */
  forgetPlans(): Promise<void>;
  close(): Promise<void>;
}

/** A wire to the server on which every message is counted. */
export async function wireTo({ listens, user, password }: TestPostgres): Promise<Wire> {
  const queries: string[] = [];
  const open = new Set<Socket>();
  const upstreams = new Map<Socket, Socket>();
  const server = createServer((client) => {
    const upstream = connect(listens);
    upstreams.set(upstream, client);
    upstream.on('close', () => upstreams.delete(upstream));
    const read = messageReader(
      (message) => {
        if (message.letter === 'Q') queries.push(textOf(message));
      },
      { isClient: true },
    );
    client.on('data', read);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => open.delete(socket));
      socket.pipe(other);
    }
  });
  return {
    url: addressOf(await portOf(server), { user, password }),
    queries,
    forgetPlans: async () => {
      for (const [upstream, client] of upstreams) {
        upstream.unpipe(client);
        upstream.write(DEALLOCATE);
        await once(upstream.resume(), 'data');
        upstream.pipe(client);
      }
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const DEALLOCATE = Buffer.from('Q\0\0\0\x13DEALLOCATE ALL\0', 'latin1');

export async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export const addressOf = (
  port: number,
  { user, password }: Pick<TestPostgres, 'user' | 'password'>,
): string =>
  `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
