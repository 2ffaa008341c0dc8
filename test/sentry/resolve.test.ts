import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SentryClient } from '../../src/sentry/client.ts';
import { archiveIssue, ensureNote, resolveIssue } from '../../src/sentry/resolve.ts';
import { fakeIssue, testClient } from './support/clients.ts';
import { type FakeSentry, startFakeSentry } from './support/fake-sentry.ts';

let sentry: FakeSentry;
let client: SentryClient;

beforeEach(async () => {
  sentry = await startFakeSentry();
  sentry.issues.push(fakeIssue(3, { substatus: 'regressed' }));
  client = testClient(sentry.url, { sleep: async () => {} });
});
afterEach(async () => {
  await client.close();
  await sentry.close();
});

const commit = 'a'.repeat(40);
const inCommit = { inCommit: { commit, repository: 'acme/shop' } };
const writes = () => sentry.requests.filter(({ method }) => method !== 'GET');
const failWrites = (...statuses: (number | undefined)[]) => {
  sentry.behave = ({ method }) => {
    const status = method === 'PUT' ? statuses.shift() : undefined;
    return status === undefined
      ? undefined
      : { kind: 'status', status, body: '{"detail":"Commit not found"}' };
  };
};

describe('resolving', () => {
  it('sends only what changes, and reads before and after', async () => {
    const report = await resolveIssue(client, 'NODE-EXPRESS-3', inCommit);
    expect(report).toMatchObject({
      shortId: 'NODE-EXPRESS-3',
      id: '1003',
      before: 'unresolved (regressed)',
      after: 'resolved in commit aaaaaaaaaaaa',
      changed: true,
      confirmed: true,
      strategy: 'inCommit',
    });
    expect(report).not.toHaveProperty('fellBack');
    expect(writes().map(({ path, body }) => ({ path, body }))).toEqual([
      {
        path: '/api/0/organizations/acme/issues/1003/',
        body: { status: 'resolved', statusDetails: { inCommit: { commit, repository: 'acme/shop' } } },
      },
    ]);
  });

  it('does nothing where the issue is as wanted', async () => {
    await resolveIssue(client, '1003', { inNextRelease: true });
    const again = await resolveIssue(client, '1003', { inNextRelease: true });
    expect(again).toMatchObject({
      changed: false,
      before: 'resolved in the next release',
      after: 'resolved in the next release',
    });
    expect(writes()).toHaveLength(1);
  });

  it.each([
    ['an object with the hash', { commit }],
    ['an object whose id is the hash', { id: commit }],
    ['the hash itself', commit],
  ])('knows the commit of an issue that is resolved, given as %s', async (_form, given) => {
    const resolved = { status: 'resolved', substatus: null, statusDetails: { inCommit: given } };
    sentry.issues.push(fakeIssue(4, resolved));
    expect(await resolveIssue(client, '1004', inCommit)).toMatchObject({
      changed: false,
      after: 'resolved in commit aaaaaaaaaaaa',
    });
    expect(writes()).toEqual([]);
  });

  it('falls back to the next release where Sentry does not know the commit, and says so', async () => {
    failWrites(400);
    const report = await resolveIssue(client, '1003', inCommit);
    expect(report).toMatchObject({
      strategy: 'inNextRelease',
      after: 'resolved in the next release',
      changed: true,
    });
    expect(report.fellBack).toContain(
      'does not know commit aaaaaaaaaaaa of repository acme/shop (Commit not found)',
    );
    expect(writes().map(({ body }) => body)).toEqual([
      { status: 'resolved', statusDetails: inCommit },
      { status: 'resolved', statusDetails: { inNextRelease: true } },
    ]);
  });

  it('does not hide a missing permission behind the fallback', async () => {
    failWrites(403);
    await expect(resolveIssue(client, '1003', inCommit)).rejects.toThrow(/403/);
    expect(writes()).toHaveLength(1);
  });

  it('reads the state before it repeats a write that may have happened', async () => {
    // The change is made, but its answer never arrives.
    sentry.behave = ({ method, body }) => {
      if (method !== 'PUT') return undefined;
      Object.assign(sentry.issues[0] ?? {}, body);
      return { kind: 'reset' };
    };
    expect(await resolveIssue(client, '1003', { inRelease: '1.2.3' })).toMatchObject({
      changed: true,
      after: 'resolved in release 1.2.3',
    });
    expect(writes()).toHaveLength(1);
  });

  it('repeats it once where it had not happened', async () => {
    failWrites(502);
    expect(await resolveIssue(client, '1003', { inNextRelease: true })).toMatchObject({ confirmed: true });
    expect(writes()).toHaveLength(2);
  });

  it('stands by a write that succeeded when the answers after it are strange', async () => {
    let written = false;
    sentry.behave = ({ method }) => {
      if (method === 'PUT') {
        written = true;
        return { kind: 'status', status: 200, body: '' };
      }
      return written ? { kind: 'status', status: 500 } : undefined;
    };
    expect(await resolveIssue(client, '1003', { inNextRelease: true })).toMatchObject({
      changed: true,
      confirmed: false,
      after: 'resolved in the next release',
    });
  });
});

describe('archiving', () => {
  const forever = { substatus: 'archived_forever' } as const;

  it('archives, and writes the reason to the issue, once', async () => {
    const first = await archiveIssue(client, '1003', forever, 'Bots only, see #12.');
    expect(first).toMatchObject({
      before: 'unresolved (regressed)',
      after: 'archived (archived_forever)',
      changed: true,
      note: { state: 'written' },
    });
    const second = await archiveIssue(client, '1003', forever, 'Bots only, see #12.');
    expect(second).toMatchObject({ changed: false, note: { state: 'present' } });
    expect(sentry.notes.map(({ data }) => data.text)).toEqual([
      expect.stringMatching(/^Bots only, see #12\.\n\n\[pitcrew [0-9a-f]{10}\]$/),
    ]);
    expect(writes().map(({ body }) => body)[0]).toEqual({ status: 'ignored', substatus: 'archived_forever' });
  });

  it('sends the conditions of an archiving until they are met', async () => {
    await archiveIssue(
      client,
      '1003',
      { substatus: 'archived_until_condition_met', ignoreCount: 100 },
      'Rare.',
    );
    expect(writes()[0]?.body).toEqual({
      status: 'ignored',
      substatus: 'archived_until_condition_met',
      statusDetails: { ignoreCount: 100 },
    });
  });

  it('stays archived when the comment cannot be written', async () => {
    sentry.behave = ({ path, method }) =>
      path.includes('/notes/') && method === 'POST' ? { kind: 'status', status: 403 } : undefined;
    const report = await archiveIssue(client, '1003', forever, 'Bots only.');
    expect(report).toMatchObject({
      changed: true,
      note: { state: 'failed', reason: expect.stringContaining('403') },
    });
  });

  it('does not write a comment twice because its answer was lost', async () => {
    sentry.behave = ({ path, method, body }) => {
      if (method !== 'POST' || !path.includes('/notes/')) return undefined;
      sentry.notes.push({ id: '9', data: body as { text: string }, dateCreated: '' });
      return { kind: 'reset' };
    };
    expect(await ensureNote(client, '1003', 'Once.')).toEqual({ state: 'written' });
    expect(sentry.notes).toHaveLength(1);
  });
});
