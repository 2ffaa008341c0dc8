import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SentryClient } from '../../src/sentry/client.ts';
import { buildTriage } from '../../src/triage/rank.ts';
import { compareScored, scoreIssue } from '../../src/triage/score.ts';
import { signalsOf } from '../../src/triage/signals.ts';
import { issueStats } from '../../src/triage/stats.ts';
import { fakeEvent, fakeIssue, NOW, testClient } from '../sentry/support/clients.ts';
import { type FakeSentry, startFakeSentry } from '../sentry/support/fake-sentry.ts';

let sentry: FakeSentry;
let client: SentryClient;

beforeEach(async () => {
  sentry = await startFakeSentry();
  client = testClient(sentry.url, { requestsPerSecond: 1000 });
});
afterEach(async () => {
  await client.close();
  await sentry.close();
});

/** Issues whose stacks vary and whose sizes do as in real lists, from 1 to 100 000 events, many of them small. */
function fill(count: number): void {
  for (let number = 1; number <= count; number++) {
    const events = Math.floor(10 ** (((number * 37) % 100) / 20));
    sentry.issues.push(
      fakeIssue(number, { count: String(events), userCount: Math.floor(events / (2 + (number % 9))) }),
    );
    sentry.events.set(String(1000 + number), fakeEvent((number * 13) % 9));
  }
}
const eventRequests = () => sentry.requests.filter(({ path }) => path.includes('/events/'));

describe('a triage', () => {
  it('keeps the order of Sentry, filters, numbers the rows and asks for no event', async () => {
    fill(12);
    Object.assign(sentry.issues[1] ?? {}, { level: 'warning' });
    const result = await buildTriage({ client, options: { top: 3 } });
    expect(result.rows.map(({ index, issue, event }) => [index, issue.id, event])).toEqual([
      [1, '1001', 'not-asked'],
      [2, '1003', 'not-asked'],
      [3, '1004', 'not-asked'],
    ]);
    expect(result).toMatchObject({ listed: 12, below: 8, hasMore: false, total: 12, unreadable: 0 });
    expect(result.dropped.map(({ reason }) => reason)).toEqual(['warning']);
    expect(sentry.requests.map(({ query }) => query.toString())).toEqual([
      'query=is%3Aunresolved+issue.category%3Aerror&statsPeriod=14d&sort=freq&limit=100',
    ]);
  });

  it('finds the same best ones by score as with every event, with fewer requests', async () => {
    fill(100);
    const best = sentry.issues
      .map((issue) => issue.id)
      .map((id) => ({ id, signals: signalsOf(sentry.events.get(id)) }));
    const all = await buildTriage({ client, options: { sort: 'score' } });
    expect(eventRequests()).toHaveLength(100);
    expect(all.events).toEqual({ fetched: 100, missing: 0, failed: 0, notNeeded: 0 });
    const expected = all.rows
      .map(({ issue }) => ({
        issue,
        score: scoreIssue(issue, best.find(({ id }) => id === issue.id)?.signals).score,
      }))
      .sort(compareScored)
      .map(({ issue }) => issue.id);
    expect(all.rows.map(({ issue }) => issue.id)).toEqual(expected);
    sentry.requests.length = 0;
    for (const top of [1, 5, 10]) {
      const some = await buildTriage({ client, options: { sort: 'score', top } });
      expect(some.rows.map(({ issue }) => issue.id)).toEqual(expected.slice(0, top));
      expect(some.below).toBe(100 - top);
    }
    expect(eventRequests().length).toBeLessThan(150);
  });

  it('keeps a candidate whose event is missing or cannot be fetched', async () => {
    fill(4);
    sentry.events.delete('1002');
    sentry.behave = ({ path }) =>
      path.includes('/1003/events/')
        ? { kind: 'status', status: 500, body: '{"detail":"broken"}' }
        : undefined;
    const { rows, events } = await buildTriage({ client, options: { sort: 'score' } });
    expect(rows).toHaveLength(4);
    expect(events).toEqual({ fetched: 2, missing: 1, failed: 1, notNeeded: 0 });
    const row = (id: string) => rows.find(({ issue }) => issue.id === id);
    expect(row('1002')).toMatchObject({ event: 'missing', problem: 'Sentry has no event of this issue.' });
    expect(row('1003')).toMatchObject({
      event: 'failed',
      problem: expect.stringContaining('failed with 500'),
    });
    expect(row('1003')?.score?.reasons[0]).toBe('frames unknown');
  });

  it.each([
    ['with Retry-After', { 'retry-after': '0.05' }],
    [
      "with Sentry's own headers only",
      { 'x-sentry-rate-limit-remaining': '0', 'x-sentry-rate-limit-concurrentremaining': '0' },
    ],
  ])('loses none of 100 when every tenth answer is a 429 %s', async (_, headers) => {
    fill(100);
    sentry.behave = (_request, number) =>
      number % 10 === 3 ? { kind: 'status', status: 429, headers } : undefined;
    const quick = testClient(sentry.url, { requestsPerSecond: 1000, random: () => 0.05 });
    const { rows, events } = await buildTriage({ client: quick, options: { sort: 'score' } });
    await quick.close();
    expect(rows).toHaveLength(100);
    expect(events.fetched).toBe(100);
  });

  it("stays within Sentry's limits by default", async () => {
    fill(60);
    sentry.behave = () => ({ kind: 'delay', ms: 15 });
    const usual = testClient(sentry.url);
    const { events } = await buildTriage({ client: usual, options: { sort: 'score' } });
    await usual.close();
    expect(events.fetched).toBe(60);
    expect(sentry.mostConcurrent()).toBeLessThan(25);
    expect(sentry.mostWithin(1000)).toBeLessThan(40);
  });

  it('refuses a top of 0, and ends when it is cancelled', async () => {
    fill(3);
    await expect(buildTriage({ client, options: { top: 0 } })).rejects.toMatchObject({ kind: 'input' });
    await expect(buildTriage({ client, options: { sample: 1.5 } })).rejects.toMatchObject({ kind: 'input' });
    expect(sentry.requests).toHaveLength(0);
    const controller = new AbortController();
    sentry.behave = ({ path }) => {
      if (!path.includes('/events/')) return undefined;
      controller.abort(new Error('no longer wanted'));
      return { kind: 'silent' };
    };
    const triage = buildTriage({ client, options: { sort: 'score' }, signal: controller.signal });
    await expect(triage).rejects.toThrow('no longer wanted');
  });

  it('of nothing is an empty list', async () => {
    expect(await buildTriage({ client, options: { sort: 'score', top: 3 } })).toMatchObject({
      rows: [],
      below: 0,
    });
  });
});

it('counts what is unresolved', async () => {
  sentry.issues.push(
    fakeIssue(1, { count: '1', level: 'fatal', firstSeen: new Date(NOW - 3_600_000).toISOString() }),
    fakeIssue(2, { count: '9', substatus: 'regressed', lastRelease: { version: '1.2.3' } }),
    fakeIssue(3, { count: '10', substatus: 'escalating', lastRelease: { version: '1.2.3' } }),
    fakeIssue(4, { count: '999', firstRelease: { version: '1.0.0' } }),
    fakeIssue(5, { count: '1000' }),
  );
  expect(await issueStats({ client })).toEqual({
    issues: 5,
    hasMore: false,
    total: 5,
    events: 2019,
    byLevel: { fatal: 1, error: 4 },
    byFrequency: { '1': 1, '2-9': 1, '10-99': 1, '100-999': 1, '1000+': 1 },
    newIn24Hours: 1,
    regressed: 1,
    escalating: 1,
    releases: [
      { release: '1.2.3', issues: 2 },
      { release: 'without a release', issues: 2 },
      { release: '1.0.0', issues: 1 },
    ],
    releasesLookedAt: 5,
  });
});
