import * as z from 'zod';
import { upstreamError } from '../../core/errors.ts';
import { tryParseJson } from '../../core/json.ts';
import { childEnvironment, type RunResult, run } from '../../core/run.ts';
import { type Scenario, TRAFFIC } from './scenarios.ts';

export { type Scenario, TRAFFIC } from './scenarios.ts';

export interface TrafficOptions {
  /** A copy of the sample app in which `@sentry/node` resolves. */
  repository: string;
  dsn: string;
  release: string;
  env: NodeJS.ProcessEnv;
  /** The Node.js to run the app with: 22.12 or later. */
  node: string;
  /** Milliseconds since the epoch; the traffic lies in the days before it. */
  now: number;
  onProgress?: (text: string) => void;
}

/**
 * Runs the sample app through `TRAFFIC`: jobs that end a worker get a process each, all others share two.
 * Answers how many events the inbox took, and how many workers crashed.
 */
export async function runTraffic(options: TrafficOptions): Promise<{ events: number; crashes: number }> {
  const batches = planBatches(options.now);
  let events = 0;
  let crashes = 0;
  await inParallel(AT_ONCE, batches, async (batch) => {
    const reports = await runWorker(batch, options);
    events += reports;
    if (batch.fatal) crashes += 1;
    options.onProgress?.(`${batch.title}: ${reports} events`);
  });
  return { events, crashes };
}

const AT_ONCE = 2;
const HOUR_MS = 3_600_000;
const WORKER_TIMEOUT_MS = 120_000;

interface Batch {
  title: string;
  jobs: Job[];
  fatal: boolean;
}

interface Job {
  id: string;
  receivedAt: number;
  kind: string;
  [field: string]: unknown;
}

function planBatches(now: number): Batch[] {
  const lasting = TRAFFIC.filter((scenario) => !scenario.fatal)
    .flatMap((scenario) => jobsOf(scenario, now))
    .sort((a, b) => a.receivedAt - b.receivedAt);
  const shared = Array.from({ length: AT_ONCE }, (_, worker) => ({
    title: `worker ${worker + 1}`,
    jobs: lasting.filter((_job, index) => index % AT_ONCE === worker),
    fatal: false,
  }));
  const alone = TRAFFIC.filter((scenario) => scenario.fatal).flatMap((scenario) =>
    jobsOf(scenario, now).map((job) => ({ title: scenario.name, jobs: [job], fatal: true })),
  );
  return [...shared, ...alone];
}

function jobsOf(scenario: Scenario, now: number): Job[] {
  const step = (scenario.oldest - scenario.newest) / Math.max(1, scenario.events - 1);
  return Array.from({ length: scenario.events }, (_, index) => ({
    id: `${scenario.kind}-${index + 1}`,
    kind: scenario.kind,
    receivedAt: Math.round(now - (scenario.oldest - step * index) * HOUR_MS),
    user: scenario.users > 0 ? crewMember(index % scenario.users) : undefined,
    request: {
      method: 'POST',
      url: `https://pitstop.example/jobs/${scenario.kind}`,
      headers: { 'user-agent': 'pitwall/3.1', authorization: 'Bearer sample-token-of-the-pit-wall' },
    },
    input: scenario.input,
  }));
}

const crewMember = (index: number) => ({
  id: `crew-${index + 1}`,
  email: `crew-${index + 1}@pitstop.example`,
});

async function runWorker(batch: Batch, options: TrafficOptions): Promise<number> {
  const result = await run(options.node, ['bin/worker.mjs'], {
    cwd: options.repository,
    env: {
      ...childEnvironment(options.env),
      SENTRY_DSN: options.dsn,
      SENTRY_RELEASE: options.release,
      // The inbox is on this machine; a proxy would not find it.
      no_proxy: new URL(options.dsn).hostname,
    },
    timeoutMs: WORKER_TIMEOUT_MS,
    input: batch.jobs.map((job) => `${JSON.stringify(job)}\n`).join(''),
  });
  const summary = SUMMARY.safeParse(tryParseJson(result.stdout.trim().split('\n').at(-1) ?? ''));
  const ended = batch.fatal ? result.code !== 0 : result.code === 0;
  if (!summary.success || !ended) throw unexpectedEnd(batch, result);
  if (summary.data.reports === 0) throw nothingArrived();
  return summary.data.reports;
}

const SUMMARY = z.object({ reports: z.number() });

const unexpectedEnd = (batch: Batch, result: RunResult) =>
  upstreamError(
    `The sample app did not run as scripted (${batch.title}): exit code ${result.code}${result.timedOut ? ', out of time' : ''}. ${lastLines(result.stderr)}`,
    'Run it with Node.js 22.12 or later, with the dependencies of this package installed.',
  );

const nothingArrived = () =>
  upstreamError(
    'The sample app reported its crashes, but the inbox took none of them.',
    'Check that the inbox of the DSN is running and takes events.',
  );

const lastLines = (text: string) => text.trim().split('\n').slice(-5).join('\n');

/** Waits for everything that was begun, also after a failure: no worker outlives the call. */
async function inParallel<Item>(
  width: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const takeNext = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  const lanes = Array.from({ length: width }, () =>
    takeNext().catch((error: unknown) => {
      queue.length = 0;
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected');
  if (failed) throw failed.reason;
}
