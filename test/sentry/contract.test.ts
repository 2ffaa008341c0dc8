import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SentryClient } from '../../src/sentry/client.ts';
import { readIssue } from '../../src/sentry/issue.ts';
import { getIssue, issueWithEvent, listIssues } from '../../src/sentry/issues.ts';
import { organizations, projects } from '../../src/sentry/organizations.ts';
import { archiveIssue, resolveIssue } from '../../src/sentry/resolve.ts';
import { type Exchange, vendorContract } from '../support/vendor-contract.ts';
import { requestProblems } from '../support/vendor-hold.ts';
import { fakeEvent, fakeIssue, TEST_TOKEN, testClient } from './support/clients.ts';
import { type FakeSentry, type SeenRequest, startFakeSentry } from './support/fake-sentry.ts';

const contract = vendorContract('sentry');

describe.skipIf(!contract)("Sentry's published schema", () => {
  let sentry: FakeSentry;
  let client: SentryClient;
  beforeEach(async () => {
    sentry = await startFakeSentry();
    sentry.issues.push(fakeIssue(1), fakeIssue(2));
    sentry.events.set('1001', fakeEvent(1));
    client = testClient(sentry.url, { allowHosts: ['127.0.0.1'] });
  });
  afterEach(async () => {
    await client.close();
    await sentry.close();
  });

  /** What the fake saw, in the form that is held against the description. */
  const exchangeOf = ({ method, path, query, headers, body }: SeenRequest): Exchange => ({
    method,
    path,
    query,
    headers,
    body,
    status: 0,
    answerHeaders: {},
    answer: undefined,
  });

  it('knows every request, but the comments that it leaves out', async () => {
    await listIssues(client, {
      query: 'is:unresolved',
      projects: ['node'],
      environments: ['production'],
      statsPeriod: '14d',
      sort: 'freq',
      limit: 1,
    });
    await listIssues(client, { query: '', sort: 'trends', limit: 500 });
    await getIssue(client, '1001');
    await issueWithEvent(client, 'NODE-EXPRESS-1', 'recommended');
    await organizations(client);
    await projects(client);
    await resolveIssue(client, '1001', { inCommit: { commit: 'abc', repository: 'acme/shop' } });
    await resolveIssue(client, '1002', { inNextRelease: true });
    await archiveIssue(
      client,
      '1002',
      { substatus: 'archived_until_condition_met', ignoreCount: 10, ignoreWindow: 60 },
      'x',
    );
    const undocumented = sentry.requests.filter(({ path }) => /^\/api\/0\/issues\/\d+\/notes\/$/.test(path));
    expect(undocumented).toHaveLength(2);
    const rest = sentry.requests.filter((request) => !undocumented.includes(request));
    expect(rest.length).toBeGreaterThanOrEqual(15);
    if (!contract) throw new Error('skipped');
    expect(rest.flatMap((request) => requestProblems(contract, exchangeOf(request)))).toEqual([]);
    for (const { headers, body, path } of sentry.requests) {
      expect.soft(headers.authorization, path).toBe(`Bearer ${TEST_TOKEN}`);
      expect.soft(headers.accept, path).toBe('application/json');
      expect.soft(headers['user-agent'], path).toBe('pitcrew-test');
      if (body === undefined) expect.soft(headers['content-type'], path).toBeUndefined();
    }
  });

  it('has examples that are read whole', () => {
    const list = contract?.operationOf('GET', '/api/0/organizations/acme/issues/')?.answers.get('200');
    const [row] = (list?.examples[0] ?? []) as unknown[];
    expect(readIssue(row, () => '')).toMatchObject({
      id: '1',
      shortId: 'PUMP-STATION-1',
      count: 150,
      level: 'error',
      status: 'ignored',
      substatus: 'archived_until_condition_met',
      project: { id: '2', slug: 'pump-station' },
      assignedTo: 'John Doe',
      lastSeen: Date.parse('2018-12-06T21:19:55Z'),
    });
  });
});
