import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PitcrewError } from '../../../src/core/errors.ts';
import { loadEngineer, runTraffic, TRAFFIC } from '../../../src/sandbox/sample-app/engineer.ts';
import { openInbox, type SentEvent, type SentFrame } from './inbox.ts';
import { withApp } from './temporary-app.ts';

const NOW = Date.UTC(2026, 5, 14, 12);
const HOUR_MS = 3_600_000;
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

let inbox: Awaited<ReturnType<typeof openInbox>>;
let outcome: { events: number; crashes: number };
const progress: string[] = [];

beforeAll(async () => {
  inbox = await openInbox();
  outcome = await withApp((repository) =>
    runTraffic({
      repository,
      dsn: inbox.dsn,
      release: 'pitstop@2.4.0',
      env: { ...process.env, SENTRY_AUTH_TOKEN: 'never-seen', http_proxy: 'http://127.0.0.1:9' },
      node: process.execPath,
      now: NOW,
      onProgress: (text) => progress.push(text),
    }),
  );
});
afterAll(() => inbox.close());

const fatal = TRAFFIC.filter((scenario) => scenario.fatal);
const workers = 2 + sum(fatal.map(({ events }) => events));

test('every job that goes wrong reaches the inbox once, and the fatal ones end their worker', () => {
  const expected = sum(TRAFFIC.map(({ events }) => events)) + workers;
  expect(inbox.events).toHaveLength(expected);
  expect(outcome).toEqual({ events: expected, crashes: workers - 2 });
  expect(progress).toHaveLength(workers);
});

describe('bugs', () => {
  test.each(TRAFFIC.filter(({ bug }) => bug !== undefined))('$name', async (scenario) => {
    const fix = (await loadEngineer()).find(({ bug }) => bug === scenario.bug);
    const sent = inbox.events.filter((event) => fix?.matches(summaryOf(event)));
    expect(sent).toHaveLength(scenario.events);
    expect(new Set(sent.map(({ user }) => user?.id)).size).toBe(scenario.users);
    const times = sent.map(({ timestamp }) => timestamp * 1000).sort((a, b) => a - b);
    expect(times[0]).toBeCloseTo(NOW - scenario.oldest * HOUR_MS, -1);
    expect(times.at(-1)).toBeCloseTo(NOW - scenario.newest * HOUR_MS, -1);
    for (const event of sent) {
      expect(event).toMatchObject({ release: 'pitstop@2.4.0', environment: 'production' });
      expect(event.tags).toEqual({ 'job.kind': scenario.kind });
      expect(appFrames(event).length).toBeGreaterThanOrEqual(2);
    }
    expect(new Set(sent.map(signatureOf)).size).toBe(1);
  });
});

test('unhandled crashes say so: exceptions that end the process and a rejection that does not', () => {
  const ways = inbox.events.flatMap((event) => {
    const mechanism = outermost(event)?.mechanism;
    return mechanism?.handled === false ? [`${event.level} ${mechanism.type}`] : [];
  });
  expect(new Set(ways)).toEqual(
    new Set(['fatal auto.node.onuncaughtexception', 'error auto.node.onunhandledrejection']),
  );
});

test('a wrapped error comes with its cause', () => {
  const chained = inbox.events.filter((event) => (event.exception?.values.length ?? 0) > 1);
  expect(chained.length).toBe(14);
  expect(chained[0]?.exception?.values.map(({ type }) => type)).toEqual([
    'StoreBusyError',
    'ReportPublishError',
  ]);
});

test('frames are the repository’s own paths with their source line; the request has no secret', () => {
  const event = inbox.events.find((candidate) => outermost(candidate)?.value?.includes("reading 'terms'"));
  expect(event && crashFrame(event)).toMatchObject({
    filename: 'app:///src/orders/pricing.mjs',
    function: 'contractDiscount',
    context_line: '  return team.contract.terms.discountPercent;',
  });
  expect(event?.breadcrumbs?.map(({ message }) => message)).toEqual(['order.place received']);
  expect(event?.request?.url).toBe('https://pitstop.example/jobs/order.place');
  expect(JSON.stringify(event)).not.toContain('sample-token-of-the-pit-wall');
});

test('there is noise: warnings, notes, old events, one-offs, and a crowd of errors without a frame of the app', () => {
  const byLevel = (level: string) => inbox.events.filter((event) => event.level === level);
  expect(byLevel('warning')).toHaveLength(24);
  expect(byLevel('info')).toHaveLength(workers);
  const beacon = inbox.events.filter((event) => outermost(event)?.value?.startsWith('connect '));
  expect(beacon).toHaveLength(90);
  expect(beacon.every((event) => appFrames(event).length === 0 && event.user?.id === undefined)).toBe(true);
  const stale = inbox.events.filter(({ timestamp }) => timestamp * 1000 < NOW - 7 * 24 * HOUR_MS);
  expect(stale).toHaveLength(5);
});

test('an inbox that takes nothing is named, with the next step', async () => {
  const closed = await openInbox(500);
  const attempt = withApp((repository) =>
    runTraffic({
      repository,
      dsn: closed.dsn,
      release: 'r',
      env: process.env,
      node: process.execPath,
      now: NOW,
    }),
  );
  await expect(attempt).rejects.toSatisfy(
    (error) => error instanceof PitcrewError && error.kind === 'upstream' && /inbox/.test(error.hint),
  );
  await closed.close();
});

function outermost(event: SentEvent) {
  return event.exception?.values.at(-1);
}

function appFrames(event: SentEvent): SentFrame[] {
  return outermost(event)?.stacktrace?.frames.filter((frame) => frame.in_app) ?? [];
}

function crashFrame(event: SentEvent): SentFrame | undefined {
  return appFrames(event).at(-1);
}

/** What an inbox would group by. */
function signatureOf(event: SentEvent): string {
  const frames = appFrames(event).map((frame) => `${frame.filename} ${frame.function}`);
  return [outermost(event)?.type, ...frames].join('\n');
}

function summaryOf(event: SentEvent) {
  const { type = '', value = '' } = outermost(event) ?? {};
  const frame = crashFrame(event);
  return { type, value, title: `${type}: ${value}`, function: frame?.function, file: frame?.filename };
}
