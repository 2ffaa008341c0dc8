import { Octokit } from '@octokit/rest';
import { expect, test } from 'vitest';
import { bareRepository } from './support/git.ts';
import { DAY, NOW, type Trial, trial } from './support/sandbox.ts';

const shop = { owner: 'pitstop', repo: 'shop' };
const silent = { debug() {}, info() {}, warn() {}, error() {} };

const octokitOf = ({ sandbox }: Trial): Octokit =>
  new Octokit({ baseUrl: sandbox.githubUrl, auth: sandbox.githubToken, log: silent });

const draft = { ...shop, title: 'Fix total', head: 'fix/total', base: 'main', body: 'why', draft: true };

test('a draft pull request: only of a branch that was pushed, and only one at a time', async () => {
  const remote = await bareRepository();
  const octokit = octokitOf(await trial({ repository: 'pitstop/shop', remote: remote.path }));
  expect((await octokit.rest.repos.get(shop)).data.default_branch).toBe('main');
  expect(
    (
      await octokit.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', {
        ...shop,
        branch: 'fix/total',
      })
    ).data,
  ).toEqual([]);

  await expect(octokit.rest.pulls.create(draft)).rejects.toMatchObject({
    status: 422,
    response: { data: { errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }] } },
  });
  await expect(octokit.rest.pulls.create({ ...draft, head: 'main' })).rejects.toThrow('No commits between');

  const commit = await remote.push('fix/total', 'src/cart.js', 'fixed');
  const { data: made, status } = await octokit.rest.pulls.create(draft);
  expect(status).toBe(201);
  expect(made).toMatchObject({
    number: 1,
    state: 'open',
    draft: true,
    merged_at: null,
    head: { ref: 'fix/total', sha: commit, label: 'pitstop:fix/total' },
    base: { ref: 'main' },
    user: { login: 'pitcrew-sandbox' },
    created_at: '2026-11-20T12:00:00Z',
  });
  await expect(octokit.rest.pulls.create(draft)).rejects.toThrow(
    'A pull request already exists for pitstop:fix/total.',
  );

  const again = await remote.push('fix/total', 'src/cart.js', 'fixed better');
  expect((await octokit.rest.pulls.get({ ...shop, pull_number: 1 })).data.head.sha).toBe(again);

  const byHead = { ...shop, head: 'pitstop:fix/total' };
  expect((await octokit.rest.pulls.list(byHead)).data).toHaveLength(1);
  expect((await octokit.rest.pulls.list({ ...shop, head: 'pitstop:other' })).data).toEqual([]);
  const closed = await octokit.rest.pulls.update({ ...shop, pull_number: 1, state: 'closed' });
  expect(closed.data).toMatchObject({ state: 'closed', closed_at: '2026-11-20T12:00:00Z' });
  expect((await octokit.rest.pulls.list(byHead)).data).toEqual([]);
  expect((await octokit.rest.pulls.list({ ...byHead, state: 'all' })).data).toMatchObject([{ number: 1 }]);
  expect((await octokit.rest.pulls.create(draft)).data.number).toBe(2);
});

test('files of the remote can be read, at their branch', async () => {
  const remote = await bareRepository();
  const octokit = octokitOf(await trial({ repository: 'pitstop/shop', remote: remote.path }));
  const { data } = await octokit.rest.repos.getContent({ ...shop, path: '.github/CODEOWNERS', ref: 'main' });
  expect(Buffer.from((data as { content: string }).content, 'base64').toString()).toBe('* @ada\n');
  await expect(octokit.rest.repos.getContent({ ...shop, path: 'CODEOWNERS' })).rejects.toMatchObject({
    status: 404,
  });
});

test('reviewers must be collaborators, and not the author', async () => {
  const octokit = octokitOf(await trial({ repository: 'pitstop/shop', collaborators: ['ada'] }));
  await octokit.rest.pulls.create(draft);
  const ask = (reviewers: string[]) =>
    octokit.rest.pulls.requestReviewers({ ...shop, pull_number: 1, reviewers });
  expect((await ask(['ada'])).data.requested_reviewers).toMatchObject([{ login: 'ada' }]);
  await expect(ask(['ada', 'mallory'])).rejects.toMatchObject({ status: 422 });
  await expect(ask(['pitcrew-sandbox'])).rejects.toThrow('pull request author');
});

test('issues, comments and labels are written and read back', async () => {
  const octokit = octokitOf(await trial({ repository: 'pitstop/shop' }));
  const { data: issue } = await octokit.rest.issues.create({ ...shop, title: 'It fails', labels: ['bug'] });
  const number = { ...shop, issue_number: issue.number };
  await octokit.rest.issues.addLabels({ ...number, labels: ['bug', 'crash'] });
  const { data: comment } = await octokit.rest.issues.createComment({ ...number, body: 'first' });
  await octokit.rest.issues.updateComment({ ...shop, comment_id: comment.id, body: 'second' });
  expect((await octokit.rest.issues.listComments(number)).data).toMatchObject([{ body: 'second' }]);
  await octokit.rest.issues.update({ ...number, state: 'closed', state_reason: 'not_planned' });
  const { data: read } = await octokit.rest.issues.get(number);
  expect(read).toMatchObject({
    state: 'closed',
    state_reason: 'not_planned',
    comments: 1,
    labels: [{ name: 'bug' }, { name: 'crash' }],
  });
  await expect(octokit.rest.issues.create({ ...shop, title: ' ' })).rejects.toMatchObject({ status: 422 });
  const long = 'x'.repeat(65_537);
  await expect(octokit.rest.issues.create({ ...shop, title: 'a', body: long })).rejects.toThrow('too long');
  await expect(octokit.rest.issues.get({ ...shop, issue_number: 99 })).rejects.toMatchObject({ status: 404 });
  await expect(octokit.rest.repos.get({ owner: 'else', repo: 'where' })).rejects.toMatchObject({
    status: 404,
  });
});

test('search is exact, over issues and over pull requests', async () => {
  const one = await trial({ repository: 'pitstop/shop' });
  const octokit = octokitOf(one);
  const marker = '<!-- pitcrew:incident=sentry:pitstop/PITSTOP-1 -->';
  const seeds = [
    {
      title: 'Cart total is undefined',
      body: "Cannot read properties of undefined (reading 'length')",
      labels: ['bug'],
    },
    {
      title: 'Old crash in totalOf',
      state: 'closed' as const,
      closedAt: new Date(NOW - 5 * DAY).toISOString(),
    },
    { title: 'Ancient crash', state: 'closed' as const, closedAt: new Date(NOW - 300 * DAY).toISOString() },
    { title: 'Wish: blue buttons', body: 'the total look', labels: ['wish', 'not a bug'] },
  ];
  for (const seed of seeds) one.sandbox.seedIssue(seed);
  await octokit.rest.pulls.create({ ...draft, body: `fix\n${marker}` });
  await octokit.rest.issues.createComment({ ...shop, issue_number: 4, body: 'seen with totalOf too' });
  const found = async (query: string): Promise<number[]> => {
    const { data } = await octokit.request('GET /search/issues', { q: `repo:pitstop/shop ${query}` });
    expect(data).toMatchObject({ total_count: data.items.length, incomplete_results: false });
    return data.items.map((item) => item.number);
  };
  const searches: [query: string, numbers: number[]][] = [
    ['is:issue total', [1, 4]],
    ['is:issue total in:title', [1]],
    ['is:issue "read properties of undefined"', [1]],
    ['is:issue "properties read"', []],
    ['is:issue undefined length', [1]],
    ['is:issue totalOf', [2, 4]],
    ['is:issue totalOf in:title,body', [2]],
    ['is:issue blue OR ancient', [4, 3]],
    ['is:issue crash -ancient', [2]],
    ['is:issue is:open', [4, 1]],
    ['is:issue state:closed', [3, 2]],
    ['is:issue closed:>2026-10-01', [2]],
    ['is:issue closed:2026-11-01..2026-11-30', [2]],
    ['is:issue updated:<2026-02-01', [3]],
    ['is:issue label:bug', [1]],
    ['is:issue -label:bug is:open', [4]],
    ['is:issue label:"not a bug"', [4]],
    [`is:pr "${marker}"`, [5]],
    ['is:pr is:open draft:true head:fix/total', [5]],
    ['is:issue sort:updated-desc', [4, 1, 2, 3]],
  ];
  for (const [query, numbers] of searches) expect.soft(await found(query), query).toEqual(numbers);
  const [pull] = (await octokit.request('GET /search/issues', { q: 'repo:pitstop/shop is:pr' })).data.items;
  expect(pull?.pull_request?.html_url).toBe(`${one.sandbox.url}/pitstop/shop/pull/5`);

  const refusals = [
    'repo:pitstop/shop total',
    'is:issue repo:else/where x',
    '  ',
    `is:issue ${'x'.repeat(260)}`,
  ];
  for (const q of refusals)
    await expect(octokit.request('GET /search/issues', { q }), q).rejects.toMatchObject({ status: 422 });
});

test('lists are paged by Link, and an unchanged answer is 304', async () => {
  const one = await trial({ repository: 'pitstop/shop' });
  const octokit = octokitOf(one);
  for (let number = 1; number <= 5; number += 1) one.sandbox.seedIssue({ title: `issue ${number}` });
  const all = await octokit.paginate(octokit.rest.issues.listForRepo, { ...shop, per_page: 2 });
  expect(all.map((issue) => issue.number)).toEqual([5, 4, 3, 2, 1]);

  const { headers } = await octokit.rest.issues.get({ ...shop, issue_number: 1 });
  expect(headers).toMatchObject({ 'x-ratelimit-limit': '5000', 'x-github-request-id': expect.any(String) });
  const unchanged = { ...shop, issue_number: 1, headers: { 'if-none-match': headers.etag } };
  await expect(octokit.rest.issues.get(unchanged)).rejects.toMatchObject({ status: 304 });
  const { data } = await octokit.rest.rateLimit.get();
  expect(data.resources).toMatchObject({ core: { limit: 5000 }, search: { limit: 30 } });
  expect((await octokit.rest.users.getAuthenticated()).data.login).toBe('pitcrew-sandbox');
});
