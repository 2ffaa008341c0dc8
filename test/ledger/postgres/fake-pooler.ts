import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import pg from 'pg';
import type { TestPostgres } from '../../support/postgres.ts';
import { addressOf, type Message, messageReader, portOf } from './wire.ts';

export interface FakePooler {
  url: string;
  close(): Promise<void>;
}

/** Which connection to the server a message goes to: one's own, or whichever is free for a transaction or statement. */
export type PoolMode = 'session' | 'transaction' | 'statement';

/**
 * What poolers such as PgBouncer do, as far as it concerns a client: own process numbers, connections to the server that
 * change hands, notices that reach only who holds the connection at that moment.
 */
export async function fakePooler(postgres: TestPostgres, mode: PoolMode): Promise<FakePooler> {
  const clients = new Set<Socket>();
  const servers: Backend[] = [];
  const free: Backend[] = [];
  const waiting: ((backend: Backend) => void)[] = [];
  const release = (backend: Backend) => {
    const next = waiting.shift();
    if (next) next(backend);
    else free.push(backend);
  };
  const acquire = async (): Promise<Backend> => {
    const backend = free.pop();
    if (backend) return backend;
    if (mode !== 'session' && servers.length >= POOL_SIZE) {
      return new Promise((resolve) => waiting.push(resolve));
    }
    const made = await backendOf(postgres);
    servers.push(made);
    return made;
  };
  const server = createServer((client) => {
    clients.add(client);
    let held: Promise<Backend> | undefined;
    const letGo = () => {
      void held?.then((backend) => {
        backend.onMessage = undefined;
        release(backend);
      });
      held = undefined;
    };
    const fromServer = ({ letter, bytes }: Message) => {
      const status = letter === 'Z' ? String.fromCharCode(bytes[5] ?? 0) : '';
      if (mode === 'statement' && status === 'T') client.end(NO_TRANSACTIONS);
      else client.write(bytes);
      if (mode !== 'session' && status === 'I') letGo();
    };
    const fromClient = async (message: Message) => {
      if (message.letter === '') client.write(WELCOME);
      else if (message.letter === 'X') client.end();
      else {
        held ??= acquire();
        const backend = await held;
        backend.onMessage = fromServer;
        backend.stream.write(message.bytes);
      }
    };
    client.on('data', messageReader(fromClient, { isClient: true }));
    client.on('error', () => client.destroy());
    client.on('close', () => clients.delete(client));
  });
  return {
    url: addressOf(await portOf(server), postgres),
    close: async () => {
      for (const client of clients) client.destroy();
      for (const { stream } of servers) stream.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const POOL_SIZE = 3;

interface Backend {
  stream: Socket;
  onMessage: ((message: Message) => void) | undefined;
}

/** pg logs in; what comes after that is ours. */
async function backendOf({ url }: TestPostgres): Promise<Backend> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  client.on('error', () => {});
  const stream: unknown = Reflect.get(Reflect.get(client, 'connection'), 'stream');
  if (!(stream instanceof Socket)) throw new Error('pg keeps its socket elsewhere now');
  const backend: Backend = { stream, onMessage: undefined };
  stream.removeAllListeners('data');
  stream.on(
    'data',
    messageReader((message) => backend.onMessage?.(message), { isClient: false }),
  );
  return backend;
}

const messageOf = (letter: string, ...parts: (string | number)[]): Buffer => {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : numberOf(part))),
  );
  return Buffer.concat([Buffer.from(letter), numberOf(body.length + 4), body]);
};

const numberOf = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** Let in without a password; a process number of the pooler's own; ready. */
const WELCOME = Buffer.concat([messageOf('R', 0), messageOf('K', 7, 7), messageOf('Z', 'I')]);
const NO_TRANSACTIONS = messageOf(
  'E',
  'SFATAL\0C08P01\0Mtransaction blocks not allowed in statement pooling mode\0\0',
);
