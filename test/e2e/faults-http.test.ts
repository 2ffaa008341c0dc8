import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Expected, failsWith, holdsNoSecret, pitcrew } from '../cli/failing.ts';
import { CONFIG, ISSUE } from '../cli/trouble.ts';
import { certificateFor } from '../support/fault-certificate.ts';
import { useFaultPlace } from '../support/fault-place.ts';
import { faultyServer, json, listOfOne } from '../support/fault-server.ts';
import { accept, connect } from '../support/mcp.ts';
import { contractCrash, openStage, type Stage } from '../support/stage.ts';
import { fails, select, works } from '../support/steps.ts';

const world = useFaultPlace();
const LIST = ['sentry-list-issues', '--no-record'];

const PAST = { from: new Date('2020-01-01'), until: new Date('2020-02-01') };

type Answer = Parameters<typeof faultyServer>[0];

/** Lists issues from a server that answers so; gives the server, to see how often it was asked. */
async function listFails(answer: Answer, expected: Expected) {
  const server = await world.serve(faultyServer(answer));
  const result = await failsWith(LIST, world.at(server), expected);
  return { server, stderr: result.stderr };
}

describe.concurrent('an answer that is none', () => {
  test.each([
    [410, 2, /no longer offers/, /list the issues again/],
    [413, 2, /too large \(413\)/, /Ask for less/],
    [422, 2, /answered 422/, /arguments/],
    [500, 4, /failed with 500/, /status page/],
  ] as const)('%i is told, and not asked again', async (status, code, sentence, hint) => {
    const answer: Answer = (_request, response) => json(response, { detail: 'nothing' }, {}, status);
    const { server } = await listFails(answer, { code, sentence, hint });
    expect(server.requests).toHaveLength(1);
  });

  test("a proxy's page with 200 is told as what it is, and not asked again", async () => {
    const page = `<!doctype html><title>Sign in</title><p>${'x'.repeat(500)}`;
    const answer: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    };
    const expected = {
      code: 4,
      sentence: /an HTML page instead of JSON/,
      hint: /proxy or login page/,
    } as const;
    const { server, stderr } = await listFails(answer, expected);
    expect(server.requests).toHaveLength(1);
    expect(stderr).not.toContain('xxxx');
  });

  test('JSON that ends in the middle is asked for again, and then told', async () => {
    const answer: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('[{"id":"1","shortId":"RACE');
    };
    const { server } = await listFails(answer, { code: 4, sentence: /broke off/, hint: /Try again/ });
    expect(server.requests).toHaveLength(5);
  });

  test('a connection that breaks in the middle of JSON once costs one more request', async () => {
    const server = await world.serve(
      faultyServer((_request, response, count) => {
        if (count > 1) return json(response, listOfOne());
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
        response.write('[{"id":', () => response.destroy());
      }),
    );
    const result = await pitcrew(LIST, world.at(server));
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(ISSUE);
    expect(server.requests.filter(({ path }) => path.includes('/issues/?'))).toHaveLength(2);
  });
});

describe.concurrent('a redirect', () => {
  const redirecting =
    (location: () => string): Answer =>
    (_request, response) =>
      response.writeHead(302, { location: location() }).end();

  test('to another host gets no request from us', async () => {
    const other = await world.serve(faultyServer((_request, response) => json(response, listOfOne())));
    const there = `http://localhost:${other.port}/api/0/organizations/pitstop/issues/`;
    const { server } = await listFails(
      redirecting(() => there),
      {
        code: 4,
        sentence: /redirects .* to another address, http:\/\/localhost:\d+; the token is not sent there/,
        hint: /SENTRY_URL/,
      },
    );
    expect(other.connections()).toBe(0);
    expect(server.requests).toHaveLength(1);
  });

  test.each(['http', 'https'])(
    'to another port of the same host by %s gets no request from us',
    async (scheme) => {
      const other = await world.serve(faultyServer((_request, response) => json(response, listOfOne())));
      const there = `${scheme}://127.0.0.1:${other.port}/`;
      await listFails(
        redirecting(() => there),
        { code: 4, sentence: /to another address/, hint: /SENTRY_URL/ },
      );
      expect(other.connections()).toBe(0);
    },
  );

  test('from https to http gets no request from us', async () => {
    const certificate = certificateFor('127.0.0.1');
    const file = join(world.folder(), 'redirecting.pem');
    await writeFile(file, certificate.cert);
    const plain = await world.serve(faultyServer((_request, response) => json(response, listOfOne())));
    const server = await world.serve(
      faultyServer(
        redirecting(() => plain.url),
        certificate,
      ),
    );
    await failsWith(LIST, world.at(server, { NODE_EXTRA_CA_CERTS: file }), {
      code: 4,
      sentence: /to another address, http:/,
    });
    expect(server.requests).toHaveLength(1);
    expect(plain.connections()).toBe(0);
  });
});

describe('behind a real list', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ config: CONFIG });
    await stage.crash(contractCrash(1));
    const place = { cwd: stage.repository, env: stage.env };
    expect((await pitcrew(['sentry-list-issues'], place)).code).toBe(0);
    expect((await pitcrew(['triage-select', '--selection', '1'], place)).code).toBe(0);
  });
  afterAll(() => stage?.close());

  test.each(['localhost', '127.0.0.1'])(
    "GitHub's redirect to %s at another port never has the token",
    async (host) => {
      const other = await world.serve(
        faultyServer((_request, response) => json(response, { items: [], total_count: 0 })),
      );
      const server = await world.serve(
        faultyServer((_request, response) => {
          response.writeHead(302, { location: `http://${host}:${other.port}/elsewhere` }).end();
        }),
      );
      const env = { ...stage.env, GITHUB_API_URL: server.url };
      const result = await pitcrew(['github-search-issues', ISSUE], { cwd: stage.repository, env });
      holdsNoSecret(result, env);
      expect(server.requests[0]?.authorization).toContain(stage.sandbox.githubToken);
      for (const request of other.requests) expect(request.authorization).toBeUndefined();
    },
  );

  test.each([
    ['signed by itself', '127.0.0.1', {}, 'DEPTH_ZERO_SELF_SIGNED_CERT', /NODE_EXTRA_CA_CERTS/],
    ['expired', '127.0.0.1', { valid: PAST, trusted: true }, 'CERT_HAS_EXPIRED', /renewed/],
    ['of another host', 'api.example', { trusted: true }, 'ERR_TLS_CERT_ALTNAME_INVALID', /GITHUB_API_URL/],
  ] as const)(
    "GitHub's certificate that is %s is refused before the token is sent",
    async (_name, host, how, code, hint) => {
      const given: { valid?: typeof PAST; trusted?: boolean } = how;
      const certificate = certificateFor(host, given.valid);
      const server = await world.serve(faultyServer((_request, response) => json(response, {}), certificate));
      const file = join(world.folder(), `github-${code}.pem`);
      await writeFile(file, certificate.cert);
      const trust: Record<string, string> = given.trusted ? { NODE_EXTRA_CA_CERTS: file } : {};
      const env = { ...stage.env, ...trust, GITHUB_API_URL: server.url };
      const place = { cwd: stage.repository, env };
      const sentence = new RegExp(
        `^GitHub could not search issues: the TLS certificate of 127\\.0\\.0\\.1:\\d+ is not accepted \\(${code}\\)\\.`,
      );
      const result = await failsWith(['github-search-issues', ISSUE], place, { code: 4, sentence, hint });
      expect(result.stderr).not.toMatch(/NODE_TLS_REJECT|rejectUnauthorized|insecure/i);
      expect(server.requests).toEqual([]);
    },
  );

  test("a proxy's page with 200 in answer to a change is not taken for the change", async () => {
    const client = await connect(stage, { answer: accept('all') });
    await select(client, [ISSUE]);
    await works(client, 'ledger_register', { issues: [ISSUE] });
    stage.sandbox.misbehave({ kind: 'garbage', match: { side: 'sentry', method: 'PUT' } });
    const sent = () =>
      stage.sandbox.requestLog().filter(({ side, method }) => side === 'sentry' && method !== 'GET').length;
    const archive = { issue: ISSUE, how: 'archive', reason: 'A browser extension did it, not our code.' };
    const failure = await fails(client, 'sentry_resolve', archive, 'upstream');
    expect(failure.message).toMatch(/an HTML page instead of JSON/);
    expect(sent(), 'once, and once more after a look at the state').toBe(2);
    expect((await works(client, 'ledger_status')).data.active).toHaveLength(1);
    stage.sandbox.behave();
    const done = await works(client, 'sentry_resolve', archive);
    expect(done.data).toMatchObject({
      changed: true,
      confirmed: true,
      after: expect.stringContaining('archived'),
    });
    await client.close();
  });
});
