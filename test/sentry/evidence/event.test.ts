import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crashFrame, crashFrames, parseEvent } from '../../../src/sentry/event.ts';
import { buildEvidence } from '../../../src/sentry/evidence/evidence.ts';
import { NATIVE_EVENT, NODE_EVENT, PYTHON_EVENT } from './events.ts';
import { apiForm, ISSUE } from './support.ts';

test.each([NODE_EVENT, PYTHON_EVENT, NATIVE_EVENT])('both forms are read as the same event (%#)', (sent) => {
  const one = parseEvent(sent);
  expect(parseEvent(apiForm(sent))).toEqual(one);
  expect(one.id).toBe('0123456789abcdef0123456789abcdef');
});

test('the crash is where the outermost exception was raised, else in the crashed thread', () => {
  expect(crashFrames(parseEvent(PYTHON_EVENT)).map((frame) => frame.function)).toEqual([
    'place',
    'trace_task',
  ]);
  expect(crashFrame(parseEvent(NODE_EVENT))?.function).toBe('loadUser');
  expect(crashFrames(parseEvent(NATIVE_EVENT))[0]?.function).toBe('memcpy');
  expect(crashFrame(parseEvent(NATIVE_EVENT))?.function).toBe('mesh::Loader::load');
  expect(crashFrame(parseEvent({}))).toBeUndefined();
});

describe('shapes that real events have', () => {
  test.each<[string, unknown, unknown]>([
    ['a lone exception', { exception: { type: 'E', value: 'v' } }, 'E: v'],
    ['a list of exceptions', { exception: [null, { type: 'E', value: 'v' }] }, 'E: v'],
    ['an old name', { 'sentry.interfaces.Exception': { values: [{ type: 'E', value: 'v' }] } }, 'E: v'],
    ['a value that is an object', { exception: [{ type: 'E', value: { code: 7 } }] }, 'E: {"code":7}'],
    ['a message as text', { logentry: 'went wrong' }, 'went wrong'],
    ['a message as an object', { message: { message: 'went wrong' } }, 'went wrong'],
    ['a formatted message', { logentry: { message: '%s', formatted: 'went wrong' } }, 'went wrong'],
    ['nothing', {}, '<no title>'],
  ])('%s', (_name, json, title) => {
    expect(parseEvent(json).title).toBe(title);
  });

  test('tags, headers and query as lists, pairs or objects; releases as text or object', () => {
    for (const tags of [
      { a: 'b' },
      [['a', 'b']],
      [{ key: 'a', value: 'b' }],
      [['a', 'b'], null, 7, ['c', {}]],
    ]) {
      expect(parseEvent({ tags }).tags).toEqual([{ key: 'a', value: 'b' }]);
    }
    const request = { url: '/x', headers: [['A', 'b']], query_string: [['q', '1']], cookies: 'sid=1' };
    expect(parseEvent({ request }).request).toEqual({
      method: undefined,
      url: '/x',
      headers: [['A', 'b']],
      query: [['q', '1']],
    });
    expect(parseEvent({ release: { version: '1' } }).release).toBe('1');
    expect(parseEvent({ tags: [['release', '2']], release: null }).release).toBe('2');
  });

  test('a lone stack trace, and raw frames where the mapped ones are missing', () => {
    const frames = [{ function: 'f', filename: 'a.py' }];
    expect(crashFrame(parseEvent({ stacktrace: { frames } }))?.function).toBe('f');
    expect(
      crashFrame(parseEvent({ exception: [{ stacktrace: null, rawStacktrace: { frames } }] }))?.function,
    ).toBe('f');
  });

  test('in-app is guessed only where it is not declared', () => {
    const inApp = (frame: object) => crashFrame(parseEvent({ stacktrace: { frames: [frame] } }))?.inApp;
    expect(inApp({ filename: '/app/src/a.ts' })).toBe(true);
    expect(inApp({ filename: '/app/node_modules/a.js' })).toBe(false);
    expect(inApp({ filename: '/app/node_modules/a.js', in_app: true })).toBe(true);
    expect(inApp({ module: 'java.lang.Thread', filename: 'Thread.java' })).toBe(false);
    expect(inApp({ function: 'memcpy', package: '/usr/lib/libc.so.6' })).toBe(false);
    expect(inApp({ function: 'draw', package: '/opt/shop/viewer' })).toBe(true);
    expect(inApp({ function: 'who_knows' })).toBe(false);
  });
});

test('what is not an object is refused in one sentence', () => {
  for (const json of [null, 'text', 7, [], undefined])
    expect(() => parseEvent(json)).toThrow('not a JSON object');
});

const FIELD = fc.constantFrom(
  'exception',
  'values',
  'stacktrace',
  'frames',
  'entries',
  'type',
  'data',
  'threads',
  'breadcrumbs',
  'request',
  'headers',
  'tags',
  'logentry',
  'message',
  'filename',
  'abs_path',
  'lineno',
  'lineNo',
  'context',
  'context_line',
  'pre_context',
  'vars',
  'release',
  'user',
  'extra',
  'contexts',
  'timestamp',
  'mechanism',
  'platform',
  'function',
  'module',
  'value',
  'url',
  'query_string',
  'crashed',
  '__proto__',
  'constructor',
);

/** JSON in which the names of an event stand in places where they may or may not belong. */
const DRIFTED = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('exception', 'threads', 'native', 'python', 'src/a.ts'),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(FIELD, tie('value'), { maxKeys: 8 }),
  ),
})).value;

test('whatever the shape, an object becomes an event and evidence', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(FIELD, DRIFTED, { maxKeys: 10 }), async (json) => {
      const event = parseEvent(json);
      const evidence = await buildEvidence({ event, issue: ISSUE, detail: 'full' });
      expect(evidence.text).toContain('SHOP-API-3');
      expect(evidence.text.length).toBeLessThanOrEqual(11_500);
      JSON.stringify(evidence.data);
    }),
    { numRuns: 400 },
  );
});

test('deep and huge events are read', async () => {
  const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]));
  const frames = Array.from({ length: 50_000 }, (_, i) => ({
    filename: `src/f${i}.ts`,
    function: 'f',
    lineno: i,
    in_app: true,
  }));
  const text = '/a'.repeat(1_000_000);
  const event = parseEvent({
    exception: [
      { type: 'E', value: deep, stacktrace: { frames } },
      { type: text, value: text },
    ],
    extra: { deep, wide, text },
    contexts: wide,
    tags: wide,
    breadcrumbs: frames,
    request: { url: `https://h/${text}`, data: deep, query_string: text, headers: wide },
  });
  const evidence = await buildEvidence({ event, issue: ISSUE, detail: 'full' });
  expect(evidence.text.length).toBeLessThanOrEqual(11_500);
  expect(crashFrames(event)[0]?.line).toBe(49_999);
});
