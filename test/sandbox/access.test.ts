import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { errorEvent, temporaryDirectory, trial } from './support/sandbox.ts';

const LIST = '/api/0/organizations/pitstop/issues/';

/** The status of a request whose headers `fetch` would not let us choose. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('both APIs want a token, in the words of their vendors', async () => {
  const { sandbox } = await trial({ repository: 'pitstop/shop', readOnlyTokens: ['only-to-read'] });
  const ask = async (url: string, token?: string, method = 'GET') => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const response = await fetch(url, { method, headers, ...(method !== 'GET' && { body: '{}' }) });
    return { status: response.status, body: await response.json() };
  };
  const list = `${sandbox.url}${LIST}`;
  const issue = `${list}1/`;
  const repository = `${sandbox.githubUrl}/repos/pitstop/shop`;
  expect(await ask(list)).toEqual({
    status: 401,
    body: { detail: 'Authentication credentials were not provided.' },
  });
  expect(await ask(list, 'wrong')).toEqual({ status: 401, body: { detail: 'Invalid token' } });
  expect(await ask(list, sandbox.githubToken)).toMatchObject({ status: 401 });
  expect(await ask(list, 'only-to-read')).toMatchObject({ status: 200 });
  expect(await ask(issue, 'only-to-read', 'PUT')).toEqual({
    status: 403,
    body: { detail: 'You do not have permission to perform this action.' },
  });
  expect(await ask(repository)).toMatchObject({ status: 401, body: { message: 'Requires authentication' } });
  expect(await ask(repository, 'wrong')).toMatchObject({ status: 401, body: { message: 'Bad credentials' } });
  expect(await ask(repository, 'only-to-read')).toMatchObject({ status: 200 });
  expect(await ask(`${repository}/issues`, 'only-to-read', 'POST')).toMatchObject({ status: 403 });
  expect(sandbox.requests()).toEqual({ sentry: 5, github: 4 });
});

test.each([
  '/api/0/organizations/else/issues/',
  '/api/0/organizations/pitstop/issues/99/',
  '/api/0/organizations/pitstop/issues/PITSTOP-99/',
  '/api/0/organizations/pitstop/shortids/%24(id)/',
  '/api/0/projects/pitstop/else/',
  '/api/0/organizations/pitstop/issues',
  '/api/0/organizations/%E0%A4%A/issues/',
  '/api/0/nothing/',
  '/nothing',
])('404 with a detail for %s', async (path) => {
  const { get } = await trial();
  expect(await get(path)).toMatchObject({ status: 404, body: { detail: expect.any(String) } });
});

test('the organization names the sandbox as its region, and its projects', async () => {
  const { sandbox, get } = await trial({ organization: 'garage', projects: ['brakes', 'tyres'] });
  const { body } = await get('/api/0/organizations/garage/');
  expect(body).toMatchObject({ slug: 'garage', links: { regionUrl: sandbox.url } });
  const { body: projects } = await get('/api/0/organizations/garage/projects/');
  expect(projects).toMatchObject([
    { id: '1', slug: 'brakes' },
    { id: '2', slug: 'tyres', name: 'Tyres' },
  ]);
  expect(() => sandbox.dsn('wheels')).toThrow('no project wheels');
});

test('no web page gets in: neither by another name for this machine nor from another origin', async () => {
  const { sandbox } = await trial();
  const url = `${sandbox.url}${LIST}`;
  const authorization = `Bearer ${sandbox.token}`;
  expect(await statusOf(url, { authorization })).toBe(200);
  expect(await statusOf(url, { authorization, host: 'localhost:1' })).toBe(200);
  expect(await statusOf(url, { authorization, host: 'evil.example' })).toBe(403);
  expect(await statusOf(url, { authorization, origin: 'https://evil.example' })).toBe(403);
  expect(await statusOf(url, { authorization, origin: 'null' })).toBe(403);
  const { headers } = await fetch(url, { headers: { authorization } });
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('events, states, tokens and keys outlive a restart; only the owner may read the file', async () => {
  const dataDirectory = join(await temporaryDirectory(), 'deep', 'data');
  const first = await trial({ dataDirectory, repository: 'pitstop/shop' });
  await first.crash(errorEvent('TypeError', 'x', ['total']));
  await first.put(`${LIST}1/`, { status: 'resolved' });
  const number = first.sandbox.seedIssue({ title: 'total fails' });
  const { token, githubToken } = first.sandbox;
  const key = new URL(first.sandbox.dsn()).username;
  expect((await stat(join(dataDirectory, 'sandbox.sqlite'))).mode & 0o777).toBe(0o600);
  await first.sandbox.close();

  const second = await trial({ dataDirectory, repository: 'pitstop/shop' });
  expect(second.sandbox).toMatchObject({ token, githubToken });
  expect(new URL(second.sandbox.dsn()).username).toBe(key);
  expect(await second.list('is:resolved')).toEqual(['PITSTOP-1']);
  expect(second.sandbox.seedIssue({ title: 'another' })).toBe(number + 1);
  await second.crash(errorEvent('TypeError', 'x', ['total']));
  expect(await second.list('is:regressed')).toEqual(['PITSTOP-1']);
});

test('a port that is taken and a name that cannot be one are refused in a sentence', async () => {
  const { sandbox } = await trial();
  const options = { dataDirectory: await temporaryDirectory(), clock: Date.now, env: process.env };
  await expect(startSandbox({ ...options, port: Number(new URL(sandbox.url).port) })).rejects.toMatchObject({
    kind: 'input',
    message: expect.stringContaining('cannot listen on port'),
  });
  await expect(startSandbox({ ...options, projects: ['A b'] })).rejects.toMatchObject({ kind: 'input' });
  await expect(startSandbox({ ...options, repository: 'x' })).rejects.toMatchObject({ kind: 'input' });
});
