import { expect, test } from 'vitest';
import { errorEvent, HOUR, NOW, type Trial, trial } from './support/sandbox.ts';

const LIST = '/api/0/organizations/pitstop/issues/';

/** A plain request with the token; following no redirect, not reading the body. */
const ask = ({ sandbox }: Trial, path: string, init: RequestInit = {}) =>
  fetch(`${sandbox.url}${path}`, {
    redirect: 'manual',
    headers: { authorization: `Bearer ${path.startsWith('/github') ? sandbox.githubToken : sandbox.token}` },
    ...init,
  });

test('an error status for as many times as said, with and without a time to wait', async () => {
  const one = await trial();
  one.sandbox.misbehave({ kind: 'status', status: 503, times: 2 });
  one.sandbox.misbehave({ kind: 'status', status: 429, retryAfter: 7, times: 1 });
  one.sandbox.misbehave({ kind: 'status', status: 429, retryAfter: 7, onlySentryHeaders: true, times: 1 });
  one.sandbox.misbehave({ kind: 'status', status: 429, times: 1 });
  const seen = [];
  for (let round = 0; round < 6; round += 1) {
    const response = await ask(one, LIST);
    const reset = response.headers.get('x-sentry-rate-limit-reset');
    seen.push([response.status, response.headers.get('retry-after'), response.ok ? 'ok' : reset]);
    if (!response.ok) expect(await response.json()).toMatchObject({ detail: expect.any(String) });
  }
  expect(seen).toEqual([
    [503, null, null],
    [503, null, null],
    [429, '7', null],
    [429, null, String(NOW / 1000 + 7)],
    [429, null, null],
    [200, null, 'ok'],
  ]);
  expect(one.sandbox.requests().sentry).toBe(6);
  expect(one.sandbox.requestLog()[0]).toEqual({ side: 'sentry', method: 'GET', path: LIST, status: 503 });
});

test('a rule is for what it matches: side, method, path', async () => {
  const one = await trial({ repository: 'pitstop/shop' });
  await one.crash(errorEvent('Error', 'x', ['f']));
  one.sandbox.misbehave({ kind: 'status', status: 500, match: { path: '/events/' } });
  one.sandbox.misbehave({ kind: 'status', status: 502, match: { side: 'github', path: /\/user$/ } });
  one.sandbox.misbehave({ kind: 'status', status: 504, match: { method: 'PUT' } });
  expect((await ask(one, LIST)).status).toBe(200);
  expect((await ask(one, `${LIST}1/events/latest/`)).status).toBe(500);
  expect((await ask(one, '/github/user')).status).toBe(502);
  expect((await ask(one, '/github/rate_limit')).status).toBe(200);
  expect((await ask(one, `${LIST}1/`, { method: 'PUT', body: '{}' })).status).toBe(504);
  one.sandbox.behave();
  expect((await ask(one, `${LIST}1/events/latest/`)).status).toBe(200);
});

test('a probability is drawn from its seed: the same requests fail every time', async () => {
  const draw = async (seed: number): Promise<string> => {
    const one = await trial();
    one.sandbox.misbehave({ kind: 'status', status: 429, probability: 0.3, seed });
    let marks = '';
    for (let round = 0; round < 40; round += 1) marks += (await ask(one, LIST)).ok ? '.' : 'x';
    return marks;
  };
  const marks = await draw(3);
  expect(marks).toMatch(/x.*\.|\..*x/);
  expect(await draw(3)).toBe(marks);
  expect(await draw(4)).not.toBe(marks);
});

test('silent: the request is taken and never answered, and closing still ends', async () => {
  const one = await trial();
  one.sandbox.misbehave({ kind: 'silent' });
  await expect(ask(one, LIST, { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  const unanswered = ask(one, LIST).catch(() => 'broken');
  while (one.sandbox.requests().sentry < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await one.sandbox.close();
  expect(await unanswered).toBe('broken');
});

test('cut: what was asked is done, half of the answer comes', async () => {
  const one = await trial();
  await one.crash(errorEvent('Error', 'x', ['f']));
  one.sandbox.misbehave({ kind: 'cut', times: 1 });
  const cut = ask(one, `${LIST}1/`, { method: 'PUT', body: '{"status":"resolved"}' });
  await expect(cut.then((response) => response.text())).rejects.toThrow();
  expect(await one.list('is:resolved')).toEqual(['PITSTOP-1']);
});

test('slow, garbage, redirect, huge', async () => {
  const one = await trial();
  const next = (rule: Parameters<typeof one.sandbox.misbehave>[0]) => {
    one.sandbox.misbehave({ ...rule, times: 1 });
    return ask(one, LIST);
  };
  expect((await next({ kind: 'slow', ms: 5 })).status).toBe(200);
  const page = await next({ kind: 'garbage' });
  expect(page.headers.get('content-type')).toContain('text/html');
  await expect(
    next({ kind: 'garbage', contentType: 'application/json' }).then((r) => r.json()),
  ).rejects.toThrow();
  const redirect = await next({ kind: 'redirect', location: 'http://127.0.0.1:1/elsewhere' });
  expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'http://127.0.0.1:1/elsewhere']);
  const huge = await next({ kind: 'huge', bytes: 3_000_000 });
  expect(((await huge.json()) as string[])[0]).toHaveLength(3_000_000);
});

test('limits, where they are enforced, refuse with Sentry headers and let in again', async () => {
  const one = await trial({ limits: { perSecond: 3, concurrent: 2 }, latencyMs: 400 });
  const together = await Promise.all([1, 2, 3].map(() => ask(one, LIST)));
  expect(together.map((response) => response.status).sort()).toEqual([200, 200, 429]);
  const refused = together.find((response) => response.status === 429);
  expect(await refused?.json()).toMatchObject({ detail: expect.stringContaining('Concurrency limit is 2') });
  expect(refused?.headers.get('x-sentry-rate-limit-concurrentremaining')).toBe('0');

  const fourth = await ask(one, LIST);
  expect(fourth.status).toBe(429);
  expect(fourth.headers.get('x-sentry-rate-limit-remaining')).toBe('0');
  expect(fourth.headers.get('x-sentry-rate-limit-reset')).toBe(String(NOW / 1000 + 1));
  expect(fourth.headers.get('retry-after')).toBeNull();
  one.clock.now += HOUR;
  const later = await ask(one, LIST);
  expect([later.status, later.headers.get('x-sentry-rate-limit-remaining')]).toEqual([200, '2']);
});

test('another process arranges trouble and counts over HTTP, with the token', async () => {
  const one = await trial();
  const arrange = (body: unknown) => one.post('/__sandbox/misbehave', body);
  expect(await arrange({ kind: 'status', status: 500, times: 1 })).toMatchObject({ status: 201 });
  expect(await arrange({ kind: 'chaos' })).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('kind must be') },
  });
  expect((await ask(one, LIST)).status).toBe(500);
  expect((await ask(one, LIST)).status).toBe(200);
  const { body } = await one.get('/__sandbox/requests');
  expect(body).toMatchObject({ sentry: 2, github: 0, log: [{ status: 500 }, { status: 200 }] });
  expect((await ask(one, '/__sandbox/requests', { headers: {} })).status).toBe(401);
});
