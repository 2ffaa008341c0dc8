import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/core/clock.ts';
import { stderrLog } from '../src/core/log.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/sandbox.ts';
import { openSentryClient } from '../src/sentry/client.ts';
import { buildTriage } from '../src/triage/rank.ts';
import { atLeast, atMost, type Figure, median, rounded, span } from './figure.ts';

const CANDIDATES = 100;
const LATENCY_MS = 80;
const ROUNDS = 3;

/** 100 candidates ranked by score at 80 ms a request, against fetching their events one at a time. */
export async function triage(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-'));
  const sandbox = await startSandbox({
    dataDirectory: folder,
    clock: systemClock,
    env: process.env,
    latencyMs: LATENCY_MS,
    limits: { perSecond: 40, concurrent: 25 },
  });
  try {
    await fill(sandbox);
    return [...(await calm(sandbox)), ...(await limited(sandbox, false)), ...(await limited(sandbox, true))];
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function calm(sandbox: Sandbox): Promise<Figure[]> {
  const one: number[] = [];
  const top: number[] = [];
  const all: number[] = [];
  let refused = 0;
  let requests = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Side by side in one run: what the machine does to one of them it does to the others.
    one.push((await oneAtATime(sandbox)).ms);
    await aSecond();
    const before = sandbox.requestLog().length;
    top.push((await ours(sandbox, 5)).ms);
    requests = sandbox.requestLog().length - before;
    await aSecond();
    all.push((await ours(sandbox, CANDIDATES)).ms);
    refused += sandbox
      .requestLog()
      .slice(before)
      .filter(({ status }) => status === 429).length;
    await aSecond();
  }
  return [
    atLeast(
      {
        name: '100 candidates ranked by score, top 5 shown, times faster',
        value: rounded(median(one) / median(top)),
        unit: 'x',
        detail: `one at a time ${span(one, 'ms')}; ours ${span(top, 'ms')}, ${requests} requests: an event is fetched only where it could change the top 5`,
      },
      10,
    ),
    {
      name: '100 candidates ranked by score, all 100 shown, times faster',
      value: rounded(median(one) / median(all)),
      unit: 'x',
      detail: `ours ${span(all, 'ms')}; 101 requests at 40 a second take at least 1.5 s, so no client can reach 10x here`,
    },
    atMost(
      {
        name: 'requests over the limit of 40/s or 25 in flight',
        value: refused,
        unit: 'requests',
        detail: 'counted by the server, which enforces both',
      },
      0,
    ),
  ];
}

async function limited(sandbox: Sandbox, onlySentryHeaders: boolean): Promise<Figure[]> {
  const rule = {
    match: { side: 'sentry' as const, path: '/events/' },
    probability: 0.1,
    seed: 7,
    kind: 'status' as const,
    status: 429,
    ...(onlySentryHeaders ? { onlySentryHeaders: true } : { retryAfter: 1 }),
  };
  sandbox.misbehave(rule);
  const reference = await oneAtATime(sandbox);
  const result = await ours(sandbox, CANDIDATES);
  sandbox.behave();
  await aSecond();
  const headers = onlySentryHeaders ? "only Sentry's headers" : 'Retry-After';
  return [
    atMost(
      {
        name: `candidates lost at 10 % of answers 429, ${headers}`,
        value: result.lost,
        unit: 'of 100',
        detail: `one at a time, without retries, loses ${reference.lost}; ours took ${Math.round(result.ms)} ms for all 100`,
      },
      0,
    ),
  ];
}

async function ours(sandbox: Sandbox, top: number): Promise<{ ms: number; lost: number }> {
  const client = openSentryClient({
    baseUrl: sandbox.url,
    organization: sandbox.organization,
    token: sandbox.token,
    userAgent: 'pitcrew-bench',
    clock: systemClock,
    log: stderrLog('error'),
  });
  const started = performance.now();
  const result = await buildTriage({ client, options: { sort: 'score', top, sample: CANDIDATES } });
  const ms = performance.now() - started;
  await client.close();
  const lost =
    result.listed -
    result.rows.length -
    result.below +
    result.rows.filter((row) => row.event === 'failed').length;
  return { ms, lost: top === CANDIDATES ? lost : 0 };
}

/** As the source script does it: the list, then each event after the other; a failure loses the candidate. */
async function oneAtATime(sandbox: Sandbox): Promise<{ ms: number; lost: number }> {
  const headers = { authorization: `Bearer ${sandbox.token}` };
  const root = `${sandbox.url}/api/0/organizations/${sandbox.organization}/issues/`;
  const started = performance.now();
  const listed = await fetch(`${root}?query=is:unresolved&sort=freq&limit=${CANDIDATES}`, { headers });
  const issues: unknown = await listed.json();
  let lost = 0;
  for (const { id } of Array.isArray(issues) ? issues : []) {
    const answer = await fetch(`${root}${id}/events/latest/`, { headers });
    if (answer.ok) await answer.json();
    else lost += 1;
  }
  return { ms: performance.now() - started, lost };
}

async function fill(sandbox: Sandbox): Promise<void> {
  const address = `${sandbox.url}/api/1/store/?sentry_key=${new URL(sandbox.dsn()).username}`;
  for (let issue = 0; issue < CANDIDATES; issue += 1) {
    // A long tail, as production has one.
    const events = Math.max(2, Math.round(120 / (issue + 1)));
    await Promise.all(Array.from({ length: events }, (_, user) => send(address, crash(issue, user))));
  }
}

const send = (address: string, event: object): Promise<unknown> =>
  fetch(address, { method: 'POST', body: JSON.stringify(event) }).then((answer) => answer.text());

const crash = (issue: number, user: number) => ({
  platform: 'node',
  level: 'error',
  timestamp: systemClock() / 1000 - issue,
  user: { id: `user-${user}` },
  exception: {
    values: [
      {
        type: 'TypeError',
        value: `Case ${issue} is not a function`,
        stacktrace: {
          frames: Array.from({ length: 1 + (issue % 8) }, (_, at) => ({
            filename: `app:///src/module-${issue}/file-${at}.js`,
            function: `step${at}`,
            lineno: 10 + at,
            in_app: true,
          })),
        },
      },
    ],
  },
});

/** The server's limit counts by the second: a measurement starts with an empty one. */
const aSecond = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1100));
