import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSandbox } from './place.ts';
import { type Answer, openProxy } from './proxy.ts';
import { CONFIG, doctor, setupStage } from './stage.ts';

const stage = setupStage();

describe.concurrent('Sentry', () => {
  test.each([
    ['a wrong token', { SENTRY_AUTH_TOKEN: 'wrong' }, 'sentry-accepted', 2, /Make a new token/],
    ['an organization that is not there', { SENTRY_ORG: 'nope' }, 'sentry-organization', 2, /SENTRY_ORG/],
    ['a project that is not there', { SENTRY_PROJECT: 'nope' }, 'sentry-projects', 2, /race-day, telemetry/],
    [
      'a server that is not there',
      { SENTRY_URL: 'http://127.0.0.1:1' },
      'sentry-organization',
      4,
      /SENTRY_URL/,
    ],
    ['an address that is none', { SENTRY_URL: 'nowhere' }, 'sentry-organization', 2, /SENTRY_URL/],
  ])('%s', async (_name, env, id, exit, next) => {
    const at = await stage.whole({ 'pitcrew.yml': CONFIG.replace('sentry: {organization: pitstop}\n', '') });
    const { code, line } = await doctor(at, { SENTRY_ORG: 'pitstop', ...env });
    expect(line(id)?.state).toBe('fail');
    expect(line(id)?.next).toMatch(next);
    expect(code).toBe(exit);
  });

  const behind = async (change: (answer: Answer) => void) => {
    const proxy = await openProxy(stage.sandbox(), change);
    try {
      return await doctor(await stage.whole(), { SENTRY_URL: proxy.url, GITHUB_API_URL: proxy.githubUrl });
    } finally {
      await proxy.close();
    }
  };
  const scoped = (scopes: string[]) => (answer: Answer) => {
    if (answer.path !== '/api/0/') return;
    answer.status = 200;
    answer.body = { version: '0', auth: { scopes }, user: null };
  };

  test.each([
    ['all that is needed', ['org:read', 'project:read', 'event:admin'], 'ok'],
    ['no event:write', ['org:read', 'project:read', 'event:read'], 'warn'],
    ["an organization token's", ['org:ci'], 'fail'],
  ])('scopes: %s', async (_name, scopes, state) => {
    expect((await behind(scoped(scopes))).line('sentry-scopes')?.state).toBe(state);
  });

  test('scopes are taken from what the token may do in the organization where the root tells none', async () => {
    const { line } = await behind((answer) => {
      if (answer.path === '/api/0/') answer.body.auth = null;
      if (/organizations\/pitstop\/\?/.test(answer.path))
        answer.body.access = ['org:read', 'project:read', 'event:read'];
    });
    expect(line('sentry-scopes')).toMatchObject({
      state: 'warn',
      text: expect.stringContaining('event:write'),
    });
  });

  test('a rate limit that is nearly used up, a clock that is wrong, data in another region, no push', async () => {
    const { line, code } = await behind((answer) => {
      answer.headers['x-sentry-rate-limit-remaining'] = '3';
      answer.headers.date = 'Thu, 01 Jan 2026 00:00:00 GMT';
      if (/organizations\/pitstop\/\?/.test(answer.path))
        answer.body.links.regionUrl = 'https://de.example.invalid';
      if (/repos\/pitstop\/race-day$/.test(answer.path)) answer.body.permissions = { push: false };
    });
    expect(line('sentry-rate')).toMatchObject({
      state: 'warn',
      text: expect.stringMatching(/^3 of 40 requests/),
    });
    expect(line('clock')).toMatchObject({
      state: 'warn',
      text: expect.stringContaining("ahead of Sentry's"),
    });
    expect(line('sentry-region')).toMatchObject({
      state: 'warn',
      next: expect.stringContaining('https://de.example.invalid'),
    });
    expect(line('github-permissions')).toMatchObject({ state: 'fail', kind: 'refused' });
    expect(code).toBe(3);
  });

  test('a server that never answers is given up, and waiting is told on stderr', async () => {
    const { sandbox: silent, close } = await openSandbox();
    try {
      silent.misbehave({ kind: 'silent', match: { side: 'sentry' } });
      const { line, code, stderr } = await doctor(await stage.whole(), {
        SENTRY_URL: silent.url,
        SENTRY_AUTH_TOKEN: silent.token,
      });
      expect(line('sentry-organization')).toMatchObject({ state: 'fail', kind: 'upstream' });
      expect(code).toBe(4);
      expect(stderr).toMatch(/^waiting for: .*Sentry/m);
    } finally {
      await close();
    }
  });
});

describe.concurrent('GitHub', () => {
  test('a token that is not accepted fails; none, and no remote, are warnings: the work ends as a patch', async () => {
    const at = await stage.whole();
    const wrong = await doctor(at, { GITHUB_TOKEN: 'wrong' });
    expect(wrong.line('github-token')).toMatchObject({ state: 'fail', kind: 'input' });
    await at.git('remote', 'remove', 'origin');
    const none = await doctor(at, { GITHUB_TOKEN: '' });
    expect(none.line('github-token')?.state).toBe('warn');
    expect(none.line('push')?.state).toBe('warn');
    expect(none.code).toBe(0);
  });

  test('a remote that cannot be pushed to', async () => {
    const at = await stage.whole();
    await at.git('remote', 'set-url', 'origin', join(at.folder, 'gone.git'));
    const { line, code } = await doctor(at);
    expect(line('push')).toMatchObject({
      state: 'fail',
      kind: 'upstream',
      next: expect.stringContaining('by hand'),
    });
    expect(code).toBe(4);
  });
});
