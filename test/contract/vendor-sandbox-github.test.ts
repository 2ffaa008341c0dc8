import { describe, expect, test } from 'vitest';
import { bareRepository } from '../sandbox/support/git.ts';
import { type Trial, trial } from '../sandbox/support/sandbox.ts';
import { type Asked, asks } from '../support/ask-sandbox.ts';
import { vendorContract } from '../support/vendor-contract.ts';

const github = vendorContract('github');

const ask = ({ sandbox }: Trial, method: string, path: string, asked?: Asked) =>
  asks(github, sandbox.githubUrl, sandbox.githubToken, method, path, asked);

const REPO = '/repos/pitstop/shop';
const search = (query: string) => `/search/issues?q=${encodeURIComponent(query)}`;

describe.skipIf(!github)("the sandbox's GitHub answers as GitHub's own description has it", () => {
  async function repository(): Promise<Trial> {
    const remote = await bareRepository();
    await remote.push('fix/total', 'src/cart.js', 'fixed');
    return trial({
      repository: 'pitstop/shop',
      remote: remote.path,
      collaborators: ['ada'],
      readOnlyTokens: ['reads-only'],
    });
  }

  test('every route', async () => {
    const one = await repository();
    one.sandbox.seedIssue({ title: 'It crashes', body: 'x is not a function', labels: ['bug'] });
    const steps: [status: number, method: string, path: string, body?: unknown][] = [
      [200, 'GET', '/user'],
      [200, 'GET', '/rate_limit'],
      [200, 'GET', REPO],
      [200, 'GET', `${REPO}/branches/main`],
      [200, 'GET', `${REPO}/branches/fix/total`],
      [200, 'GET', `${REPO}/contents/.github/CODEOWNERS?ref=main`],
      [201, 'POST', `${REPO}/issues`, { title: 'Another', labels: ['x'], assignees: ['ada'] }],
      [200, 'GET', `${REPO}/issues?state=all`],
      [200, 'GET', `${REPO}/issues/1`],
      [200, 'PATCH', `${REPO}/issues/1`, { state: 'closed', state_reason: 'not_planned' }],
      [201, 'POST', `${REPO}/issues/1/comments`, { body: 'seen again' }],
      [200, 'GET', `${REPO}/issues/1/comments`],
      [200, 'POST', `${REPO}/issues/1/labels`, { labels: ['crash'] }],
      [201, 'POST', `${REPO}/pulls`, { title: 'Fix', head: 'fix/total', base: 'main', draft: true }],
      [200, 'POST', `${REPO}/issues/3/labels`, { labels: ['crash'] }],
      [201, 'POST', `${REPO}/pulls/3/requested_reviewers`, { reviewers: ['ada'] }],
      [200, 'GET', `${REPO}/pulls?state=all`],
      [200, 'GET', `${REPO}/pulls/3`],
      [200, 'PATCH', `${REPO}/pulls/3`, { body: 'why' }],
      [200, 'GET', `${REPO}/pulls/3/reviews`],
      [200, 'GET', search('repo:pitstop/shop is:issue crashes')],
      [200, 'GET', search('repo:pitstop/shop is:pr fix')],
      [200, 'PATCH', `${REPO}/pulls/3`, { state: 'closed' }],
    ];
    for (const [status, method, path, body] of steps) {
      const answered = await ask(one, method, path, { body });
      expect.soft(answered.status, `${method} ${path}`).toBe(status);
      for (const name of ['limit', 'remaining', 'reset', 'used'])
        expect.soft(answered.answerHeaders[`x-ratelimit-${name}`], path).toMatch(/^\d+$/);
    }
  });

  test('lists are paged by Link', async () => {
    const one = await repository();
    for (let number = 1; number <= 3; number += 1) one.sandbox.seedIssue({ title: `issue ${number}` });
    const { answerHeaders } = await ask(one, 'GET', `${REPO}/issues?per_page=2`);
    expect(answerHeaders.link).toMatch(/^<http:[^>]+page=2>; rel="next", <http:[^>]+page=2>; rel="last"$/);
  });

  test('refusals are in the words of GitHub', async () => {
    const one = await repository();
    const pull = { title: 'Fix', head: 'fix/total', base: 'main' };
    const refusals: [status: number, method: string, path: string, asked?: Asked][] = [
      [401, 'GET', REPO, { token: null }],
      [401, 'GET', '/user', { token: 'wrong' }],
      [403, 'POST', `${REPO}/pulls`, { token: 'reads-only', body: pull }],
      [404, 'GET', '/repos/else/where'],
      [404, 'GET', `${REPO}/issues/99`],
      [404, 'GET', `${REPO}/pulls/99`],
      [404, 'GET', `${REPO}/contents/nothing`],
      [404, 'GET', `${REPO}/branches/nothing`],
      [400, 'POST', `${REPO}/issues`, { body: '{"title":' }],
      [422, 'POST', `${REPO}/issues`, { body: {} }],
      [422, 'POST', `${REPO}/pulls`, { body: { ...pull, head: 'nothing' } }],
      [422, 'GET', search('')],
      [422, 'GET', search('is:issue repo:else/where x')],
    ];
    for (const [status, method, path, asked] of refusals) {
      const answered = await ask(one, method, path, asked);
      expect.soft(answered.status, `${method} ${path}`).toBe(status);
      expect.soft(answered.answer, path).toMatchObject(inGitHubsWords(status));
    }
    for (const status of [400, 401, 403, 404, 409, 410, 422, 429, 500, 503]) {
      one.sandbox.misbehave({ kind: 'status', status, times: 1 });
      const answered = await ask(one, 'GET', `${REPO}/issues/1`);
      expect.soft(answered).toMatchObject({ status, answer: inGitHubsWords(status) });
    }
  });

  const inGitHubsWords = (status: number) => ({
    message: expect.any(String),
    documentation_url: expect.stringMatching(/^https:/),
    status: String(status),
  });
});
