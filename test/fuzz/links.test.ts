import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import type { SentryClient } from '../../src/sentry/client.ts';
import { listIssues } from '../../src/sentry/issues.ts';
import { nextCursor, parseLinkHeader } from '../../src/sentry/link-header.ts';
import { fakeIssue, testClient } from '../sentry/support/clients.ts';
import { type FakeSentry, startFakeSentry } from '../sentry/support/fake-sentry.ts';
import { fuzz, orOurError } from './fuzz.ts';
import { expectLinear, repeated } from './linear.ts';
import { hostileText } from './texts.ts';

const piece = fc.oneof(
  fc.constantFrom(
    ...['<', '>', '"', "'", ',', ';', '=', ' ', '; rel="next"', '; results="true"', '; results="false"'],
    ...['; cursor="0:100:0"', '; cursor=', '<https://elsewhere.test/api/0/?cursor=9:9:9>', 'rel=next', '\\"'],
    ...[
      '<http://127.0.0.1:1/x?cursor=1>; rel="next"',
      '<>; rel="next"',
      '<//evil.test/?cursor=2>',
      '\\',
      ', ',
    ],
  ),
  fc.string({ maxLength: 10 }),
);
const header = fc
  .array(fc.oneof({ weight: 3, arbitrary: piece }, { weight: 1, arbitrary: hostileText(3) }), {
    maxLength: 16,
  })
  .map((pieces) => pieces.join(''));

fuzz('any header gives the cursor of the next page, or none', header, (text) => {
  const cursor = nextCursor(text);
  expect(cursor === undefined || (typeof cursor === 'string' && cursor.length > 0)).toBe(true);
  for (const link of parseLinkHeader(text)) {
    expect(link.rel.length + link.cursor.length).toBeLessThanOrEqual(2 * text.length);
  }
});

const link = fc.record({
  rel: fc.constantFrom('previous', 'next'),
  results: fc.boolean(),
  cursor: fc.stringMatching(/^[^"\u0000-\u001f]{0,20}$/),
  target: fc.webUrl({ withQueryParameters: true }),
});

fuzz('what Sentry writes is read as it was meant', fc.array(link, { maxLength: 4 }), (links) => {
  const text = links
    .map(
      ({ rel, results, cursor, target }) =>
        `<${target}>; rel="${rel}"; results="${results}"; cursor="${cursor}"`,
    )
    .join(', ');
  expect(parseLinkHeader(text)).toEqual(links.map(({ rel, results, cursor }) => ({ rel, results, cursor })));
});

fuzz('reading is linear', repeated(piece), (text) => expectLinear(nextCursor, text));

let sentry: FakeSentry;
let elsewhere: FakeSentry;
let client: SentryClient;
beforeAll(async () => {
  [sentry, elsewhere] = await Promise.all([startFakeSentry(), startFakeSentry()]);
  sentry.issues.push(fakeIssue(1), fakeIssue(2));
  client = testClient(sentry.url, { requestsPerSecond: 1_000_000, retries: 0 });
});
afterAll(async () => {
  await client.close();
  await Promise.all([sentry.close(), elsewhere.close()]);
});

/** What a server can put into a header at all. */
const sendable = (text: string): string => text.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '').trim();

fuzz(
  'whatever a server links to: only its own list of issues is asked, and paging ends',
  fc.record({ text: header, more: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }) }),
  async ({ text, more }) => {
    sentry.requests.length = 0;
    const links = [text.replaceAll('https://elsewhere.test', elsewhere.url), ''].map(sendable);
    sentry.behave = (_, number) => ({
      kind: 'status',
      status: 200,
      headers: { 'content-type': 'application/json', link: links[more[number - 2] ?? 0] ?? '' },
      body: JSON.stringify([fakeIssue(number % 3)]),
    });
    await orOurError(() => listIssues(client, { query: 'is:unresolved', limit: 3 }), ['upstream']);
    expect(sentry.requests.length).toBeLessThanOrEqual(6);
    const cursor = nextCursor(links[0]);
    for (const request of sentry.requests) {
      expect(request.path).toMatch(/^\/api\/0\/organizations\/acme\/(issues\/)?$/);
      expect([null, cursor]).toContain(request.query.get('cursor'));
    }
    expect(elsewhere.requests).toEqual([]);
  },
);
