import '../instrument.mjs';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as Sentry from '@sentry/node';
import { readSettings } from '../src/config/settings.mjs';
import { dispatch } from '../src/dispatch.mjs';

const FLUSH_EVERY = 25;
const FLUSH_TIMEOUT_MS = 5_000;

const settings = readSettings(process.env);
const notify = {
  step: (message) => Sentry.addBreadcrumb({ category: 'job', message, level: 'info' }),
  info: (message) => Sentry.captureMessage(message, 'info'),
  warning: (message) => Sentry.captureMessage(message, 'warning'),
};

let done = 0;
let reports = 0;
Sentry.getClient()?.on('afterSendEvent', (_event, { statusCode }) => {
  if (statusCode < 300) reports += 1;
});
process.on('exit', () => process.stdout.write(`${JSON.stringify({ jobs: done, reports })}\n`));

notify.info('Worker started');
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  await work(JSON.parse(line));
  done += 1;
  // The SDK drops what its send buffer cannot hold, so a long run is emptied now and then.
  if (done % FLUSH_EVERY === 0) await Sentry.flush(FLUSH_TIMEOUT_MS);
}
await Sentry.close(FLUSH_TIMEOUT_MS);

async function work(job) {
  describe(job);
  try {
    await dispatch(job, { settings, notify });
  } catch (error) {
    Sentry.captureException(error);
  }
  // What the job left for after its answer runs before the next job begins, under its own name.
  await nextTurn();
}

function describe(job) {
  const scope = Sentry.getIsolationScope();
  scope.clearBreadcrumbs();
  scope.setUser(job.user ?? null);
  scope.setTag('job.kind', job.kind);
  scope.setContext('job', { id: job.id, kind: job.kind, receivedAt: job.receivedAt });
  scope.setSDKProcessingMetadata({ normalizedRequest: job.request ?? {} });
}
