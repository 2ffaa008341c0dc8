import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgresLedger, type PostgresLedgerOptions } from '../../ledger/postgres-ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { stderrLog } from '../../src/core/log.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { storeOf } from './ours.ts';
import { registrationOf } from './store.ts';

const SESSIONS = 16;
const REGISTERS = 10;
const PAUSE_MS = 400;

/** Times of `register` in milliseconds. */
export interface Calm {
  /** The database alone. */
  alone: number[];
  /** With what all sessions of one clone keep beside it: the copy for the hooks, which is written before the answer, and the view. */
  inClone: number[];
}

/**
 * Of sessions in one process of which each registers or closes about every 400 ms, over TCP on 127.0.0.1. A sentence where
 * no PostgreSQL can be had.
 */
export async function calmPostgres(): Promise<Calm | string> {
  const server = await startPostgres({ tcp: true });
  if (typeof server === 'string') return server;
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-calm-'));
  const clone = { folder: join(folder, 'pitcrew'), view: { file: join(folder, 'active-runs.md') } };
  try {
    const alone = await sessions(server.url, 'alone', {});
    return { alone, inClone: await sessions(server.url, 'clone', clone) };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Clone = Pick<PostgresLedgerOptions, 'folder' | 'view'>;

async function sessions(url: string, repository: string, clone: Clone): Promise<number[]> {
  const options = { url, repository: `example.com/bench/${repository}`, ...clone };
  const all = Array.from({ length: SESSIONS }, (_, worker) => timesOf(options, worker));
  return (await Promise.all(all)).flat();
}

const calm = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())));

async function timesOf(
  options: Clone & { url: string; repository: string },
  worker: number,
): Promise<number[]> {
  const ledger = await openPostgresLedger({ ...options, clock: systemClock, log: stderrLog('error') });
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
