import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorEvent, type Trial, trial } from '../sandbox/support/sandbox.ts';
import { type Asked, asks } from '../support/ask-sandbox.ts';
import { vendorContract } from '../support/vendor-contract.ts';

const sentry = vendorContract('sentry');
const EVENTS = join(import.meta.dirname, '../../../shared/events');

const ask = ({ sandbox }: Trial, method: string, path: string, asked?: Asked) =>
  asks(sentry, sandbox.url, sandbox.token, method, path, asked);

const ORG = '/api/0/organizations/pitstop';
const PROJECT = '/api/0/projects/pitstop/pitstop';

async function crashed(options = {}): Promise<Trial> {
  const one = await trial({ repository: 'pitstop/shop', readOnlyTokens: ['reads-only'], ...options });
  const more = {
    release: 'shop@1.0.0',
    environment: 'production',
    user: { id: '7', email: 'a@example.org' },
  };
  await one.crash(errorEvent('TypeError', 'x is not a function', ['main', 'total'], more));
  await one.crash(
    errorEvent('RangeError', 'too deep', ['main', 'walk'], { breadcrumbs: [{ message: 'went' }] }),
  );
  return one;
}

describe.skipIf(!sentry)("the sandbox's Sentry answers as Sentry's own description has it", () => {
  test('reads', async () => {
    const one = await crashed();
    const { answer } = await ask(one, 'GET', `${ORG}/issues/PITSTOP-1/events/latest/`);
    const { eventID } = answer as { eventID: string };
    const paths = [
      '/api/0/organizations/',
      `${ORG}/`,
      `${ORG}/?detailed=0`,
      `${ORG}/projects/`,
      `${ORG}/issues/`,
      `${ORG}/issues/?query=&sort=freq&limit=1&statsPeriod=14d&groupStatsPeriod=14d`,
      `${ORG}/issues/?query=PITSTOP-1&shortIdLookup=1`,
      `${ORG}/issues/1/`,
      `${ORG}/issues/1/events/`,
      `${ORG}/issues/1/events/?full=true`,
      `${ORG}/issues/1/events/oldest/`,
      `${ORG}/issues/1/events/recommended/`,
      `${ORG}/issues/1/events/${eventID}/`,
      `${ORG}/issues/1/tags/level/`,
      `${ORG}/issues/1/tags/level/values/`,
      `${ORG}/shortids/PITSTOP-1/`,
      `${ORG}/eventids/${eventID}/`,
      `${ORG}/releases/`,
      `${ORG}/releases/shop%401.0.0/`,
      `${ORG}/repos/`,
      `${PROJECT}/`,
      `${PROJECT}/issues/`,
      `${PROJECT}/events/`,
      `${PROJECT}/events/${eventID}/`,
    ];
    for (const path of paths) {
      const { status, answerHeaders } = await ask(one, 'GET', path);
      expect.soft(status, path).toBe(200);
      for (const name of ['limit', 'remaining', 'reset', 'concurrentlimit', 'concurrentremaining'])
        expect.soft(answerHeaders[`x-sentry-rate-limit-${name}`], path).toMatch(/^\d+$/);
    }
  });

  test('every change of an issue, and the issue after it', async () => {
    const one = await crashed();
    const changes = [
      { status: 'resolved' },
      { status: 'resolved', statusDetails: { inNextRelease: true } },
      { status: 'resolved', statusDetails: { inRelease: 'latest' } },
      { status: 'ignored', substatus: 'archived_forever' },
      { status: 'ignored', substatus: 'archived_until_escalating' },
      { status: 'ignored', statusDetails: { ignoreCount: 10, ignoreWindow: 60 } },
      { status: 'ignored', statusDetails: { ignoreUserCount: 10, ignoreDuration: 60 } },
      { status: 'unresolved' },
      { assignedTo: 'sandbox@localhost', priority: 'high' },
      { assignedTo: 'team:5' },
      { assignedTo: '' },
    ];
    for (const body of changes) {
      expect.soft((await ask(one, 'PUT', `${ORG}/issues/1/`, { body })).status).toBe(200);
      await ask(one, 'GET', `${ORG}/issues/1/`);
      await ask(one, 'GET', `${ORG}/issues/?query=`);
    }
  });

  test('a resolving commit is an object, as in the example of the vendor, whose schema says text', async () => {
    const one = await crashed();
    const inCommit = { commit: 'a'.repeat(40), repository: 'pitstop/shop' };
    const path = `${ORG}/issues/1/`;
    const response = await one.put(path, { status: 'resolved', statusDetails: { inCommit } });
    expect(response.body.statusDetails.inCommit).toMatchObject({ id: 'a'.repeat(40) });
    const operation = sentry?.operationOf('PUT', path);
    const schema = operation?.answers.get('200')?.schema ?? {};
    expect(sentry?.problems(schema, response.body)).toEqual(['/statusDetails/inCommit must be string']);
  });

  test('lists are paged by Link, with both relations on every page', async () => {
    const one = await crashed();
    const first = await ask(one, 'GET', `${ORG}/issues/?limit=1`);
    expect(first.answerHeaders.link).toMatch(
      /^<http:[^>]+>; rel="previous"; results="false"; cursor="[\d:]+", <http:[^>]+>; rel="next"; results="true"; cursor="0:1:0"$/,
    );
    const last = await ask(one, 'GET', `${ORG}/issues/?limit=1&cursor=0:1:0`);
    expect(last.answerHeaders.link).toMatch(/rel="next"; results="false"/);
  });

  test('refusals are in the words of Sentry', async () => {
    const one = await crashed();
    const refusals: [status: number, method: string, path: string, asked?: Asked][] = [
      [401, 'GET', `${ORG}/issues/`, { token: null }],
      [401, 'GET', `${ORG}/issues/`, { token: 'wrong' }],
      [401, 'GET', `${ORG}/`, { token: 'wrong' }],
      [403, 'PUT', `${ORG}/issues/1/`, { token: 'reads-only', body: { status: 'resolved' } }],
      [403, 'GET', `${ORG}/issues/?project=else`],
      [404, 'GET', '/api/0/organizations/else/issues/'],
      [404, 'GET', `${ORG}/issues/99/`],
      [404, 'GET', `${ORG}/shortids/PITSTOP-99/`],
      [404, 'GET', `${ORG}/issues/1/events/${'0'.repeat(32)}/`],
      [404, 'GET', '/api/0/projects/pitstop/else/'],
      [400, 'GET', `${ORG}/issues/?statsPeriod=nonsense`],
      [400, 'GET', `${ORG}/issues/?query=is:`],
      [400, 'GET', `${ORG}/issues/?cursor=nonsense`],
      [400, 'GET', `${ORG}/issues/?sort=nonsense`],
      [400, 'PUT', `${ORG}/issues/1/`, { body: '{"status":' }],
    ];
    for (const [status, method, path, asked] of refusals) {
      const answered = await ask(one, method, path, asked);
      expect.soft(answered.status, path).toBe(status);
      expect.soft(answered.answer, path).toEqual({ detail: expect.any(String) });
    }
    // A field that is wrong is answered under its own name.
    const wrong = await ask(one, 'PUT', `${ORG}/issues/1/`, { body: { status: 'gone' } });
    expect(wrong).toMatchObject({ status: 400, answer: { status: [expect.any(String)] } });
    for (const status of [400, 401, 403, 404, 409, 410, 413, 422, 429, 500]) {
      one.sandbox.misbehave({ kind: 'status', status, times: 1 });
      const answered = await ask(one, 'GET', `${ORG}/issues/`);
      expect.soft(answered).toMatchObject({ status, answer: { detail: expect.any(String) } });
    }
  });

  test("the root tells who asks and what the token may do, as doctor's look at it needs", async () => {
    const { sandbox } = await crashed();
    const root = async (token?: string) => {
      const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
      const response = await fetch(`${sandbox.url}/api/0/`, { headers });
      return { status: response.status, body: await response.json() };
    };
    const write = ['event:read', 'org:read', 'project:read', 'project:releases', 'event:write'];
    expect(await root(sandbox.token)).toMatchObject({
      status: 200,
      body: { version: '0', auth: { scopes: write }, user: { id: '1' } },
    });
    expect(((await root('reads-only')).body as { auth: { scopes: string[] } }).auth.scopes).not.toContain(
      'event:write',
    );
    expect(await root()).toEqual({ status: 200, body: { version: '0', auth: null, user: null } });
    expect((await root('wrong')).status).toBe(401);
  });

  const files = existsSync(EVENTS) ? readdirSync(EVENTS).filter((name) => name.endsWith('.json')) : [];
  test.skipIf(files.length === 0)('every real event, its issue and the list', async () => {
    const one = await trial();
    for (const [index, file] of files.entries()) {
      const sent = JSON.parse(readFileSync(join(EVENTS, file), 'utf8'));
      await one.crash({ ...sent, event_id: index.toString(16).padStart(32, '0') });
      const path = `${PROJECT}/events/${index.toString(16).padStart(32, '0')}/`;
      const { answer } = await ask(one, 'GET', path);
      const { groupID } = answer as { groupID: string };
      await ask(one, 'GET', `${ORG}/issues/${groupID}/`);
      await ask(one, 'GET', `${ORG}/issues/${groupID}/events/latest/`);
    }
    await ask(one, 'GET', `${ORG}/issues/?query=`);
  });
});
