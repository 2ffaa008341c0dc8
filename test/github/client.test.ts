import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isoSeconds } from '../../src/core/clock.ts';
import { PitcrewError } from '../../src/core/errors.ts';
import { type GitHubClient, openGitHubClient } from '../../src/github/client.ts';
import { certificateFor } from '../support/fault-certificate.ts';
import { clientOf, type FakeGitHub, type Misbehaviour, NOW, startFakeGitHub, TOKEN } from './fake-github.ts';

let fake: FakeGitHub;
beforeEach(async () => {
  fake = await startFakeGitHub();
});
afterEach(() => fake.close());

const read = (client: GitHubClient, signal?: AbortSignal) =>
  client.call({
    doing: 'list pull requests',
    schema: z.array(z.unknown()),
    signal,
    send: (octokit, target) => octokit.rest.pulls.list({ ...target }),
  });
const write = (client: GitHubClient, signal?: AbortSignal) =>
  client.call({
    doing: 'comment on #1',
    schema: z.unknown(),
    signal,
    send: (octokit, target) => octokit.rest.issues.createComment({ ...target, issue_number: 1, body: 'x' }),
  });

async function failureOf(promise: Promise<unknown>): Promise<PitcrewError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(PitcrewError);
  return thrown as PitcrewError;
}

/** Misbehaves for the first `times` requests. */
function first(times: number, what: Misbehaviour): void {
  let left = times;
  fake.misbehave = () => {
    left -= 1;
    return left >= 0 ? what : undefined;
  };
}

describe('a request', () => {
  test('names the API version, the program and the token, and is counted', async () => {
    const { client } = await clientOf(fake);
    expect(client.requestCount()).toBe(0);
    expect(await read(client)).toEqual([]);
    const [seen] = fake.requests;
    expect(seen?.headers).toMatchObject({
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      authorization: `token ${TOKEN}`,
    });
    expect(seen?.headers['user-agent']).toMatch(/^pitcrew-test /);
    expect(client.requestCount()).toBe(1);
  });

  test.each([502, 503])('that reads is repeated after HTTP %i', async (status) => {
    first(2, { status });
    const { client } = await clientOf(fake);
    expect(await read(client)).toEqual([]);
    expect(client.requestCount()).toBe(3);
  });

  test('that reads is repeated when the connection breaks inside the body', async () => {
    first(1, 'cut');
    const { client } = await clientOf(fake);
    expect(await read(client)).toEqual([]);
    expect(client.requestCount()).toBe(2);
  });

  test.each<[string, Misbehaviour]>([
    ['HTTP 502', { status: 502 }],
    ['a broken connection', 'cut'],
  ])('that writes is sent once, whatever happens: %s', async (_name, what) => {
    fake.misbehave = () => what;
    const { client } = await clientOf(fake);
    expect(await failureOf(write(client))).toMatchObject({ kind: 'upstream', outcomeUnknown: true });
    expect(fake.requests).toHaveLength(1);
  });

  test('that is never answered ends with the time-out, once, and lets the socket go', async () => {
    fake.misbehave = () => 'hang';
    const { client } = await clientOf(fake, { timeoutMs: 150 });
    const failure = await failureOf(read(client));
    expect(failure.message).toMatch(
      /^GitHub could not list pull requests: 127\.0\.0\.1:\d+ was not reached or gave no whole answer \(no answer in 150 ms\)\.$/,
    );
    await expect.poll(() => fake.closedEarly).toBe(1);
    expect(fake.requests).toHaveLength(1);
  });

  test.each([true, false])('is given up at 32 MB, once; its size told beforehand: %s', async (told) => {
    fake.misbehave = () => ({ large: 33 * 2 ** 20, told });
    const { client } = await clientOf(fake);
    const failure = await failureOf(read(client));
    expect(failure).toMatchObject({ kind: 'upstream', outcomeUnknown: true });
    expect(failure.message).toMatch(
      /^GitHub could not list pull requests: the answer of 127\.0\.0\.1:\d+ is too large \(more than 32 MB\) and was not read\.$/,
    );
    await expect.poll(() => fake.closedEarly).toBe(1);
    expect(fake.requests).toHaveLength(1);
  });

  test('to a certificate that is not accepted is made once, and nothing was sent', async () => {
    const server = createServer(certificateFor('127.0.0.1'), (_request, response) => response.end('[]'));
    let connections = 0;
    server.on('connection', () => connections++).on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { client } = await clientOf(fake, { baseUrl: `https://127.0.0.1:${port}` });
    expect(await failureOf(read(client))).toMatchObject({
      kind: 'upstream',
      message: `GitHub could not list pull requests: the TLS certificate of 127.0.0.1:${port} is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT).`,
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      outcomeUnknown: false,
    });
    expect([connections, client.requestCount()]).toEqual([1, 1]);
    server.close();
  });

  test('that is cancelled throws the reason and closes the socket', async () => {
    const controller = new AbortController();
    fake.misbehave = () => {
      setImmediate(() => controller.abort(new Error('the client went away')));
      return 'hang';
    };
    const { client } = await clientOf(fake);
    await expect(read(client, controller.signal)).rejects.toThrow('the client went away');
    await expect.poll(() => fake.closedEarly).toBe(1);
    await expect(read(client, controller.signal)).rejects.toThrow('the client went away');
    expect(fake.requests).toHaveLength(1);
  });

  test('that waits for a rate limit for long says so, and is cancelled at once', async () => {
    const controller = new AbortController();
    const warned: string[] = [];
    const warn = (message: string) => {
      warned.push(message);
      controller.abort();
    };
    fake.misbehave = () => ({ status: 403, body: { message: 'You have exceeded a secondary rate limit.' } });
    const { client } = await clientOf(fake, { log: { debug() {}, info() {}, error() {}, warn } });
    await expect(read(client, controller.signal)).rejects.toThrow(/abort/i);
    expect(warned).toEqual(["GitHub's rate limit asks for 60 s: waiting."]);
  });

  test('that waits for a rate limit is cancelled at once', async () => {
    const controller = new AbortController();
    fake.misbehave = () => {
      setTimeout(() => controller.abort(), 50);
      return { status: 429, headers: { 'retry-after': '2' } };
    };
    const { client } = await clientOf(fake);
    await expect(read(client, controller.signal)).rejects.toThrow(/abort/i);
    expect(fake.requests).toHaveLength(1);
  });
});

describe('a rate limit', () => {
  test.each<[string, Misbehaviour]>([
    ['Retry-After alone', { status: 429, headers: { 'retry-after': '1' } }],
    ['a Retry-After of none', { status: 429, headers: { 'retry-after': '0' } }],
    [
      "GitHub's secondary limit",
      {
        status: 403,
        headers: { 'retry-after': '1' },
        body: { message: 'You have exceeded a secondary rate limit.' },
      },
    ],
    ['a spent budget', { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' } }],
  ])('that ends soon is waited for, also before a write: %s', async (_name, limit) => {
    first(1, limit);
    const { client } = await clientOf(fake);
    await write(client);
    expect(fake.comments).toHaveLength(1);
    expect(client.requestCount()).toBe(2);
  });

  // The throttling plugin compares with the real clock.
  const inTenMinutes = Math.floor(Date.now() / 1000) + 600;
  test.each<[string, Record<string, string>, string]>([
    ['Retry-After', { 'retry-after': '600' }, '2026-11-21T09:40:00Z'],
    [
      'x-ratelimit-reset',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(inTenMinutes) },
      isoSeconds(inTenMinutes * 1000),
    ],
  ])('that lasts longer is told with its end: %s', async (_name, headers, until) => {
    fake.misbehave = () => ({ status: 403, headers, body: { message: 'API rate limit exceeded' } });
    const { client } = await clientOf(fake);
    expect(await failureOf(read(client))).toMatchObject({
      kind: 'upstream',
      message: `GitHub could not list pull requests: its rate limit is used up until ${until}.`,
    });
    expect(fake.requests).toHaveLength(1);
  });
});

describe('a failure says whose move it is', () => {
  test.each<[string, Misbehaviour, 'input' | 'upstream', RegExp, RegExp]>([
    ['401', { status: 401 }, 'input', /does not accept the token/, /gh auth login/],
    ['403', { status: 403 }, 'input', /the token may not do this in acme\/shop/, /write pull requests/],
    [
      '403 with the permission',
      { status: 403, headers: { 'x-accepted-github-permissions': 'pull_requests=write' } },
      'input',
      /may not do this/,
      /permission and try again: pull_requests=write/,
    ],
    [
      '403 for single sign-on',
      { status: 403, headers: { 'x-github-sso': 'required; url=https://github.com/orgs/acme/sso?a=1' } },
      'input',
      /may not do this/,
      /authorize the token at https:\/\/github\.com\/orgs\/acme\/sso\?a=1/,
    ],
    [
      '404',
      { status: 404 },
      'input',
      /acme\/shop, or what is asked of it, does not exist, or the token cannot see it/,
      /owner and name/,
    ],
    [
      '422',
      {
        status: 422,
        body: {
          message: 'Validation Failed',
          errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }, '\u001b[31mred\u202e'],
        },
      },
      'input',
      /refused the request: Validation Failed; PullRequest head invalid; red$/,
      /pushed/,
    ],
    [
      '500 as a page',
      { status: 500, body: '<html>Unicorn</html>' },
      'upstream',
      /failed \(HTTP 500\)/,
      /minute/,
    ],
    [
      '200 as a page',
      { status: 200, body: '<html>Log in</html>' },
      'upstream',
      /a web page/,
      /GITHUB_API_URL/,
    ],
    [
      '404 as a page',
      { status: 404, body: '<html>Log in</html>' },
      'upstream',
      /a web page/,
      /GITHUB_API_URL/,
    ],
    ['another form', { status: 200, body: { a: 1 } }, 'upstream', /lacks what is needed/, /report/],
    ['413', { status: 413 }, 'input', /refused the request: told to/, /names/],
    ['409', { status: 409 }, 'input', /refused the request: told to/, /names/],
    ['410', { status: 410 }, 'input', /was deleted/, /another/],
    ['406', { status: 406 }, 'upstream', /answered HTTP 406: told to/, /GITHUB_API_URL/],
  ])('%s', async (_name, what, kind, message, hint) => {
    fake.misbehave = () => what;
    const { client } = await clientOf(fake);
    const failure = await failureOf(read(client));
    expect(failure.kind).toBe(kind);
    expect(failure.message).toMatch(message);
    expect(failure.hint).toMatch(hint);
  });

  test('nobody listens', async () => {
    const { client } = await clientOf(fake);
    await fake.close();
    const failure = await failureOf(write(client));
    expect(failure.message).toMatch(/was not reached .*ECONNREFUSED/);
    expect(failure.hint).toMatch(/GITHUB_API_URL/);
  });

  test('a moved repository is not written to elsewhere', async () => {
    fake.misbehave = () => ({ status: 307, headers: { location: `${fake.url}/elsewhere` } });
    const { client } = await clientOf(fake);
    expect(await failureOf(write(client))).toMatchObject({ kind: 'input' });
    expect(fake.requests).toHaveLength(1);
  });
});

test('the token is in no error and no log, even when the server sends it back', async () => {
  const bodies: Misbehaviour[] = [400, 401, 403, 404, 422, 500].map((status) => ({
    status,
    body: { message: `no good: ${TOKEN}`, errors: [{ message: `token ${TOKEN}` }] },
    headers: { 'x-accepted-github-permissions': TOKEN, 'x-github-request-id': TOKEN },
  }));
  for (const what of [...bodies, 'cut' as const]) {
    fake.misbehave = () => what;
    const { client, logged } = await clientOf(fake);
    const failure = await failureOf(write(client));
    for (const text of [inspect(failure, { depth: 10, showHidden: true }), failure.hint, ...logged])
      expect(text).not.toContain(TOKEN);
    expect(logged.length).toBeGreaterThan(0);
  }
});

describe('a client is refused', () => {
  const options = {
    owner: 'acme',
    repository: 'shop',
    token: TOKEN,
    userAgent: 'x',
    clock: () => NOW,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  };
  test.each([
    'http://github.example.com',
    'file:///etc/passwd',
    'https://me:secret@github.example.com',
    'github',
  ])('for the address %s', async (baseUrl) => {
    const failure = await failureOf(openGitHubClient({ ...options, baseUrl }));
    expect(failure.kind).toBe('input');
    expect(failure.message).not.toContain('secret');
  });
  test.each([
    'http://127.0.0.1:4010/github/',
    'http://[::1]:4010',
    'http://172.20.0.3:4010/api/v3',
    'http://[fd12:3456::1]:4010',
    'http://mock-server:4010',
    'http://host.docker.internal:4010',
    'https://github.example.com/api/v3/',
  ])('but not for the address %s', async (baseUrl) => {
    expect((await openGitHubClient({ ...options, baseUrl })).owner).toBe('acme');
  });
  test.each(['http://11.0.0.1', 'http://172.32.0.1', 'http://[2001:db8::1]', 'http://github.com'])(
    'for the address %s, where strangers would read the token on its way',
    async (baseUrl) => {
      expect((await failureOf(openGitHubClient({ ...options, baseUrl }))).kind).toBe('input');
    },
  );
  test.each([{ token: '' }, { token: `${TOKEN}\n` }, { owner: 'acme/x' }, { repository: '..' }])(
    'for %o',
    async (bad) => {
      const failure = await failureOf(
        openGitHubClient({ ...options, baseUrl: 'https://api.github.com', ...bad }),
      );
      expect(failure.kind).toBe('input');
      expect(failure.message).not.toContain(TOKEN);
    },
  );
});
