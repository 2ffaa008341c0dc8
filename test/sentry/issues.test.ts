import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PitcrewError } from '../../src/core/errors.ts';
import type { SentryClient } from '../../src/sentry/client.ts';
import { readIssue } from '../../src/sentry/issue.ts';
import { parseIssueReference } from '../../src/sentry/issue-reference.ts';
import { getIssue, issueIdOf, issueWithEvent, latestEvent, listIssues } from '../../src/sentry/issues.ts';
import { nextCursor, parseLinkHeader } from '../../src/sentry/link-header.ts';
import { organizations, projects } from '../../src/sentry/organizations.ts';
import { fakeEvent, fakeIssue, testClient } from './support/clients.ts';
import { type FakeSentry, startFakeSentry } from './support/fake-sentry.ts';

let sentry: FakeSentry;
let client: SentryClient;

beforeEach(async () => {
  sentry = await startFakeSentry();
  client = testClient(sentry.url, { sleep: async () => {} });
});
afterEach(async () => {
  await client.close();
  await sentry.close();
});
const paths = () => sentry.requests.map(({ path }) => path.replace('/api/0/organizations/acme/', ''));

describe('listing', () => {
  beforeEach(() => {
    for (let number = 1; number <= 250; number++) sentry.issues.push(fakeIssue(number));
  });

  it('pages until it has what is wanted, and says that there is more', async () => {
    const { issues, hasMore, total } = await listIssues(client, { query: 'is:unresolved', limit: 130 });
    expect(issues.map(({ id }) => id)).toEqual(sentry.issues.slice(0, 130).map(({ id }) => id));
    expect({ hasMore, total }).toEqual({ hasMore: true, total: 250 });
    expect(sentry.requests.map(({ query }) => query.get('limit'))).toEqual(['100', '30']);
  });

  it('has no cap of its own', async () => {
    const { issues, hasMore } = await listIssues(client, { query: '', limit: 10_000 });
    expect(issues).toHaveLength(250);
    expect(hasMore).toBe(false);
  });

  it('sends each filter the way Sentry reads it', async () => {
    await listIssues(client, {
      query: 'is:unresolved level:error',
      projects: ['node', '17'],
      environments: ['production', 'staging'],
      statsPeriod: '14d',
      sort: 'freq',
      limit: 5,
    });
    expect(sentry.requests[0]?.query.toString()).toBe(
      'query=is%3Aunresolved+level%3Aerror&project=node&project=17&environment=production&environment=staging&statsPeriod=14d&sort=freq&limit=5',
    );
  });

  it('ends with a server whose pages never end', async () => {
    sentry.behave = ({ path }) => ({
      kind: 'status',
      status: 200,
      headers: { link: `<${sentry.url}${path}>; rel="next"; results="true"; cursor="0:100:0"` },
      body: JSON.stringify([fakeIssue(1)]),
    });
    expect((await listIssues(client, { query: '', limit: 500 })).issues).toHaveLength(1);
    expect(sentry.requests).toHaveLength(2);
  });

  it('loses no row for an odd field, and counts the rows that cannot be used', async () => {
    sentry.issues.splice(
      0,
      250,
      fakeIssue(1, {
        count: 12,
        userCount: '3',
        metadata: null,
        project: 'x',
        lastSeen: 'yesterday',
        level: null,
      }),
      fakeIssue(2, {
        title: { a: 1 },
        shortId: null,
        permalink: 'javascript:alert(1)',
        statusDetails: [],
        new: {},
      }),
      { shortId: 'NO-ID' } as never,
      null as never,
    );
    const { issues, unreadable } = await listIssues(client, { query: '', limit: 10 });
    expect(unreadable).toBe(2);
    expect(issues[0]).toMatchObject({
      count: 12,
      userCount: 3,
      level: 'error',
      title: 'TypeError: failure 1',
    });
    expect(issues[0]).not.toHaveProperty('lastSeen');
    expect(issues[1]).toMatchObject({
      title: 'TypeError: failure 2',
      shortId: '1002',
      permalink: `${sentry.url}/organizations/acme/issues/1002/`,
    });
  });

  it('fails as a whole when a page fails: half a list would pass for the whole', async () => {
    sentry.behave = (_, number) => (number === 2 ? { kind: 'status', status: 500 } : undefined);
    await expect(listIssues(client, { query: '', limit: 200 })).rejects.toMatchObject({ kind: 'upstream' });
  });
});

describe('one issue', () => {
  beforeEach(() => {
    sentry.issues.push(fakeIssue(3));
    sentry.events.set('1003', fakeEvent(2));
  });

  it('is found by short id in any case, by number and by address', async () => {
    for (const reference of ['node-express-3', ' 1003 ']) {
      expect((await getIssue(client, reference)).id).toBe('1003');
    }
    const address = `${sentry.url}/organizations/acme/issues/1003/events/abc/?project=1`;
    expect((await getIssue(client, address)).shortId).toBe('NODE-EXPRESS-3');
    expect(paths()).toEqual(['shortids/NODE-EXPRESS-3/', 'issues/1003/', 'issues/1003/']);
  });

  it('is not looked up twice', async () => {
    await listIssues(client, { query: '', limit: 1 });
    expect(await issueIdOf(client, 'NODE-EXPRESS-3')).toBe('1003');
    expect(await issueIdOf(client, '77')).toBe('77');
    expect(sentry.requests).toHaveLength(1);
  });

  it('of another organization or server is an input error', async () => {
    for (const address of [
      `${sentry.url}/organizations/other/issues/1003/`,
      'https://sentry.io/organizations/acme/issues/1/',
    ])
      await expect(getIssue(client, address)).rejects.toMatchObject({ kind: 'input' });
    expect(sentry.requests).toHaveLength(0);
  });

  it('that Sentry does not have is named', async () => {
    await expect(getIssue(client, 'NODE-9')).rejects.toThrow(
      /has no issue NODE-9 in organization acme \(404\)/,
    );
  });

  it('comes with its event side by side', async () => {
    await listIssues(client, { query: '', limit: 1 });
    sentry.behave = () => ({ kind: 'delay', ms: 30 });
    const { issue, event } = await issueWithEvent(client, 'NODE-EXPRESS-3');
    expect(issue.id).toBe('1003');
    expect(event).toEqual(fakeEvent(2));
    expect(sentry.mostConcurrent()).toBe(2);
  });

  it('comes with its event from a server that takes no short id there', async () => {
    const { event } = await issueWithEvent(client, 'NODE-EXPRESS-3');
    expect(event).toEqual(fakeEvent(2));
    expect(paths().sort()).toEqual([
      'issues/1003/events/latest/',
      'issues/NODE-EXPRESS-3/events/latest/',
      'shortids/NODE-EXPRESS-3/',
    ]);
  });

  it('without an event says so by undefined', async () => {
    expect(await latestEvent(client, '4711', 'oldest')).toBeUndefined();
  });
});

it('lists organizations and projects', async () => {
  expect(await organizations(client)).toEqual([{ slug: 'acme', name: 'Acme', regionUrl: sentry.url }]);
  expect(await projects(client)).toEqual([{ id: '2', slug: 'node', platform: 'node' }]);
});

describe('issue references', () => {
  it.each([
    ['NODE-EXPRESS-3', { kind: 'short', id: 'NODE-EXPRESS-3' }],
    ['personas-1a', { kind: 'short', id: 'PERSONAS-1A' }],
    ['123456', { kind: 'number', id: '123456' }],
    [
      'https://acme.sentry.io/issues/42/?a=b#c',
      { kind: 'number', id: '42', host: 'acme.sentry.io', organization: 'acme' },
    ],
    ['https://de.sentry.io/issues/42/', { kind: 'number', id: '42', host: 'de.sentry.io' }],
    [
      'https://s.example.org/acme/node/issues/42/',
      { kind: 'number', id: '42', host: 's.example.org', organization: 'acme' },
    ],
  ])('%s', (text, reference) => {
    expect(parseIssueReference(text)).toEqual(reference);
  });

  it.each([
    '',
    '..',
    '$(reboot)',
    'A-1; rm -rf /',
    'A-1\nB-2',
    '-rf',
    'a/b',
    'A'.repeat(200),
    'https://sentry.io/',
    'ÄRGER-1',
  ])('refuses %j', (text) => {
    expect(() => parseIssueReference(text)).toThrow(/is not an issue of Sentry/);
  });

  it('reads any text into what is safe in an address, or refuses it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        try {
          expect(encodeURIComponent(parseIssueReference(text).id)).toMatch(/^[A-Za-z0-9][\w.-]*$/);
        } catch (error) {
          expect(error).toBeInstanceOf(PitcrewError);
        }
      }),
    );
  });
});

describe('Link headers', () => {
  it('reads what Sentry sends', () => {
    const header =
      '<https://sentry.io/api/0/x/?q=a,b;c&cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", <https://sentry.io/api/0/x/?cursor=0:100:0>; rel="next"; results="true"; cursor="0:100:0"';
    expect(parseLinkHeader(header)).toEqual([
      { rel: 'previous', cursor: '0:0:1', results: false },
      { rel: 'next', cursor: '0:100:0', results: true },
    ]);
    expect(nextCursor(header)).toBe('0:100:0');
    expect(nextCursor(header.replace('results="true"', 'results="false"'))).toBeUndefined();
    expect(nextCursor('<https://x/?cursor=abc>; rel=next')).toBe('abc');
    expect(nextCursor(undefined)).toBeUndefined();
  });

  it('gives back every cursor that was written, among any addresses', () => {
    const cursor = fc.stringMatching(/^[0-9a-zA-Z:,;=<> -]{1,40}$/);
    fc.assert(
      fc.property(cursor, fc.webUrl({ withQueryParameters: true }), fc.boolean(), (value, url, results) => {
        const header = `<${url}>; rel="previous"; results="false"; cursor="x", <${url}>; rel="next"; results="${results}"; cursor="${value}"`;
        expect(nextCursor(header)).toBe(results ? value : undefined);
      }),
    );
  });

  it('takes any text without failing', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', ',', ';', '=', 'rel', 'next', ' ', 'a') }),
        (text) => {
          expect(Array.isArray(parseLinkHeader(text))).toBe(true);
        },
      ),
    );
    expect(parseLinkHeader('<'.repeat(200_000))).toEqual([]);
  });
});

it('reads any JSON as an issue, or as none', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('id', 'title', 'count', 'metadata', 'statusDetails', 'project', 'lastRelease'),
        fc.jsonValue(),
      ),
      (json) => {
        const issue = readIssue(json, () => 'https://sentry.io/x');
        if (!issue) return;
        expect(issue.id).not.toBe('');
        expect(Number.isInteger(issue.count)).toBe(true);
        expect(typeof issue.title).toBe('string');
      },
    ),
  );
});
