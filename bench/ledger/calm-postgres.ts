import { openPostgresLedger } from '../../ledger/postgres-ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { stderrLog } from '../../src/core/log.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { storeOf } from './ours.ts';
import { registrationOf } from './store.ts';

const SESSIONS = 16;
const REGISTERS = 10;
const PAUSE_MS = 400;

/**
 * Times of `register` in milliseconds, of sessions of which each registers or closes about every 400 ms, over TCP on 127.0.0.1.
 * A sentence where no PostgreSQL can be had.
 */
export async function calmPostgres(): Promise<number[] | string> {
  const server = await startPostgres({ tcp: true });
  if (typeof server === 'string') return server;
  try {
    const sessions = Array.from({ length: SESSIONS }, (_, worker) => timesOf(server.url, worker));
    return (await Promise.all(sessions)).flat();
  } finally {
    await server.stop();
  }
}

const calm = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())));

async function timesOf(url: string, worker: number): Promise<number[]> {
  const repository = `example.com/bench/${process.pid}`;
  const ledger = await openPostgresLedger({ url, repository, clock: systemClock, log: stderrLog('error') });
  const store = storeOf(ledger, worker);
  const times: number[] = [];
  try {
    for (let n = 0; n <= REGISTERS; n += 1) {
      await calm();
      const started = performance.now();
      await store.register(registrationOf(worker, n));
      // The first one finds the connection and the plans cold.
      if (n > 0) times.push(performance.now() - started);
      await calm();
      await store.close(registrationOf(worker, n));
    }
  } finally {
    await store.end();
  }
  return times;
}
