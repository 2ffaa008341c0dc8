import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/core/clock.ts';
import { stderrLog } from '../src/core/log.ts';
import { childEnvironment } from '../src/core/run.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../src/sandbox/sandbox.ts';
import { openSentryClient } from '../src/sentry/client.ts';
import { buildTriage } from '../src/triage/rank.ts';
import type { Bench } from './bench.ts';
import { CANDIDATES, fillCandidates } from './candidates.ts';
import { atLeast, atMost, type Figure, median, rounded, span } from './figure.ts';
import { officialReference } from './official.ts';
import { lostByOfficial, oneAtATime } from './one-at-a-time.ts';
import { openWitness, type Witness } from './witness.ts';

const LATENCY_MS = 80;
const LIMITS = { perSecond: 40, concurrent: 25 };
const ROUNDS = 3;
/** Rows that are shown; each is ranked over all candidates. */
const SHOWN = [5, 20, CANDIDATES];
/** Of the drawing of which answers are refused. */
const SEEDS = [7, 8, 9];

/** 100 candidates ranked by score at 80 ms a request, against fetching their events one at a time as the source script does. */
export async function triage({ official, progress }: Bench): Promise<Figure[]> {
  const figures = await withSandbox({ latencyMs: LATENCY_MS, limits: LIMITS }, async (sandbox) => {
    const witness = await openWitness(sandbox.url);
    try {
      return [...(await calm(sandbox, witness, progress)), ...(await refused(sandbox, witness, progress))];
    } finally {
      await witness.close();
    }
  });
  if (!official) return [...figures, ...withOfficialLoss(undefined)];
  progress('the official server, 10 % of answers 429');
  const lost = await withSandbox({}, (sandbox) => lostByOfficial(official, sandbox, refusal(SEEDS[0] ?? 1)));
  return [...figures, ...withOfficialLoss(lost)];
}

const withOfficialLoss = (lost: number | undefined): Figure[] => {
  const { name, value, cited } = officialReference('lost', lost);
  return [
    {
      name: `answers that fail at 10 % of answers 429, ${name}`,
      value,
      unit: 'of 100',
      detail: cited ? `cited: ${cited}` : 'one call for each candidate; no latency and no other limit',
    },
  ];
};

async function calm(sandbox: Sandbox, witness: Witness, progress: (line: string) => void): Promise<Figure[]> {
  const one: number[] = [];
  const ours = SHOWN.map((top) => ({ top, ms: [] as number[], requests: 0 }));
  const perSecond: number[] = [];
  const inFlight: number[] = [];
  let over = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    progress(`triage, round ${round} of ${ROUNDS}`);
    // Side by side in one run: what the machine does to one of them it does to the others.
    one.push((await oneAtATime({ ...sandbox, url: witness.url })).ms);
    for (const shown of ours) {
      await aSecond();
      witness.forget();
      const before = sandbox.requestLog().length;
      shown.ms.push((await rank(sandbox, witness.url, shown.top)).ms);
      shown.requests = witness.requests();
      perSecond.push(witness.mostWithinASecond());
      inFlight.push(witness.mostInFlight());
      over += sandbox
        .requestLog()
        .slice(before)
        .filter(({ status }) => status === 429).length;
    }
    await aSecond();
  }
  return [
    ...ours.map((shown) => speedFigure(one, shown)),
    atMost(
      {
        name: 'most requests within any one second',
        value: Math.max(...perSecond),
        unit: 'requests',
        detail: `in flight at most ${Math.max(...inFlight)}; refused by the server, which enforces ${LIMITS.perSecond}/s and ${LIMITS.concurrent} in flight: ${over}`,
      },
      LIMITS.perSecond,
    ),
    atMost(
      { name: 'most requests in flight', value: Math.max(...inFlight), unit: 'requests' },
      LIMITS.concurrent,
    ),
  ];
}

function speedFigure(
  one: number[],
  { top, ms, requests }: { top: number; ms: number[]; requests: number },
): Figure {
  const figure = {
    name: `100 candidates ranked by score, ${top === CANDIDATES ? 'all' : 'top'} ${top} shown, times faster`,
    value: rounded(median(one) / median(ms)),
    unit: 'x',
    detail: `one at a time ${span(one, 'ms')}; ours ${span(ms, 'ms')}, ${requests} requests${top < CANDIDATES ? ': an event is fetched only where it could change what is shown' : `; ${BOUND}`}`,
  };
  // What a person looks at, and all there is; between them the figure is for information.
  return top === SHOWN[0] || top === CANDIDATES ? atLeast(figure, 10) : figure;
}

/** Three bursts, each a second after the one before, and the latency of the last. */
const LEAST_SECONDS = Math.floor(CANDIDATES / LIMITS.perSecond) + LATENCY_MS / 1000;
const BOUND = `${CANDIDATES + 1} requests, at most ${LIMITS.perSecond} in any second, take at least ${LEAST_SECONDS} s: no client that reads every event can reach 10x`;

async function refused(
  sandbox: Sandbox,
  witness: Witness,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const reference: number[] = [];
  const ours = HEADERS.map((headers) => ({ ...headers, lost: [] as number[], ms: [] as number[] }));
  for (const seed of SEEDS) {
    progress(`triage, 10 % of answers 429, seed ${seed}`);
    sandbox.misbehave(refusal(seed));
    reference.push((await oneAtATime(sandbox)).lost);
    for (const { onlySentryHeaders, lost, ms } of ours) {
      await aSecond();
      sandbox.behave();
      sandbox.misbehave(refusal(seed, onlySentryHeaders));
      const result = await rank(sandbox, witness.url, CANDIDATES);
      lost.push(result.lost);
      ms.push(result.ms);
    }
    sandbox.behave();
    await aSecond();
  }
  return ours.map(({ told, lost, ms }) =>
    atMost(
      {
        name: `candidates lost at 10 % of answers 429, ${told}`,
        value: Math.max(...lost),
        unit: 'of 100',
        references: [{ name: 'one at a time, without retries', value: median(reference) }],
        detail: `the worst of ${SEEDS.length} runs; all 100 took ${span(ms, 'ms')}`,
      },
      0,
    ),
  );
}

const HEADERS = [
  { told: 'with Retry-After', onlySentryHeaders: false },
  { told: "with only Sentry's headers", onlySentryHeaders: true },
];

const refusal = (seed: number, onlySentryHeaders = false) => ({
  match: { side: 'sentry' as const },
  probability: 0.1,
  seed,
  kind: 'status' as const,
  status: 429,
  ...(onlySentryHeaders ? { onlySentryHeaders: true } : { retryAfter: 1 }),
});

/** Ours. A candidate is lost when it has no row, or a row whose event could not be read. */
async function rank(sandbox: Sandbox, url: string, top: number): Promise<{ ms: number; lost: number }> {
  const client = openSentryClient({
    baseUrl: url,
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
  const read = result.rows.filter(({ event }) => event === 'fetched').length;
  return { ms, lost: Math.min(top, CANDIDATES) - read };
}

async function withSandbox<Result>(
  options: Partial<SandboxOptions>,
  work: (sandbox: Sandbox) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-'));
  const sandbox = await startSandbox({
    dataDirectory: folder,
    clock: systemClock,
    env: childEnvironment(process.env),
    ...options,
  });
  try {
    await fillCandidates(sandbox);
    return await work(sandbox);
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The server's limit counts by the second: a measurement starts with an empty one. */
const aSecond = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1100));
