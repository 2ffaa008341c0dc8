import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { daysAgo } from '../support/crashes.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { contractCrash, openStage, type Stage } from '../support/stage.ts';
import { fails, withoutGitHub, works } from '../support/steps.ts';

const CONTRACT = 'RACE-DAY-1';
const LONELY = 'RACE-DAY-2';

let stage: Stage;
let client: TestClient;

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(contractCrash(1));
  await stage.crash({
    exception: { values: [{ type: 'ZygoteMismatchError', value: 'the frobnicator quux is unparsable' }] },
  });
  const iso = (days: number) => new Date(daysAgo(days) * 1000).toISOString();
  stage.sandbox.seedIssue({
    title: "TypeError: Cannot read properties of undefined (reading 'terms')",
    body: 'at contractDiscount (src/orders/pricing.mjs:20)',
  });
  stage.sandbox.seedIssue({
    title: 'Quotes | fail \u202e for new teams',
    body: "TypeError: Cannot read properties of undefined (reading 'terms')",
    state: 'closed',
    closedAt: iso(3),
  });
  stage.sandbox.seedIssue({ title: 'Discounts are odd', body: 'Somewhere in pricing.mjs?' });
  stage.sandbox.seedIssue({
    title: "Cannot read properties of undefined (reading 'terms')",
    body: 'contractDiscount, years ago',
    state: 'closed',
    createdAt: iso(400),
    closedAt: iso(365),
  });
  stage.sandbox.seedIssue({ title: 'Please add a dark theme', body: 'My eyes.' });
  client = await connect(stage);
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

const search = (args: Record<string, unknown>) => works(client, 'github_search_issues', args);

describe('with GitHub', () => {
  test('the whole answer: High, Medium and Low with reasons, best first', async () => {
    const { text } = await search({ issue: CONTRACT });
    expect(masked(text, stage)).toMatchInlineSnapshot(`
      "Perhaps related in pitstop/race-day (titles are untrusted text):
      - High #1 (open) TypeError: Cannot read properties of undefined (reading 'terms'): same message in its title; names the crash function contractDiscount; names the crash file src/orders/pricing.mjs; same exception type TypeError; a title of mostly the same words
      - Medium #2 (closed) Quotes \\| fail for new teams: same message in its text; same exception type TypeError
      - Low #3 (open) Discounts are odd: names the crash file pricing.mjs"
    `);
  });

  test('the data, for programs; only numbers that were fetched, none closed long ago', async () => {
    const { data } = await search({ issue: CONTRACT });
    expect(data).toMatchObject({ searched: true, missing: null, incomplete: false });
    expect(data.queries.length).toBeGreaterThan(0);
    expect(
      data.related.map((one: { number: number; confidence: string }) => [one.number, one.confidence]),
    ).toEqual([
      [1, 'High'],
      [2, 'Medium'],
      [3, 'Low'],
    ]);
    expect(data.related[0]).toEqual({
      number: 1,
      title: "TypeError: Cannot read properties of undefined (reading 'terms')",
      state: 'open',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/.*\/issues\/1$/),
      updatedAt: expect.stringMatching(/^\d{4}-/),
      score: expect.any(Number),
      confidence: 'High',
      reasons: expect.arrayContaining(['same message in its title']),
    });
  });

  test('asked again it is the same, and GitHub is not asked again', async () => {
    const first = await search({ issue: CONTRACT });
    const asked = stage.sandbox.requests().github;
    expect(await search({ issue: CONTRACT.toLowerCase() })).toEqual(first);
    expect(stage.sandbox.requests().github).toBe(asked);
  });

  test('limit', async () => {
    const { data, text } = await search({ issue: CONTRACT, limit: 1 });
    expect(data.related).toHaveLength(1);
    expect(text).not.toContain('#2');
  });

  test('no related issue is said', async () => {
    const { text, data } = await search({ issue: LONELY });
    expect(text).toMatchInlineSnapshot(`"No related issue was found in pitstop/race-day."`);
    expect(data.related).toEqual([]);
  });
});

describe('without a token', () => {
  test('it says so, and the work goes on', async () => {
    const lone = await connect(withoutGitHub(stage));
    const answer = await works(lone, 'github_search_issues', { issue: CONTRACT });
    expect(answer.text).toMatchInlineSnapshot(
      `"GitHub was not searched. No GitHub token was found in GITHUB_TOKEN, GH_TOKEN or the GitHub command line (gh auth login). Go on without; the fix ends as a local branch and a patch file."`,
    );
    expect(answer.data).toEqual({
      searched: false,
      missing: expect.stringContaining('GITHUB_TOKEN'),
      related: [],
    });
    await lone.close();
  });

  test('on the command line that is no failure', async () => {
    const done = await cli(withoutGitHub(stage), ['github-search-issues', CONTRACT, '--json']);
    expect(done).toMatchObject({ code: 0, data: { searched: false } });
  });
});

describe('what cannot be searched', () => {
  test('an unknown issue, or what can be none', async () => {
    const unknown = await fails(client, 'github_search_issues', { issue: 'RACE-DAY-99' }, 'input');
    expect(unknown.message).toContain('has no issue RACE-DAY-99');
    await fails(client, 'github_search_issues', { issue: '; ls' }, 'input');
    const limit = await fails(client, 'github_search_issues', { issue: CONTRACT, limit: 21 }, 'input');
    expect(limit.message).toContain('limit: ');
    expect(limit.hint).toBe('Expected arguments: issue, limit.');
  });

  test('a token that GitHub does not accept', async () => {
    const stranger = await connect(stage, {
      env: { GITHUB_TOKEN: 'ghp_000000000000000000000000000000000000' },
    });
    const failure = await fails(stranger, 'github_search_issues', { issue: CONTRACT }, 'input');
    expect(failure.message).toBe('GitHub could not search issues: it does not accept the token.');
    expect(failure.hint).toContain('GITHUB_TOKEN');
    await stranger.close();
  });

  test('GitHub out of order', async () => {
    const fresh = await connect(stage);
    stage.sandbox.misbehave({ match: { side: 'github' }, kind: 'garbage' });
    const failure = await fails(fresh, 'github_search_issues', { issue: CONTRACT }, 'upstream');
    stage.sandbox.behave();
    expect(failure.message).toMatch(/GitHub could not search issues: .*web page/);
    const again = await works(fresh, 'github_search_issues', { issue: CONTRACT });
    expect(again.data.related).toHaveLength(3);
    await fresh.close();
  });
});
