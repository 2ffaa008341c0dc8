import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import { normalizeIncident } from '../../ledger/incident-key.ts';
import { incidentBranch, incidentSlug, sentryIncident, shortIdOf } from '../../src/core/incident.ts';
import type { SentryClient } from '../../src/sentry/client.ts';
import { parseIssueReference } from '../../src/sentry/issue-reference.ts';
import { getIssue, issueIdOf, issueWithEvent } from '../../src/sentry/issues.ts';
import { apiPath, baseUrlOf } from '../../src/sentry/path.ts';
import { parseSelection } from '../../src/triage/selection.ts';
import { testClient } from '../sentry/support/clients.ts';
import { type FakeSentry, startFakeSentry } from '../sentry/support/fake-sentry.ts';
import { fuzz, orOurError } from './fuzz.ts';
import { expectLinear, repeated } from './linear.ts';
import { hostileText } from './texts.ts';

const slug = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,40}$/);
const organization = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const address = fc
  .record({
    host: fc.constantFrom(
      'https://sentry.io',
      'https://acme.sentry.io',
      'http://127.0.0.1:1',
      'HTTPS://US.SENTRY.IO',
    ),
    way: fc.constantFrom(
      '/organizations/acme/issues/',
      '/acme/web/issues/',
      '/issues/',
      '/issues//',
      '/issues/%2e%2e/',
    ),
    id: fc.oneof(slug, hostileText(4)),
    rest: fc.oneof(
      fc.constant(''),
      fc.constantFrom('/', '/events/latest/', '?x=1', '#y', '/../../..'),
      hostileText(3),
    ),
  })
  .map(({ host, way, id, rest }) => host + way + id + rest);
const reference = fc.oneof(slug, address, hostileText(), fc.string());

fuzz('what a short id is printed as is read back', slug, (id) => {
  const upper = id.toUpperCase();
  expect(parseIssueReference(` ${id}\n`).id).toBe(upper);
  expect(parseIssueReference(parseIssueReference(id).id)).toEqual(parseIssueReference(id));
  expect(shortIdOf(shortIdOf(id))).toBe(upper);
});

fuzz(
  'the address of an issue names its id and organization, however it is written',
  fc.record({ slug, organization, rest: fc.constantFrom('', '/', '/?project=1', '/events/latest/#top') }),
  ({ slug: id, organization: name, rest }) => {
    const addresses = [
      `https://sentry.io/organizations/${name}/issues/${id}${rest}`,
      `https://sentry.io/${name}/web/issues/${id}${rest}`,
    ];
    for (const one of addresses) {
      expect(parseIssueReference(one)).toMatchObject({
        id: id.toUpperCase(),
        organization: name,
        host: 'sentry.io',
      });
    }
  },
);

fuzz('anything else is an input error, or an id of plain characters', reference, async (text) => {
  const read = await orOurError(() => parseIssueReference(text));
  if (read) expect(read.id).toMatch(/^[A-Z0-9][A-Z0-9_.-]{0,127}$/);
  const short = await orOurError(() => shortIdOf(text));
  if (short !== undefined) expect(short).toMatch(/^[A-Z0-9][A-Z0-9_.-]{0,99}$/);
  const key = await orOurError(() => normalizeIncident(text));
  if (key !== undefined) expect(normalizeIncident(key)).toBe(key);
});

fuzz('reading is linear', repeated(hostileText(2)), async (text) => {
  await expectLinear((long) => orOurError(() => parseIssueReference(`https://sentry.io/${long}`)), text);
  await expectLinear((long) => orOurError(() => normalizeIncident(`sentry:${long}`)), text);
  await expectLinear((long) => orOurError(() => baseUrlOf(long)), text);
  await expectLinear(
    (long) => orOurError(() => parseSelection(long, [{ index: 1, shortId: 'WEB-1' }])),
    text,
  );
});

fuzz(
  'a folder and a branch of an incident are one plain segment each, and differ where the incidents do',
  fc.tuple(slug, slug),
  ([one, other]) => {
    const incidents = [one, other].map((id) => sentryIncident('acme', shortIdOf(id)));
    for (const incident of incidents) {
      expect(incidentSlug(incident)).toMatch(/^sentry-[a-z0-9-]+$/);
      expect(incidentBranch(incident)).toBe(`fix/${incidentSlug(incident)}`);
    }
    const same = incidents[0] === incidents[1];
    expect(incidentSlug(incidents[0] ?? '') === incidentSlug(incidents[1] ?? '')).toBe(same);
  },
);

fuzz(
  'every value is one segment of an address',
  fc.tuple(hostileText(), hostileText()),
  async ([one, other]) => {
    const path = await orOurError(() => apiPath`/organizations/${one}/issues/${other}/`);
    if (path === undefined) return;
    const url = new URL(path, 'http://127.0.0.1');
    expect(url.pathname).toBe(path);
    expect(url.search + url.hash).toBe('');
    expect(path.split('/')).toHaveLength(8);
    expect(path.split('/').map(decodeURIComponent)).toEqual([
      '',
      'api',
      '0',
      'organizations',
      one,
      'issues',
      other,
      '',
    ]);
  },
);

fuzz(
  'a selection is rows of the table, or an input error',
  fc.oneof(
    hostileText(),
    fc.stringMatching(/^[0-9a-z ,;-]{0,30}$/),
    fc.constantFrom('all', 'top 3', 'skip', '1-3'),
  ),
  async (text) => {
    const rows = ['WEB-1', '1-2', 'TOP', 'ALL-9'].map((shortId, at) => ({ index: at + 1, shortId }));
    const selection = await orOurError(() => parseSelection(text, rows));
    for (const index of selection?.indexes ?? []) expect([1, 2, 3, 4]).toContain(index);
    if (selection?.skipped) expect(selection.indexes).toEqual([]);
  },
);

let sentry: FakeSentry;
let client: SentryClient;
beforeAll(async () => {
  sentry = await startFakeSentry();
  sentry.issues.push({ id: '42', shortId: 'WEB-1', title: 'x' });
  client = testClient(sentry.url, { requestsPerSecond: 1_000_000, retries: 0 });
});
afterAll(async () => {
  await client.close();
  await sentry.close();
});

const ROUTE =
  /^\/api\/0\/organizations\/acme\/(shortids\/[A-Z0-9][A-Z0-9_.-]*\/|issues\/[A-Z0-9][A-Z0-9_.-]*\/(events\/latest\/)?)?$/;

fuzz('whatever an issue is called, only its own route is asked', reference, async (text) => {
  sentry.requests.length = 0;
  await orOurError(() => getIssue(client, text), ['input', 'upstream']);
  await orOurError(() => issueIdOf(client, text), ['input', 'upstream']);
  await orOurError(() => issueWithEvent(client, text), ['input', 'upstream']);
  expect(sentry.requests.length).toBeLessThanOrEqual(12);
  for (const request of sentry.requests) {
    expect(request.method).toBe('GET');
    expect(request.path).toMatch(ROUTE);
    expect([...request.query.keys()].filter((name) => name !== 'detailed')).toEqual([]);
  }
});
