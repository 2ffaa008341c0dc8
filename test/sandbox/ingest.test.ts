import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvelope } from '../../src/sandbox/ingest/envelope.ts';
import { errorEvent, type Json, trial } from './support/sandbox.ts';

const event = errorEvent('Error', 'boom', ['main', 'run']);

function envelopeOf(header: Json, ...items: [header: Json, payload: string | Buffer][]): Buffer {
  const parts = items.flatMap(([itemHeader, payload]) => [`${JSON.stringify(itemHeader)}\n`, payload, '\n']);
  return Buffer.concat([`${JSON.stringify(header)}\n`, ...parts].map((part) => Buffer.from(part)));
}

async function post(url: string, body: Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
  return { status: response.status, body: (await response.json()) as Json };
}

test.each([
  ['identity', (bytes: Buffer) => bytes],
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
])('takes an envelope as %s, with no content type and the key in the query', async (encoding, compress) => {
  const { sandbox, list } = await trial();
  const dsn = new URL(sandbox.dsn());
  const id = 'a'.repeat(32);
  const envelope = envelopeOf({ event_id: id }, [{ type: 'event' }, JSON.stringify(event)]);
  const sent = await post(
    `${sandbox.url}/api/1/envelope/?sentry_key=${dsn.username}`,
    compress(envelope) as Buffer,
    { 'content-encoding': encoding },
  );
  expect(sent).toEqual({ status: 200, body: { id } });
  expect(await list('')).toEqual(['PITSTOP-1']);
});

test('takes the key from the DSN in the envelope, leaves sessions and transactions, counts a repeat once', async () => {
  const { sandbox, get } = await trial();
  const envelope = envelopeOf(
    { dsn: sandbox.dsn() },
    [{ type: 'session', length: 2 }, '{}'],
    [{ type: 'transaction' }, JSON.stringify({ type: 'transaction' })],
    [{ type: 'event' }, JSON.stringify({ ...event, event_id: 'b'.repeat(32) })],
    [{ type: 'client_report' }, '{}'],
  );
  const url = `${sandbox.url}/api/1/envelope/`;
  expect(await post(url, envelope)).toEqual({ status: 200, body: { id: 'b'.repeat(32) } });
  expect(await post(url, envelope)).toMatchObject({ status: 200 });
  const only = envelopeOf({ dsn: sandbox.dsn() }, [{ type: 'session' }, '{}']);
  expect(await post(url, only)).toEqual({ status: 200, body: {} });
  const { body } = await get('/api/0/organizations/pitstop/issues/');
  expect(body).toMatchObject([{ count: '1' }]);
});

test('refuses strangers and what is no envelope, each with a detail', async () => {
  const { sandbox, list } = await trial({ projects: ['pitstop', 'web'] });
  const url = `${sandbox.url}/api/1/envelope/`;
  const good = envelopeOf({}, [{ type: 'event' }, JSON.stringify(event)]);
  const own = { 'x-sentry-auth': `Sentry sentry_key=${new URL(sandbox.dsn()).username}, sentry_version=7` };
  const other = { 'x-sentry-auth': `Sentry sentry_key=${new URL(sandbox.dsn('web')).username}` };
  const answers = [
    await post(url, good),
    await post(url, good, other),
    await post(`${sandbox.url}/api/99/envelope/`, good, own),
    await post(url, Buffer.from('no json\n'), own),
    await post(url, envelopeOf({}, [{ type: 'event', length: 999 }, '{}']), own),
    await post(url, envelopeOf({}, [{ type: 'event' }, '[1]']), own),
    await post(url, Buffer.from('not gzip'), { ...own, 'content-encoding': 'gzip' }),
    await post(
      url,
      envelopeOf({}, [{ type: 'event' }, `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`]),
      own,
    ),
    await post(url, gzipSync(Buffer.alloc(101 * 1024 * 1024)), { ...own, 'content-encoding': 'gzip' }),
  ];
  expect(answers.map((answer) => answer.status)).toEqual([401, 403, 403, 400, 400, 400, 400, 400, 413]);
  expect(answers.every((answer) => typeof answer.body.detail === 'string')).toBe(true);
  expect(await list('')).toEqual([]);
});

test('odd data costs the odd field only', async () => {
  const { crash, get } = await trial();
  const { status, body } = await crash({
    timestamp: 'yesterday',
    level: 'CRITICAL',
    platform: null,
    exception: [null, 'just text', { type: 'E', value: { code: 1 }, stacktrace: { frames: [null, 'f'] } }],
    threads: { values: [{ id: 1, stacktrace: null }, null] },
    breadcrumbs: [null, { message: 7 }],
    request: { url: 'http://a.test/x?y=1', headers: [['A', '1'], ['A', '2'], null], cookies: 'none' },
    tags: [['one', 1], { key: 'two', value: true }, null],
    user: 'ada',
    contexts: [],
    fingerprint: 'text',
    logentry: 'hello',
    release: { version: '1.0' },
    sdk: 'raven',
  });
  expect(status).toBe(200);
  const { body: event } = await get(`/api/0/projects/pitstop/pitstop/events/${body.id}/`);
  expect(event).toMatchObject({
    title: 'E: {"code":1}',
    level: 'fatal',
    platform: 'other',
    user: { id: 'ada' },
    dateCreated: '2026-11-20T12:00:00.000Z',
    release: { version: '1.0' },
    entries: [
      {
        type: 'exception',
        data: { values: [{ value: 'just text' }, { stacktrace: { frames: [{ function: 'f' }] } }] },
      },
      { type: 'threads' },
      { type: 'message', data: { formatted: 'hello' } },
      { type: 'breadcrumbs', data: { values: [{ message: '7', timestamp: null }] } },
      {
        type: 'request',
        data: {
          url: 'http://a.test/x',
          query: [['y', '1']],
          headers: [
            ['A', '1'],
            ['A', '2'],
          ],
        },
      },
    ],
  });
  expect(event.tags).toEqual(
    expect.arrayContaining([
      { key: 'one', value: '1' },
      { key: 'two', value: 'true' },
    ]),
  );
});

test('any JSON at all as an event is taken and can be read back', async () => {
  const { crash, get } = await trial();
  const field = fc.constantFrom(
    'exception',
    'threads',
    'message',
    'logentry',
    'tags',
    'user',
    'request',
    'breadcrumbs',
    'contexts',
    'level',
    'timestamp',
    'release',
    'stacktrace',
    'fingerprint',
    'environment',
    'extra',
    'sdk',
  );
  const event = fc.dictionary(field, fc.jsonValue({ maxDepth: 5 }));
  await fc.assert(
    fc.asyncProperty(event, async (sent) => {
      const { status, body } = await crash(sent);
      expect(status).toBe(200);
      const { status: found } = await get(`/api/0/projects/pitstop/pitstop/events/${body.id}/`);
      expect(found).toBe(200);
    }),
    { numRuns: 150 },
  );
});

test('an envelope comes apart into what was put together, line breaks and all', () => {
  const payload = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 5 }), (payloads) => {
      const items = payloads.map((bytes): [Json, Buffer] => [{ type: 'event', length: bytes.length }, bytes]);
      const parsed = parseEnvelope(envelopeOf({ sdk: 1 }, ...items));
      expect(parsed.items.map((item) => item.payload.toString('hex'))).toEqual(
        payloads.map((bytes) => bytes.toString('hex')),
      );
    }),
  );
});
