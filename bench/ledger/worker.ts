// One process of the race: opens the store, says that it is ready, waits for the start, and reports every operation.
import { flushCompileCache } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import type { Assignment, Report } from './race.ts';
import { registrationOf, type Store } from './store.ts';
import { WAYS } from './stores.ts';

process.once('message', (assignment: Assignment) => {
  void open(assignment);
});

async function open(assignment: Assignment): Promise<void> {
  const store = await WAYS[assignment.way].open(assignment);
  process.once('message', () => {
    void work(store, assignment).then(async (report) => {
      await store.end();
      // It is ended as soon as it has reported.
      flushCompileCache();
      process.send?.(report, () => process.disconnect());
    });
  });
  process.send?.('ready');
}

async function work(store: Store, { worker, registers, held, pauseMs }: Assignment): Promise<Report> {
  const report: Report = { began: now(), ended: 0, registerMs: [], closeMs: [], acknowledged: [], failed: 0 };
  for (let n = 0; n < registers; n += 1) {
    // Spread out, so that calm stays calm.
    if (pauseMs > 0) await delay(pauseMs * (0.5 + Math.random()));
    const registration = registrationOf(worker, n);
    const started = performance.now();
    try {
      if (await store.register(registration)) report.acknowledged.push(registration.issue);
      else report.failed += 1;
    } catch {
      report.failed += 1;
    }
    report.registerMs.push(performance.now() - started);
    if (n < held) continue;
    const closing = performance.now();
    await store.close(registrationOf(worker, n - held)).catch(() => {
      report.failed += 1;
    });
    report.closeMs.push(performance.now() - closing);
  }
  return { ...report, ended: now() };
}

/** Comparable between processes. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
