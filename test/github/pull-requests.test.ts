import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitHubClient } from '../../src/github/client.ts';
import { incidentMarker, REGION_BEGIN, REGION_END } from '../../src/github/marker.ts';
import { createDraftPullRequest, type DraftPullRequest } from '../../src/github/pull-requests.ts';
import { aPull, clientOf, type FakeGitHub, startFakeGitHub } from './fake-github.ts';

const INCIDENT = 'sentry:acme/CART-3';
const BRANCH = 'pitcrew/cart-3';
const bodyOf = (text: string, incident = INCIDENT) =>
  `${incidentMarker(incident)}\n${REGION_BEGIN}\n\n${text}\n\n${REGION_END}\n`;
const request = (change: Partial<DraftPullRequest> = {}): DraftPullRequest => ({
  incident: INCIDENT,
  title: 'fix(cart): an empty cart has the total 0',
  body: bodyOf('The new text.'),
  head: BRANCH,
  base: 'main',
  reviewers: { users: [], teams: [] },
  ...change,
});

let fake: FakeGitHub;
let client: GitHubClient;
beforeEach(async () => {
  fake = await startFakeGitHub();
  ({ client } = await clientOf(fake));
});
afterEach(() => fake.close());

const sent = (method: string) => fake.requests.filter((seen) => seen.method === method);

describe('a first offer', () => {
  test('opens a draft with labels and reviewers', async () => {
    fake.reviewers = new Set(['ann', 'web']);
    const outcome = await createDraftPullRequest(
      client,
      request({ labels: ['pitcrew'], reviewers: { users: ['ann', 'robot'], teams: ['acme/web'] } }),
    );
    expect(outcome).toEqual({
      outcome: 'created',
      number: 1,
      url: `${fake.url}/acme/shop/pull/1`,
      state: 'open',
      draft: true,
      reviewersRequested: ['ann', 'acme/web'],
      reviewersRefused: [],
      notes: [],
    });
    expect(fake.pulls).toMatchObject([
      { draft: true, head: BRANCH, base: 'main', body: bodyOf('The new text.'), labels: ['pitcrew'] },
    ]);
    expect(sent('GET')).toHaveLength(2);
  });

  test('takes the power from its title', async () => {
    await createDraftPullRequest(client, request({ title: 'fix: CART-3, closes #4\nthanks @ann' }));
    expect(fake.pulls[0]?.title).toBe('fix: · CART-3, closes · # 4 thanks @ ann');
  });

  test.each([
    ['has no marker', 'No marker.'],
    ['has the marker of another incident', bodyOf('Text.', 'sentry:acme/CART-4')],
    ['would close an issue', bodyOf('Fixes #12')],
    ['would resolve a Sentry issue', bodyOf('fixed at last, CART-3')],
    ['would notify somebody', bodyOf('Thanks, @ann.')],
  ])('is refused when its body %s', async (_name, body) => {
    await expect(createDraftPullRequest(client, request({ body }))).rejects.toMatchObject({ kind: 'input' });
    expect(fake.requests).toEqual([]);
  });

  test.each([
    ['head', `acme/shop has no branch ${BRANCH}, although it was pushed to origin.`],
    ['base', 'it has no branch main to merge into.'],
    ['title', 'it refused the request: Validation Failed; PullRequest title invalid'],
  ])('tells what GitHub refuses: %s', async (field, sentence) => {
    const errors = [{ resource: 'PullRequest', field, code: 'invalid' }];
    fake.misbehave = ({ method }) =>
      method === 'POST' ? { status: 422, body: { message: 'Validation Failed', errors } } : undefined;
    await expect(createDraftPullRequest(client, request())).rejects.toMatchObject({
      message: `GitHub could not open a draft pull request: ${sentence}`,
    });
  });
});

describe('a second offer', () => {
  test('changes nothing when nothing changed', async () => {
    await createDraftPullRequest(client, request());
    const writes = sent('POST').length;
    expect(await createDraftPullRequest(client, request())).toMatchObject({
      outcome: 'existing',
      number: 1,
      notes: [],
    });
    expect([sent('POST').length, sent('PATCH').length]).toEqual([writes, 0]);
  });

  test('brings our part of the text up to date and leaves what people wrote around it', async () => {
    const old = `${bodyOf('The old text.')}\nAnn: looks good.\n`;
    fake.pulls = [aPull({ number: 4, head: BRANCH, body: old })];
    expect(await createDraftPullRequest(client, request())).toMatchObject({
      outcome: 'existing',
      number: 4,
      notes: ['The description of #4 was brought up to date.'],
    });
    expect(fake.pulls[0]?.body).toBe(`${bodyOf('The new text.')}\nAnn: looks good.\n`);
  });

  test.each([
    ['was rewritten by a person', 'All mine now.'],
    ['has lost our end mark', `${incidentMarker(INCIDENT)}\n${REGION_BEGIN}\nmine`],
    ['belongs to another incident', bodyOf('Other.', 'sentry:acme/CART-9')],
  ])('leaves a text alone that %s', async (_name, body) => {
    fake.pulls = [aPull({ number: 4, head: BRANCH, body })];
    const outcome = await createDraftPullRequest(client, request());
    expect(outcome).toMatchObject({
      outcome: 'existing',
      notes: ['The description of #4 is not ours any more and was left as it is.'],
    });
    expect(fake.pulls[0]?.body).toBe(body);
  });

  test('finds it by its marker on another branch, and leaves it', async () => {
    fake.pulls = [aPull({ number: 4, head: 'pitcrew/other', body: bodyOf('Old.') })];
    expect(await createDraftPullRequest(client, request())).toMatchObject({
      outcome: 'existing',
      number: 4,
      notes: [
        'Pull request #4 of this incident is open from another branch, pitcrew/other; it was left as it is.',
      ],
    });
    expect(fake.pulls).toMatchObject([{ body: bodyOf('Old.') }]);
  });

  test.each([
    ['by its branch', aPull({ number: 4, head: BRANCH, state: 'closed' })],
    ['by its marker', aPull({ number: 4, head: 'gone', state: 'closed', body: bodyOf('Old.') })],
  ])('is refused after a person closed the first, found %s', async (_name, pull) => {
    fake.pulls = [pull];
    const outcome = await createDraftPullRequest(client, request());
    expect(outcome).toMatchObject({ outcome: 'refused', number: 4, state: 'closed' });
    expect(outcome.notes.join(' ')).toMatch(/#4 .*closed without being merged.*reopen it/);
    expect(sent('POST')).toEqual([]);
  });

  test('is allowed after a merge, and names it; what came last decides', async () => {
    const merged = aPull({ number: 4, head: BRANCH, state: 'closed', merged_at: '2026-01-01T00:00:00Z' });
    fake.pulls = [aPull({ number: 2, head: BRANCH, state: 'closed' }), merged];
    expect(await createDraftPullRequest(client, request())).toMatchObject({ outcome: 'created', number: 5 });
    const came = fake.pulls[2]?.body;
    expect(came).toContain('**This incident came back**: pull request #4 for it was merged before.');
    // The name stays when the text is brought up to date.
    await createDraftPullRequest(client, request({ body: bodyOf('Newer.') }));
    expect(fake.pulls[2]?.body).toContain('pull request #4 for it was merged before.\n\nNewer.');

    fake.pulls = [merged, aPull({ number: 6, head: BRANCH, state: 'closed' })];
    expect(await createDraftPullRequest(client, request())).toMatchObject({ outcome: 'refused', number: 6 });
  });

  test('is not misled by a fork that bears our marker, or by a marker further down', async () => {
    fake.pulls = [
      aPull({ number: 4, head: BRANCH, headRepo: 'mallory/shop', body: bodyOf('Mine.') }),
      aPull({ number: 5, head: 'x', headRepo: null, state: 'closed', body: bodyOf('Mine.') }),
      aPull({ number: 6, head: 'y', body: `Quoting:\n${bodyOf('Old.')}` }),
    ];
    expect(await createDraftPullRequest(client, request())).toMatchObject({ outcome: 'created', number: 7 });
    expect(fake.pulls[0]?.body).toBe(bodyOf('Mine.'));
  });

  test('finds it among more than the newest 200 by an exact search', async () => {
    const others = Array.from({ length: 220 }, (_value, index) => aPull({ number: index + 10 }));
    const old = aPull({ number: 3, head: 'gone', state: 'closed', body: bodyOf('Old.') });
    fake.pulls = [old, ...others];
    expect(await createDraftPullRequest(client, request())).toMatchObject({ outcome: 'refused', number: 3 });
    expect(
      fake.requests.filter(({ path }) => path === '/search/issues').map(({ query }) => query.get('q')),
    ).toEqual(['repo:acme/shop is:pr in:body "CART-3"']);
    // No answer is not "there is none".
    fake.misbehave = ({ path }) => (path === '/search/issues' ? { status: 422 } : undefined);
    await expect(createDraftPullRequest(client, request())).rejects.toThrow(/could not search pull requests/);
    expect(sent('POST')).toEqual([]);
  });
});

describe('an offer that was interrupted', () => {
  test.each([
    ['GitHub failed after it had opened it', { status: 502, after: true }],
    ['the answer could not be read', { status: 200, after: true, body: '<html>' }],
  ])('finds what was done: %s', async (_name, what) => {
    fake.misbehave = ({ method, path }) => (method === 'POST' && path.endsWith('/pulls') ? what : undefined);
    fake.reviewers = new Set(['ann']);
    const outcome = await createDraftPullRequest(
      client,
      request({ reviewers: { users: ['ann'], teams: [] } }),
    );
    expect(outcome).toMatchObject({ outcome: 'existing', number: 1, reviewersRequested: ['ann'] });
    expect(fake.pulls).toHaveLength(1);
  });

  test('fails when nothing was done', async () => {
    fake.misbehave = ({ method }) => (method === 'POST' ? { status: 502 } : undefined);
    await expect(createDraftPullRequest(client, request())).rejects.toThrow(
      /could not open a draft pull request/,
    );
    expect(sent('POST')).toHaveLength(1);
  });

  test('takes the one that another session opened in between', async () => {
    let looks = 0;
    fake.misbehave = ({ method }) => {
      looks += method === 'GET' ? 1 : 0;
      if (method === 'POST' && fake.pulls.length === 0)
        fake.pulls.push(aPull({ number: 8, head: BRANCH, body: bodyOf('The new text.') }));
      return undefined;
    };
    expect(await createDraftPullRequest(client, request())).toMatchObject({ outcome: 'existing', number: 8 });
    expect(looks).toBeGreaterThan(2);
  });

  test('asks the reviewers who were not asked, but nobody twice', async () => {
    fake.reviewers = new Set(['ann']);
    const offer = request({ reviewers: { users: ['ann'], teams: [] } });
    fake.pulls = [aPull({ number: 4, head: BRANCH, body: offer.body })];
    expect(await createDraftPullRequest(client, offer)).toMatchObject({ reviewersRequested: ['ann'] });
    expect(await createDraftPullRequest(client, offer)).toMatchObject({ reviewersRequested: [] });
    fake.pulls = [aPull({ number: 4, head: BRANCH, body: offer.body, reviews: 1 })];
    expect(await createDraftPullRequest(client, offer)).toMatchObject({ reviewersRequested: [] });
    expect(sent('POST')).toHaveLength(1);
  });
});

describe('reviewers', () => {
  test('are asked one by one when GitHub refuses the list, and each refusal is told', async () => {
    fake.reviewers = new Set(['ann', 'web']);
    const outcome = await createDraftPullRequest(
      client,
      request({ reviewers: { users: ['ann', 'gone'], teams: ['acme/web', 'other/team'] } }),
    );
    expect(outcome.reviewersRequested).toEqual(['ann', 'acme/web']);
    expect(outcome.reviewersRefused).toEqual(['gone', 'other/team']);
    expect(outcome.notes).toEqual([
      'gone was not asked for a review: GitHub could not ask for a review of pull request #1: it refused the request: Reviews may only be requested from collaborators. @someone is not one.',
      'other/team was not asked for a review: the team belongs to another organization',
    ]);
    expect(fake.pulls[0]).toMatchObject({ requested_reviewers: ['ann'], requested_teams: ['web'] });
  });

  test('and labels stop nothing when the token may not set them', async () => {
    fake.misbehave = ({ path }) => (/labels|requested_reviewers/.test(path) ? { status: 403 } : undefined);
    const outcome = await createDraftPullRequest(
      client,
      request({ labels: ['pitcrew'], reviewers: { users: ['ann', 'bob'], teams: [] } }),
    );
    expect(outcome).toMatchObject({ outcome: 'created', reviewersRefused: ['ann', 'bob'] });
    expect(outcome.notes).toHaveLength(3);
    expect(sent('POST')).toHaveLength(3);
  });

  test('that GitHub leaves out without a word are told', async () => {
    fake.misbehave = ({ path }) =>
      path.endsWith('requested_reviewers') ? { status: 201, body: { number: 1 } } : undefined;
    const outcome = await createDraftPullRequest(
      client,
      request({ reviewers: { users: ['ann'], teams: [] } }),
    );
    expect(outcome).toMatchObject({
      reviewersRequested: [],
      reviewersRefused: ['ann'],
      notes: ['ann was not asked for a review: GitHub left it out'],
    });
  });

  test('are fifteen at most', async () => {
    const users = Array.from({ length: 17 }, (_value, index) => `user${index}`);
    fake.reviewers = new Set(users);
    const outcome = await createDraftPullRequest(client, request({ reviewers: { users, teams: [] } }));
    expect(outcome.reviewersRequested).toHaveLength(15);
    expect(outcome.reviewersRefused).toEqual(['user15', 'user16']);
  });
});

test('a cancelled offer opens nothing', async () => {
  const controller = new AbortController();
  fake.misbehave = () => {
    controller.abort();
    return undefined;
  };
  await expect(createDraftPullRequest(client, request(), controller.signal)).rejects.toThrow(/abort/i);
  expect(fake.pulls).toEqual([]);
});
