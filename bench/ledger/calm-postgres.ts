import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { openPostgresLedger } from '../../ledger/postgres-ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { stderrLog } from '../../src/core/log.ts';
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import { storeOf } from './ours.ts';
import { registrationOf } from './store.ts';

const SESSIONS = 16;
const REGISTERS = 6;
const PAUSE_MS = 400;

/**
 * Times of `register` in milliseconds, of sessions of which each registers about every 400 ms, over TCP on 127.0.0.1.
 * A sentence where no PostgreSQL can be had.
 */
export async function calmPostgres(): Promise<number[] | string> {
  const server = await startPostgres();
  if (typeof server === 'string') return server;
  const proxy = await onLoopback(server);
  try {
    const sessions = Array.from({ length: SESSIONS }, (_, worker) => timesOf(proxy.url, worker));
    return (await Promise.all(sessions)).flat();
  } finally {
    proxy.close();
    await server.stop();
  }
}

async function timesOf(url: string, worker: number): Promise<number[]> {
  const repository = `example.com/bench/${process.pid}`;
  const ledger = await openPostgresLedger({ url, repository, clock: systemClock, log: stderrLog('error') });
  const store = storeOf(ledger, worker);
  const times: number[] = [];
  try {
    for (let n = 0; n <= REGISTERS; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())));
      const started = performance.now();
      await store.register(registrationOf(worker, n));
      // The first one finds the connection and the plans cold.
      if (n > 0) times.push(performance.now() - started);
      await store.close(registrationOf(worker, n));
    }
  } finally {
    await store.end();
  }
  return times;
}

/** The server of the tests listens on a socket in a folder; a session of a team comes over TCP. */
async function onLoopback({
  listens,
  user,
  password,
}: TestPostgres): Promise<{ url: string; close: () => void }> {
  const open = new Set<Socket>();
  const proxy: Server = createServer((client) => {
    const server = connect(listens);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(socket.setNoDelay(true));
      socket.on('error', () => other.destroy());
      socket.on('close', () => open.delete(socket));
      socket.pipe(other);
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    close: () => {
      for (const socket of open) socket.destroy();
      proxy.close();
    },
  };
}
