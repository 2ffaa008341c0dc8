import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openLedgerIn, storeOf } from './ours.ts';
import { registrationOf, type Store } from './store.ts';

/** Of one process that nobody disturbs: the times of `register` in two stores, in milliseconds. */
export interface ByTurns {
  one: number[];
  other: number[];
}

/** A store with so many ended runs beside one with none. */
export const withHistory = (runs: number, registers: number): Promise<ByTurns> =>
  byTurns({ withView: false }, { withView: false, runs }, registers);

/** A store whose view is rendered beside one without a view; between two registers there is time to render. */
export const withRendering = (registers: number): Promise<ByTurns> =>
  byTurns({ withView: false }, { withView: true }, registers, 10);

interface Kind {
  withView: boolean;
  runs?: number;
}

async function byTurns(one: Kind, other: Kind, registers: number, pauseMs = 0): Promise<ByTurns> {
  const stores = [await prepare(one), await prepare(other)];
  const times: number[][] = [[], []];
  try {
    for (let n = 0; n < registers; n += 1) {
      for (const [at, { store }] of stores.entries()) {
        const registration = registrationOf(1, n);
        const started = performance.now();
        await store.register(registration);
        times[at]?.push(performance.now() - started);
        await store.close(registration);
      }
      if (pauseMs > 0) await delay(pauseMs);
    }
  } finally {
    for (const { store, folder } of stores) {
      await store.end();
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { one: times[0] ?? [], other: times[1] ?? [] };
}

async function prepare({ withView, runs = 0 }: Kind): Promise<{ store: Store; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-ledger-'));
  const store = storeOf(await openLedgerIn(folder, { withView }), 1);
  for (let n = 0; n < runs; n += 1) {
    await store.register(registrationOf(2, n));
    await store.close(registrationOf(2, n));
  }
  return { store, folder };
}
