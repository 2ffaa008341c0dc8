import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn, daysAgo } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { fails, works } from '../support/steps.ts';

let stage: Stage;
let client: TestClient;

beforeAll(async () => {
  stage = await openStage({ projects: ['race-day', 'pit-wall'] });
  for (let event = 0; event < 12; event += 1) await stage.crash(crashIn('src/often.mjs'));
  for (let event = 0; event < 2; event += 1)
    await stage.crash(
      crashIn('src/twice.mjs', { level: 'fatal', timestamp: daysAgo(3), environment: 'staging' }),
    );
  await stage.crash(crashIn('src/once.mjs', { release: 'race-day@1.5.0\u001b[31m|\u202e' }));
  await stage.crash({ message: 'careful', level: 'warning' });
  await stage.crash(crashIn('src/done.mjs'));
  const token = { authorization: `Bearer ${stage.sandbox.token}`, 'content-type': 'application/json' };
  await fetch(`${stage.sandbox.url}/api/0/organizations/pitstop/issues/5/`, {
    method: 'PUT',
    headers: token,
    body: JSON.stringify({ status: 'resolved' }),
  });
  client = await connect(stage);
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

test('the whole answer', async () => {
  const { text } = await works(client, 'sentry_issue_stats');
  expect(text).toMatchInlineSnapshot(`
    "4 unresolved issues, 16 events.
    By level: error: 2, fatal: 1, warning: 1.
    By number of events: 1: 2, 2-9: 1, 10-99: 1.
    New in 24 h: 3; regressed: 0; escalating: 0.
    Releases last seen in, over the 4 most frequent issues: race-day@1.4.0 (2), race-day@1.5.0| (1), without a release (1)."
  `);
});

test('the same figures for programs, and again the same', async () => {
  const { data } = await works(client, 'sentry_issue_stats');
  expect({ ...data, releases: [] }).toMatchInlineSnapshot(`
    {
      "byFrequency": {
        "1": 2,
        "10-99": 1,
        "100-999": 0,
        "1000+": 0,
        "2-9": 1,
      },
      "byLevel": {
        "error": 2,
        "fatal": 1,
        "warning": 1,
      },
      "escalating": 0,
      "events": 16,
      "hasMore": false,
      "issues": 4,
      "newIn24Hours": 3,
      "regressed": 0,
      "releases": [],
      "releasesLookedAt": 4,
      "total": 4,
    }
  `);
  expect((await works(client, 'sentry_issue_stats')).data).toEqual(data);
});

test('the releases, as text of strangers', async () => {
  const { data } = await works(client, 'sentry_issue_stats');
  expect(data.releases).toHaveLength(3);
  expect(data.releases[0]).toEqual({ release: 'race-day@1.4.0', issues: 2 });
  expect(JSON.stringify(data.releases)).not.toMatch(/\\u001b|\u202e/);
});

test('an issue that comes back counts as regressed', async () => {
  await stage.crash(crashIn('src/done.mjs'));
  const { data } = await works(client, 'sentry_issue_stats');
  expect(data).toMatchObject({ issues: 5, regressed: 1 });
});

test('query, environment, project and period narrow it', async () => {
  const counted = async (args: Record<string, unknown>) =>
    (await works(client, 'sentry_issue_stats', args)).data.issues;
  expect(await counted({ query: 'is:unresolved level:warning' })).toBe(1);
  expect(await counted({ environment: ['staging'] })).toBe(1);
  expect(await counted({ project: ['pit-wall'] })).toBe(0);
  expect(await counted({ period: '24h' })).toBe(4);
});

test('nothing found is said in the same words', async () => {
  const { text } = await works(client, 'sentry_issue_stats', { project: ['pit-wall'] });
  expect(text).toMatchInlineSnapshot(`
    "0 unresolved issues, 0 events.
    By level: none.
    By number of events: none.
    New in 24 h: 0; regressed: 0; escalating: 0.
    Releases last seen in, over the 0 most frequent issues: none named."
  `);
});

test('a release that cannot be read costs only itself', async () => {
  stage.sandbox.misbehave({ match: { path: /\/issues\/1\/$/ }, kind: 'status', status: 403 });
  const { data } = await works(client, 'sentry_issue_stats');
  stage.sandbox.behave();
  expect(data).toMatchObject({ issues: 5, releasesLookedAt: 4 });
});

test('it only looks: no file, no claim', () => {
  expect(existsSync(join(stage.repository, '.claude'))).toBe(false);
});

test('what is wrong with a call', async () => {
  const period = await fails(client, 'sentry_issue_stats', { period: '2 weeks' }, 'input');
  expect(period.message).toContain('period: ');
  expect(period.hint).toBe('Expected arguments: query, project, environment, period.');
  const query = await fails(client, 'sentry_issue_stats', { query: 'is:nonsense' }, 'input');
  expect(query.message).toContain("invalid status value of 'nonsense'");
  const project = await fails(client, 'sentry_issue_stats', { project: ['nope'] }, 'input');
  expect(project.message).toMatch(/\((400|403|404)\)/);
});

test('a listing that fails is a failure, not a zero', async () => {
  stage.sandbox.misbehave({ match: { path: '/organizations/pitstop/issues/' }, kind: 'garbage' });
  const failure = await fails(client, 'sentry_issue_stats', {}, 'upstream');
  stage.sandbox.behave();
  expect(failure.message).toMatch(/instead of JSON about organization pitstop/);
});

test('on the command line', async () => {
  const done = await cli(stage, ['sentry-issue-stats', '--period', '24h', '--json']);
  expect(done.code).toBe(0);
  expect(done.data).toMatchObject({ issues: 4, hasMore: false });
});
