import { expect, test } from 'vitest';
import { DAY, errorEvent, type Json, type Trial, trial } from './support/sandbox.ts';

const ISSUE = '/api/0/organizations/pitstop/issues/1/';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const crashOf = (release?: string) =>
  errorEvent('TypeError', 'x is undefined', ['total'], release ? { release } : {});

/** One issue, seen in release `shop@1.0.0`. */
async function oneIssue(): Promise<Trial> {
  const one = await trial({ repository: 'pitstop/shop' });
  await one.crash(crashOf('shop@1.0.0'));
  return one;
}

const stateOf = async ({ get }: Trial): Promise<Json> => {
  const { body } = await get(ISSUE);
  return { status: body.status, substatus: body.substatus };
};

const RESOLVED = { status: 'resolved', substatus: null };
const REGRESSED = { status: 'unresolved', substatus: 'regressed' };

test('resolved outright: the next event reopens it, and the activity says so', async () => {
  const one = await oneIssue();
  expect(await one.put(ISSUE, { status: 'resolved' })).toMatchObject({ status: 200, body: RESOLVED });
  await one.crash(crashOf('shop@1.0.0'));
  expect(await stateOf(one)).toEqual(REGRESSED);
  const { body } = await one.get(ISSUE);
  expect(body.activity.map((entry: { type: string }) => entry.type)).toEqual([
    'set_regression',
    'set_resolved',
    'first_seen',
  ]);
});

test('in the next release: old builds may go on crashing, a newer one regresses', async () => {
  const one = await oneIssue();
  const { body } = await one.put(ISSUE, { status: 'resolved', statusDetails: { inNextRelease: true } });
  expect(body).toMatchObject({ ...RESOLVED, statusDetails: { inNextRelease: true }, shortId: 'PITSTOP-1' });
  for (const old of ['shop@1.0.0', 'shop@0.9.0', undefined]) await one.crash(crashOf(old));
  expect(await stateOf(one)).toEqual(RESOLVED);
  await one.crash(crashOf('shop@1.0.1'));
  expect(await stateOf(one)).toEqual(REGRESSED);
});

test('in a release: that release is the first that regresses', async () => {
  const one = await oneIssue();
  const other = errorEvent('RangeError', 'no', ['pay'], { release: 'shop@1.2.0' });
  await one.crash(other);
  const { body } = await one.put(ISSUE, { status: 'resolved', statusDetails: { inRelease: 'latest' } });
  expect(body.statusDetails).toMatchObject({ inRelease: 'shop@1.2.0' });
  await one.crash(crashOf('shop@1.1.0'));
  expect(await stateOf(one)).toEqual(RESOLVED);
  await one.crash(crashOf('shop@1.2.0'));
  expect(await stateOf(one)).toEqual(REGRESSED);
});

test('in a commit: shown with its repository, and regressed by a later release', async () => {
  const one = await oneIssue();
  const inCommit = { commit: COMMIT, repository: 'pitstop/shop' };
  const { body } = await one.put('/api/0/issues/1/', { status: 'resolved', statusDetails: { inCommit } });
  expect(body.statusDetails.inCommit).toMatchObject({ id: COMMIT, repository: { name: 'pitstop/shop' } });
  await one.crash(crashOf('shop@1.0.0'));
  expect(await stateOf(one)).toEqual(RESOLVED);
  await one.crash(crashOf('shop@2.0.0'));
  expect(await stateOf(one)).toEqual(REGRESSED);
});

test('archived: stays archived, or until as many events have come or as much time has gone', async () => {
  const one = await oneIssue();
  expect((await one.put(ISSUE, { status: 'ignored' })).body).toMatchObject({
    status: 'ignored',
    substatus: 'archived_until_escalating',
  });
  await one.put(ISSUE, { status: 'ignored', substatus: 'archived_forever' });
  await one.crash(crashOf());
  expect(await stateOf(one)).toEqual({ status: 'ignored', substatus: 'archived_forever' });
  expect(await one.list('is:archived')).toEqual(['PITSTOP-1']);

  await one.put(ISSUE, { status: 'ignored', statusDetails: { ignoreCount: 2 } });
  await one.crash(crashOf());
  expect(await stateOf(one)).toEqual({ status: 'ignored', substatus: 'archived_until_condition_met' });
  await one.crash(crashOf());
  expect(await stateOf(one)).toEqual({ status: 'unresolved', substatus: 'ongoing' });

  await one.put(ISSUE, { status: 'ignored', statusDetails: { ignoreDuration: 60 } });
  await one.crash(crashOf());
  expect(await stateOf(one)).toMatchObject({ status: 'ignored' });
  one.clock.now += DAY;
  await one.crash(crashOf());
  expect(await stateOf(one)).toMatchObject({ status: 'unresolved' });
});

test('what Sentry would not do is refused with its reason, and nothing has changed', async () => {
  const one = await oneIssue();
  const before = await stateOf(one);
  const resolved = (statusDetails: unknown) => ({ status: 'resolved', statusDetails, priority: 'low' });
  const refusals: [body: unknown, problem: Json][] = [
    [{ status: 'done' }, { status: ['"done" is not a valid choice.'] }],
    [{ status: 'resolved', substatus: 'archived_forever' }, { substatus: [expect.any(String)] }],
    [{ substatus: 'archived_forever' }, { detail: expect.any(String) }],
    [resolved({ inRelease: 'shop@9' }), { statusDetails: { inRelease: [expect.stringMatching('release')] } }],
    [
      resolved({ inCommit: { commit: COMMIT, repository: 'else/where' } }),
      { statusDetails: { inCommit: { repository: ['Unable to find the given repository.'] } } },
    ],
    [
      resolved({ inCommit: { repository: 'pitstop/shop' } }),
      { statusDetails: { inCommit: { commit: ['This field is required.'] } } },
    ],
    [{ status: 'resolved', priority: 'urgent' }, { priority: [expect.any(String)] }],
    [
      { status: 'ignored', statusDetails: { ignoreCount: 'many' } },
      { statusDetails: { ignoreCount: [expect.any(String)] } },
    ],
  ];
  for (const [body, problem] of refusals)
    expect.soft(await one.put(ISSUE, body)).toMatchObject({ status: 400, body: problem });
  expect(await stateOf(one)).toEqual(before);
  expect((await one.get(ISSUE)).body.priority).toBe('high');

  const bare = await trial();
  await bare.crash(crashOf());
  const next = await bare.put(ISSUE, { status: 'resolved', statusDetails: { inNextRelease: true } });
  expect(next).toMatchObject({
    status: 400,
    body: { statusDetails: { inNextRelease: [expect.stringContaining('No release')] } },
  });
});

test('notes: written, listed newest first, not twice within the hour', async () => {
  const one = await oneIssue();
  const notes = '/api/0/issues/1/notes/';
  expect(await one.post(notes, { text: 'archived: hardware fault' })).toMatchObject({
    status: 201,
    body: { type: 'note', data: { text: 'archived: hardware fault' }, user: { username: 'sandbox' } },
  });
  expect(await one.post(notes, { text: 'archived: hardware fault' })).toMatchObject({ status: 400 });
  expect(await one.post(notes, {})).toMatchObject({ status: 400, body: { text: [expect.any(String)] } });
  await one.post('/api/0/organizations/pitstop/issues/PITSTOP-1/comments/', { text: 'second' });
  const { body } = await one.get(notes);
  expect(body.map((note: Json) => note.data.text)).toEqual(['second', 'archived: hardware fault']);
  expect((await one.get(ISSUE)).body.numComments).toBe(2);
});

test('an issue is found by number and short id, with its releases, tags and events', async () => {
  const one = await oneIssue();
  await one.crash({
    ...crashOf('shop@1.1.0'),
    event_id: 'c'.repeat(32),
    timestamp: one.clock.now / 1000 + 30,
  });
  const { body: byShortId } = await one.get('/api/0/organizations/pitstop/shortids/pitstop-1/');
  expect(byShortId).toMatchObject({ groupId: '1', shortId: 'PITSTOP-1', group: { count: '2' } });
  const { body: issue } = await one.get('/api/0/organizations/pitstop/issues/PITSTOP-1/');
  expect(issue).toMatchObject({
    id: '1',
    firstRelease: { version: 'shop@1.0.0' },
    lastRelease: { version: 'shop@1.1.0' },
    project: { slug: 'pitstop' },
    permalink: `${one.sandbox.url}/organizations/pitstop/issues/1/`,
  });
  expect(issue.tags).toContainEqual(expect.objectContaining({ key: 'release', totalValues: 2 }));

  const { body: latest } = await one.get(`${ISSUE}events/latest/`);
  const { body: oldest } = await one.get(`${ISSUE}events/oldest/`);
  expect(latest).toMatchObject({ eventID: 'c'.repeat(32), groupID: '1', nextEventID: null });
  expect(latest.previousEventID).toBe(oldest.eventID);
  expect((await one.get(`${ISSUE}events/${oldest.id}/`)).body).toEqual(oldest);
  const { body: events, headers } = await one.get(`${ISSUE}events/?limit=1`);
  expect(events).toMatchObject([{ eventID: latest.eventID, title: 'TypeError: x is undefined' }]);
  expect(headers.get('link')).toContain('rel="next"; results="true"');
  const { body: releases } = await one.get('/api/0/organizations/pitstop/releases/');
  expect(releases.map((release: Json) => release.version)).toEqual(['shop@1.1.0', 'shop@1.0.0']);
});
