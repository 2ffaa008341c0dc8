import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  port: number;
  /** Nothing gets through any more, in either direction, and nobody is told: a cable that was pulled. */
  cut(): void;
  /** What was held back arrives, late, as TCP has it. */
  restore(): void;
  /** Ends all connections and refuses new ones until `restore`. */
  sever(): void;
  /** Called with every piece from a client before it is passed on; `hold` cuts before it, `lose` after it. */
  watch(look: ((bytes: Buffer) => 'pass' | 'hold' | 'lose') | undefined): void;
  close(): Promise<void>;
}

/** A proxy before a TCP or socket server, as a network that can fail. */
export async function tcpProxy(target: { path: string } | { port: number; host: string }): Promise<TcpProxy> {
  const pairs = new Set<[Socket, Socket]>();
  let isCut = false;
  let isSevered = false;
  let look: Parameters<TcpProxy['watch']>[0];
  const end = (pair: [Socket, Socket]) => {
    pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(target);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => end(pair));
      // The end of one side is news too, and does not get through a cut.
      socket.on('close', () => (isCut ? pairs.delete(pair) : end(pair)));
    }
    client.on('data', (bytes) => {
      const verdict = look?.(bytes) ?? 'pass';
      if (verdict === 'hold') {
        client.pause();
        client.unshift(bytes);
        return;
      }
      upstream.write(bytes);
      if (verdict === 'lose') {
        upstream.removeAllListeners('data');
        upstream.resume();
        setTimeout(() => end(pair), 100);
      }
    });
    upstream.on('data', (bytes) => client.write(bytes));
    if (isSevered) end(pair);
    else if (isCut) for (const socket of pair) socket.pause();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    cut() {
      isCut = true;
      for (const socket of [...pairs].flat()) socket.pause();
    },
    restore() {
      isCut = false;
      isSevered = false;
      for (const socket of [...pairs].flat()) socket.resume();
    },
    sever() {
      isSevered = true;
      for (const pair of [...pairs]) end(pair);
    },
    watch(next) {
      look = next;
    },
    async close() {
      for (const pair of [...pairs]) end(pair);
      server.close();
      await once(server, 'close');
    },
  };
}
