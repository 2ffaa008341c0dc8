import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PitcrewError } from '../../src/core/errors.ts';
import { openSentryClient, type SentryClient, type SentryClientOptions } from '../../src/sentry/client.ts';
import { listIssues } from '../../src/sentry/issues.ts';
import { fakeIssue, NOW, recordingLog, TEST_TOKEN, testClient } from './support/clients.ts';
import { type Behaviour, type FakeSentry, startFakeSentry } from './support/fake-sentry.ts';

let sentry: FakeSentry;
const opened: SentryClient[] = [];

beforeEach(async () => {
  sentry = await startFakeSentry();
  sentry.issues.push(fakeIssue(1));
});
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close();
  await sentry.close();
});

function open(options: Partial<SentryClientOptions> = {}): SentryClient {
  const client = testClient(sentry.url, options);
  opened.push(client);
  return client;
}
const list = (client: SentryClient, signal?: AbortSignal) =>
  listIssues(client, { query: '', limit: 10, signal });

async function failureOf(promise: Promise<unknown>): Promise<PitcrewError> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PitcrewError);
  const failure = error as PitcrewError;
  expect(`${failure.message} ${failure.hint} ${failure.cause}`).not.toContain(TEST_TOKEN);
  expect(failure.hint).not.toBe('');
  return failure;
}
const first = (...behaviours: (Behaviour | undefined)[]) => {
  sentry.behave = (_, number) => behaviours[number - 1];
};
const always = (behaviour: Behaviour) => {
  sentry.behave = () => behaviour;
};
const noWait = { sleep: async () => {} };

describe('requests', () => {
  it('carries the token in the header only', async () => {
    await list(open());
    const [request] = sentry.requests;
    expect(request?.headers.authorization).toBe(`Bearer ${TEST_TOKEN}`);
    expect(request?.path).toBe('/api/0/organizations/acme/issues/');
    expect(request?.query.toString()).not.toContain('sntryu');
  });

  it('refuses a token that cannot be one, an address that is none, and a missing organization', async () => {
    const base = { baseUrl: sentry.url, userAgent: 'x', clock: () => NOW, log: recordingLog() };
    expect(() => openSentryClient({ ...base, token: 'abc\ndef' })).toThrow(/line break/);
    expect(() => openSentryClient({ ...base, token: '' })).toThrow(/empty/);
    expect(() => openSentryClient({ ...base, token: 'abc', baseUrl: 'sentry' })).toThrow(/not an http/);
    expect(() => openSentryClient({ ...base, token: 'abc', baseUrl: 'https://me:pass@sentry.io' })).toThrow(
      /password/,
    );
    const client = openSentryClient({ ...base, token: 'abc' });
    opened.push(client);
    await expect(list(client)).rejects.toMatchObject({
      kind: 'input',
      message: 'No Sentry organization is known.',
    });
    expect(sentry.requests).toHaveLength(0);
  });

  it('keeps a path prefix, and takes an address that ends in /api/0/', async () => {
    const prefixed = testClient(`${sentry.url}/sentry/api/0/`);
    opened.push(prefixed);
    await expect(list(prefixed)).rejects.toThrow(/\(404\)/);
    expect(sentry.requests[0]?.path).toBe('/sentry/api/0/organizations/acme/issues/');
  });

  it('never lets a value become a path', async () => {
    await expect(list(open({ organization: '..' }))).rejects.toMatchObject({ kind: 'input' });
    await expect(list(open({ organization: 'a/../../b?c#d' }))).rejects.toThrow(/\(404\)/);
    expect(sentry.requests.map(({ path }) => path)).toEqual([
      '/api/0/organizations/a%2F..%2F..%2Fb%3Fc%23d/issues/',
    ]);
  });

  it('reads a gzipped answer', async () => {
    const { gzipSync } = await import('node:zlib');
    const { createServer } = await import('node:http');
    const server = createServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify([fakeIssue(7)]))),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const client = testClient(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    opened.push(client);
    expect((await list(client)).issues[0]?.id).toBe('1007');
    server.closeAllConnections();
    server.close();
  });

  it('refuses a compressed answer that unfolds beyond the limit', async () => {
    const { gzipSync } = await import('node:zlib');
    const { createServer } = await import('node:http');
    const bomb = gzipSync(' '.repeat(5_000_000));
    const server = createServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const client = testClient(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, {
      maxResponseBytes: 1_000_000,
    });
    opened.push(client);
    expect((await failureOf(list(client))).message).toContain('too large (more than 1 MB)');
    server.closeAllConnections();
    server.close();
  });
});

describe('failures, each with its next step', () => {
  it.each([
    [400, /a mistake in the request/, /argument/],
    [401, /does not accept the token/, /SENTRY_AUTH_TOKEN/],
    [403, /may not reach organization acme/, /scope event:read/],
    [404, /has no the issues|has no/, /SENTRY_ORG/],
    [410, /no longer offers/, /list the issues again/],
    [413, /too large/, /Ask for less/],
    [422, /answered 422/, /arguments of this call/],
    [500, /failed with 500/, /status page/],
    [418, /answered 418/, /doctor/],
  ])('%i', async (status, message, hint) => {
    always({ kind: 'status', status, body: `{"detail":"said by <b>Sentry</b> with ${TEST_TOKEN}"}` });
    const failure = await failureOf(list(open(noWait)));
    expect(failure.kind).toBe(status === 418 || status >= 500 ? 'upstream' : 'input');
    expect(failure.message).toMatch(message);
    expect(failure.message).toContain('said by');
    expect(failure.hint).toMatch(hint);
    expect(sentry.requests).toHaveLength(1);
  });

  it('never half of an echoed token', async () => {
    const token = 'f'.repeat(64);
    for (let pad = 120; pad < 210; pad += 5) {
      always({
        kind: 'status',
        status: 400,
        body: JSON.stringify({ detail: `${'x'.repeat(pad)} ${token}` }),
      });
      const failure = await failureOf(list(open({ ...noWait, token })));
      expect(`${failure.message} ${failure.cause}`).not.toContain('ffff');
    }
  });

  it.each([
    ['<!doctype html><html><body>Please log in</body></html>', /an HTML page instead of JSON/],
    ['oops', /plain text instead of JSON/],
    ['', /an empty body instead of JSON/],
  ])('a 200 that is not JSON: %s', async (body, message) => {
    always({ kind: 'status', status: 200, body });
    const failure = await failureOf(list(open(noWait)));
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain('<');
    expect(sentry.requests).toHaveLength(1);
  });

  it('a body that is far too large, declared or not', async () => {
    always({ kind: 'endless' });
    const failure = await failureOf(list(open({ ...noWait, maxResponseBytes: 1_000_000 })));
    expect(failure.message).toContain('too large (more than 1 MB)');
    expect(sentry.requests).toHaveLength(1);
  });

  it('nothing listening, an unknown name, no TLS', async () => {
    const gone = await startFakeSentry();
    await gone.close();
    const refused = testClient(gone.url);
    const unknown = testClient('http://sentry.invalid', noWait);
    const plain = testClient(sentry.url.replace('http:', 'https:'), noWait);
    opened.push(refused, unknown, plain);
    expect((await failureOf(list(refused))).message).toMatch(
      /Nothing listens at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
    );
    expect((await failureOf(list(unknown))).message).toMatch(/sentry\.invalid cannot be found/);
    expect((await failureOf(list(plain))).message).toMatch(/TLS|connection to/);
  });

  it.each(['silent', 'trickle'] as const)('a %s server ends, after one more try', async (kind) => {
    always({ kind });
    const failure = await failureOf(list(open({ ...noWait, timeoutMs: 150 })));
    expect(failure.message).toContain('did not answer about organization acme in time (0.15 s)');
    expect(sentry.requests).toHaveLength(2);
  });
});

describe('retries', () => {
  it('repeats what may pass: 502, a reset, a cut body, half of a JSON text', async () => {
    first(
      { kind: 'status', status: 502, body: '<html>' },
      { kind: 'reset' },
      { kind: 'cut', body: '[{"id":' },
      undefined,
    );
    expect((await list(open(noWait))).issues).toHaveLength(1);
    expect(sentry.requests).toHaveLength(4);
    first(undefined);
    sentry.requests.length = 0;
    first({ kind: 'status', status: 200, body: '[{"id":"1","tit' }, undefined);
    expect((await list(open(noWait))).issues).toHaveLength(1);
  });

  it('gives up after a while', async () => {
    always({ kind: 'status', status: 503 });
    const failure = await failureOf(list(open({ ...noWait, retries: 3 })));
    expect(failure.message).toContain('failed with 503');
    expect(sentry.requests).toHaveLength(4);
  });

  const waitsOf = async (headers: Record<string, string>): Promise<number[]> => {
    const waits: number[] = [];
    first({ kind: 'status', status: 429, headers }, undefined);
    const sleep = async (ms: number) => void waits.push(ms);
    expect((await list(open({ sleep, random: () => 0.5 }))).issues).toHaveLength(1);
    return waits.filter((ms) => ms !== 1000);
  };

  it('waits as long as Retry-After says, in seconds or as a date', async () => {
    expect(await waitsOf({ 'retry-after': '7' })).toEqual([7050]);
    const date = 'Sat, 21 Nov 2026 12:00:00 GMT';
    sentry.requests.length = 0;
    expect(await waitsOf({ date, 'retry-after': 'Sat, 21 Nov 2026 12:00:04 GMT' })).toEqual([4050]);
  });

  it("waits for Sentry's own reset, read against the server's clock", async () => {
    const reset = String(Date.parse('2020-01-01T00:00:03Z') / 1000);
    const skewed = { date: 'Wed, 01 Jan 2020 00:00:00 GMT', 'x-sentry-rate-limit-reset': reset };
    expect(await waitsOf(skewed)).toEqual([3050]);
  });

  it('backs off by itself where nothing is said', async () => {
    expect(await waitsOf({})).toEqual([375]);
  });

  it('does not wait for ever: a long Retry-After is reported', async () => {
    always({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } });
    expect((await failureOf(list(open()))).message).toContain('keeps limiting requests (429)');
    expect(sentry.requests).toHaveLength(1);
  });

  it('lets nothing else start while Sentry limits one request', async () => {
    const client = open();
    let limited = 0;
    sentry.behave = (_, number) => {
      if (number !== 1) return undefined;
      limited = performance.now();
      return { kind: 'status', status: 429, headers: { 'retry-after': '0.4' } };
    };
    await Promise.all([
      list(client),
      new Promise((resolve) => setTimeout(resolve, 100)).then(() => list(client)),
    ]);
    expect(sentry.requests).toHaveLength(3);
    expect(client.requestCount()).toBe(3);
    for (const { at } of sentry.requests.slice(1)) expect(at - limited).toBeGreaterThanOrEqual(390);
  });

  it('starts nothing in the moment between the 429 and its pause', async () => {
    const client = open({ maxConcurrent: 1 });
    let limited = 0;
    sentry.behave = (_, number) => {
      if (number !== 1) return undefined;
      limited = performance.now();
      return { kind: 'status', status: 429, headers: { 'retry-after': '0.3' } };
    };
    await Promise.all([list(client), list(client), list(client)]);
    expect(sentry.requests).toHaveLength(4);
    for (const { at } of sentry.requests.slice(1)) expect(at - limited).toBeGreaterThanOrEqual(290);
  });

  it('does not repeat a write, except one that was refused for the limit', async () => {
    const client = open(noWait);
    const write = () =>
      client.request({
        method: 'PUT',
        path: '/api/0/organizations/acme/issues/1001/',
        body: { status: 'resolved' },
        subject: { what: 'change', scope: 'event:write' },
      });
    for (const behaviour of [{ kind: 'status', status: 503 }, { kind: 'reset' }] as const) {
      sentry.requests.length = 0;
      always(behaviour);
      await failureOf(write());
      expect(sentry.requests).toHaveLength(1);
    }
    sentry.requests.length = 0;
    first({ kind: 'status', status: 429 }, undefined);
    expect((await write()).status).toBe(200);
  });

  it('takes an accepted write for done, although its answer says little', async () => {
    const client = open(noWait);
    const answers: Behaviour[] = [
      { kind: 'status', status: 200, body: 'ok' },
      { kind: 'status', status: 202, body: '' },
      { kind: 'cut', body: '{"id"' },
    ];
    for (const behaviour of answers) {
      always(behaviour);
      const answer = await client.request({
        method: 'PUT',
        path: '/api/0/organizations/acme/issues/1001/',
        body: { status: 'resolved' },
        subject: { what: 'change', scope: 'event:write' },
      });
      expect(answer.json).toBeUndefined();
    }
  });
});

describe('limits', () => {
  it('never has more under way, nor more in one second, than allowed', async () => {
    sentry.behave = () => ({ kind: 'delay', ms: 20 });
    const client = open({ maxConcurrent: 5, requestsPerSecond: 12 });
    await Promise.all(Array.from({ length: 30 }, () => list(client)));
    expect(sentry.requests).toHaveLength(30);
    expect(sentry.mostConcurrent()).toBeLessThanOrEqual(5);
    expect(sentry.mostWithin(1000)).toBeLessThanOrEqual(12);
  });

  it("keeps below Sentry's own limit on requests under way once it is known", async () => {
    sentry.extraHeaders = { 'x-sentry-rate-limit-concurrentlimit': '3' };
    const client = open();
    await list(client);
    sentry.behave = () => ({ kind: 'delay', ms: 20 });
    await Promise.all(Array.from({ length: 12 }, () => list(client)));
    expect(sentry.mostConcurrent()).toBeLessThanOrEqual(2);
  });

  it('waits for the next window when this one is used up', async () => {
    const waits: number[] = [];
    sentry.extraHeaders = {
      date: 'Sat, 21 Nov 2026 12:00:00 GMT',
      'x-sentry-rate-limit-remaining': '0',
      'x-sentry-rate-limit-reset': String(NOW / 1000 + 1),
    };
    const client = open({ sleep: async (ms) => void waits.push(ms), requestsPerSecond: 10 });
    await list(client);
    await list(client);
    expect(waits.filter((ms) => ms === 1000).length).toBeGreaterThanOrEqual(3);
  });
});

describe('redirects', () => {
  it('never takes the token to another host', async () => {
    const other = await startFakeSentry();
    always({ kind: 'status', status: 302, headers: { location: `${other.url}/steal` } });
    const failure = await failureOf(list(open(noWait)));
    expect(failure.message).toContain('to another address');
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  it('follows one on the same host, once', async () => {
    const location = '/api/0/organizations/acme/issues/?moved=1';
    first({ kind: 'status', status: 301, headers: { location } }, undefined);
    expect((await list(open())).issues).toHaveLength(1);
    expect(sentry.requests[1]?.query.get('moved')).toBe('1');
    sentry.requests.length = 0;
    always({ kind: 'status', status: 301, headers: { location } });
    expect((await failureOf(list(open(noWait)))).message).toContain('again and again');
    expect(sentry.requests).toHaveLength(2);
  });

  it('takes a login page for what it is', async () => {
    always({ kind: 'status', status: 302, headers: { location: '/auth/login/' } });
    expect((await failureOf(list(open(noWait)))).message).toContain('to a login page');
  });
});

describe('cancellation and closing', () => {
  it('ends the socket of a cancelled call', async () => {
    const controller = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      sentry.behave = () => {
        resolve();
        return { kind: 'silent' };
      };
    });
    const call = list(open(), controller.signal);
    await arrived;
    const reason = new Error('the person gave up');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect.poll(() => sentry.requests.length).toBe(1);
  });

  it('takes a cancelled call out of the queue, and out of its wait', async () => {
    const client = open({ maxConcurrent: 1 });
    always({ kind: 'silent' });
    const blocking = new AbortController();
    const holding = list(client, blocking.signal);
    const controller = new AbortController();
    const waiting = list(client, controller.signal);
    controller.abort(new Error('no longer wanted'));
    await expect(waiting).rejects.toThrow('no longer wanted');
    blocking.abort(new Error('done'));
    await expect(holding).rejects.toThrow('done');
  });

  it('refuses what waits when it is closed', async () => {
    const client = open({ maxConcurrent: 1, retries: 0 });
    always({ kind: 'silent' });
    const calls = Promise.allSettled([list(client), list(client)]);
    await expect.poll(() => sentry.requests.length).toBe(1);
    await client.close();
    expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

describe('regions', () => {
  it("goes to the organization's region, asked for once, where the host is allowed to name one", async () => {
    const region = await startFakeSentry();
    region.issues.push(fakeIssue(2));
    const client = open({ allowHosts: ['127.0.0.1'] });
    sentry.behave = () => ({
      kind: 'status',
      status: 200,
      body: JSON.stringify({ slug: 'acme', links: { regionUrl: region.url } }),
    });
    const [one, two] = await Promise.all([list(client), list(client)]);
    await list(client);
    expect([one.issues[0]?.id, two.issues[0]?.id]).toEqual(['1002', '1002']);
    expect(sentry.requests.map(({ path }) => path)).toEqual(['/api/0/organizations/acme/']);
    await region.close();
  });

  it('does not ask a self-hosted server', async () => {
    await list(open());
    expect(sentry.requests.map(({ path }) => path)).toEqual(['/api/0/organizations/acme/issues/']);
  });
});
