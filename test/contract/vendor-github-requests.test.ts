import { globSync, readFileSync } from 'node:fs';
import { Octokit } from '@octokit/rest';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type GitHubClient, openGitHubClient } from '../../src/github/client.ts';
import { defaultBranch } from '../../src/github/default-branch.ts';
import { findPullRequests } from '../../src/github/find-pull-requests.ts';
import { incidentMarker, REGION_BEGIN, REGION_END } from '../../src/github/marker.ts';
import { createDraftPullRequest } from '../../src/github/pull-requests.ts';
import { requestReviewers } from '../../src/github/reviewers.ts';
import { searchRelated } from '../../src/github/search-issues.ts';
import { askGitHub } from '../../src/setup/github-probe.ts';
import { type Trial, trial } from '../sandbox/support/sandbox.ts';
import { type RecordingProxy, startRecordingProxy } from '../support/recording-proxy.ts';
import { type Exchange, vendorContract } from '../support/vendor-contract.ts';
import { answerProblems, requestProblems } from '../support/vendor-hold.ts';

const contract = vendorContract('github');
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const INCIDENT = 'sentry:pitstop/PITSTOP-1';

interface Recorded {
  one: Trial;
  proxy: RecordingProxy;
  client: GitHubClient;
}

async function recorded(): Promise<Recorded> {
  const one = await trial({ repository: 'pitstop/shop', collaborators: ['ada'] });
  const proxy = await startRecordingProxy(one.sandbox.githubUrl);
  onTestFinished(() => proxy.close());
  const client = await openGitHubClient({
    baseUrl: proxy.url,
    token: one.sandbox.githubToken,
    owner: 'pitstop',
    repository: 'shop',
    userAgent: 'pitcrew-test/1.0',
    clock: () => one.clock.now,
    log: silent,
    writeIntervalMs: 0,
  });
  return { one, proxy, client };
}

const bodyOf = (text: string) => `${incidentMarker(INCIDENT)}\n${REGION_BEGIN}\n\n${text}\n\n${REGION_END}\n`;

/** Everything that the client can ask GitHub for, at least once. */
async function everything({ one, client }: Recorded): Promise<void> {
  one.sandbox.seedIssue({ title: 'Cannot read properties of undefined', body: 'in totalOf of cart.js' });
  await defaultBranch(client);
  await askGitHub(client, AbortSignal.timeout(20_000));
  const signals = {
    exceptionTypes: ['TypeError'],
    message: 'Cannot read properties of undefined',
    functions: ['totalOf'],
    files: ['src/cart.js'],
    title: 'TypeError: "quoted" \\ and *starred* words + more & 100 %',
  };
  await searchRelated(client, signals, { closedWithinDays: 90, limit: 5, now: one.clock.now });
  const draft = {
    incident: INCIDENT,
    title: 'fix: an empty cart has the total 0',
    body: bodyOf('The new text.'),
    head: 'pitcrew/pitstop-1',
    base: 'main',
    labels: ['crash'],
    reviewers: { users: ['ada'], teams: ['pitstop/crew'] },
  };
  const made = await createDraftPullRequest(client, { ...draft, reviewers: { users: [], teams: [] } });
  expect(made).toMatchObject({ outcome: 'created', reviewersRequested: [] });
  const again = await createDraftPullRequest(client, { ...draft, body: bodyOf('A newer text.') });
  expect(again).toMatchObject({ outcome: 'existing', number: made.number, reviewersRequested: ['ada'] });
  await requestReviewers(client, { number: made.number, author: undefined }, { users: ['bob'], teams: [] });
}

/** With more pull requests than are listed, the search is asked, and what it finds is read. */
async function manyPullRequests({ one, client }: Recorded): Promise<void> {
  const headers = { authorization: `Bearer ${one.sandbox.githubToken}` };
  for (let number = 0; number < 201; number += 1) {
    const body = number === 0 ? incidentMarker(INCIDENT) : 'other';
    const pull = { title: `Pull ${number}`, head: `branch-${number}`, base: 'main', body };
    const sent = { method: 'POST', headers, body: JSON.stringify(pull) };
    await fetch(`${one.sandbox.githubUrl}/repos/pitstop/shop/pulls`, sent);
  }
  const found = await findPullRequests(client, { incident: INCIDENT, head: 'fix/none' });
  expect(found.map((pull) => pull.number)).toEqual([3, 2]);
}

const operationsOf = (exchanges: readonly Exchange[]): string[] =>
  [
    ...new Set(
      exchanges.map(({ method, path }) => `${method} ${contract?.operationOf(method, path)?.template}`),
    ),
  ].toSorted();

describe.skipIf(!contract)("GitHub's published description", () => {
  test('knows every request that the client makes, and the sandbox answers each as it says', async () => {
    const here = await recorded();
    await everything(here);
    await manyPullRequests(here);
    const { exchanges } = here.proxy;
    if (!contract) throw new Error('skipped');
    expect(exchanges.flatMap((exchange) => requestProblems(contract, exchange))).toEqual([]);
    expect(exchanges.flatMap((exchange) => answerProblems(contract, exchange))).toEqual([]);
    for (const { headers, body, path } of exchanges) {
      expect.soft(headers.accept, path).toBe('application/vnd.github+json');
      expect.soft(headers['x-github-api-version'], path).toBe('2022-11-28');
      expect.soft(headers['user-agent'], path).toMatch(/^pitcrew-test\/1\.0\b/);
      expect.soft(headers.authorization, path).toMatch(/^(token|Bearer) ghp_\w{36}$/);
      if (body === undefined) expect.soft(headers['content-type'], path).toBeUndefined();
    }
    // A request that is added to the source without being made here would be held against nothing.
    expect(operationsOf(exchanges)).toEqual(operationsInSource());
  });

  test('has an opinion: what it does not describe is found', () => {
    if (!contract) throw new Error('skipped');
    const good: Exchange = {
      method: 'POST',
      path: '/repos/a/b/pulls',
      query: new URLSearchParams(),
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { title: 't', head: 'h', base: 'main', draft: true },
      status: 0,
      answerHeaders: {},
      answer: undefined,
    };
    expect(requestProblems(contract, good)).toEqual([]);
    const bad: Partial<Exchange>[] = [
      { path: '/repos/a/b/pull' },
      { method: 'DELETE' },
      { query: new URLSearchParams({ sort: 'created' }) },
      { body: { ...(good.body as object), reviewers: [] } },
      { body: { title: 't', head: 'h', base: 'main', draft: 'yes' } },
      { body: { title: 't', head: 'h' } },
      { body: undefined },
      { headers: { 'content-type': 'text/plain' } },
      { method: 'GET', body: undefined, query: new URLSearchParams({ state: 'any' }) },
      { method: 'GET', body: undefined, query: new URLSearchParams({ per_page: 'many' }) },
    ];
    for (const change of bad)
      expect.soft(requestProblems(contract, { ...good, ...change }), JSON.stringify(change)).toHaveLength(1);
  });
});

/** What the source asks Octokit for, in the words of the description: `octokit.rest.pulls.list` names its own path. */
function operationsInSource(): string[] {
  const { rest } = new Octokit();
  const source = globSync('src/**/*.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const named = [...source.matchAll(/octokit\.rest\.(\w+)\.(\w+)\(/g)].map(([, group = '', name = '']) => {
    const { method, url } = (rest as never as Endpoints)[group]?.[name]?.endpoint.DEFAULTS ?? {};
    return `${method} ${url}`;
  });
  const spelt = [...source.matchAll(/octokit\.request\('(\w+ [^']+)'/g)].map(([, text = '']) => text);
  return [...new Set([...named, ...spelt])].toSorted();
}

type Endpoints = Record<string, Record<string, { endpoint: { DEFAULTS: { method: string; url: string } } }>>;
