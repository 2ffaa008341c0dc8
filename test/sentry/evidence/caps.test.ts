import { expect, test } from 'vitest';
import { parseEvent } from '../../../src/sentry/event.ts';
import { buildEvidence } from '../../../src/sentry/evidence/evidence.ts';
import { checkoutWith, ISSUE } from './support.ts';

const lines = (count: number, text: (line: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i + 1));

/** 250 frames with source, every fifth the application's own, and 64 KB of extra. */
function bigEvent(): { event: Record<string, unknown>; files: Record<string, string> } {
  const files: Record<string, string> = {};
  const frames = lines(250, (i) => `f${i}`).map((name, i) => {
    const inApp = i % 5 === 4;
    const source = (line: number) =>
      `  const value${line} = await ${name}(request, response, { retries: ${line}, verbose: false });`;
    const path = inApp ? `src/modules/part${i}/handler.ts` : `node_modules/lib${i}/index.js`;
    if (inApp) files[path] = lines(60, source).join('\n');
    return {
      filename: `/usr/src/app/${path}`,
      function: `handle_${name}`,
      lineno: 30,
      colno: 7,
      in_app: inApp,
      pre_context: [source(28), source(29)],
      context_line: source(30),
      post_context: [source(31), source(32)],
    };
  });
  const event = {
    platform: 'node',
    exception: {
      values: [{ type: 'RangeError', value: 'The basket holds more than it can', stacktrace: { frames } }],
    },
    extra: Object.fromEntries(lines(64, (i) => `key${i}`).map((key) => [key, 'x'.repeat(1024)])),
    breadcrumbs: lines(100, (i) => `breadcrumb ${i} `.repeat(20)).map((message) => ({
      category: 'console',
      message,
    })),
    tags: lines(100, (i) => `tag${i}`).map((tag) => [tag, 'value '.repeat(20)]),
  };
  return { event, files };
}

test.each(['small', 'full'] as const)('250 frames and 64 KB of extra, %s', async (detail) => {
  const { event, files } = bigEvent();
  const evidence = await buildEvidence({
    event: parseEvent(event),
    issue: ISSUE,
    checkout: await checkoutWith(files),
    detail,
  });
  const { text } = evidence;
  expect(text.length).toBeLessThan(detail === 'small' ? 6000 : 12_000);
  expect(text).toContain('RangeError: The basket holds more than it can');
  expect(text).toContain('> at handle_f250 (src/modules/part249/handler.ts:30:7)');
  expect(text).toContain('at handle_f150 (src/modules/part149/handler.ts:30:7)');
  expect(text).toContain('1. src/modules/part249/handler.ts:30');
  expect(evidence.suspects).toHaveLength(5);
  expect(JSON.stringify(evidence.data).length).toBeLessThan(24_000);
});

test('60 native frames', async () => {
  const frames = lines(
    60,
    (i) => `shop::render::Pipeline<Stage${i}>::execute(shop::render::Context&, unsigned long)`,
  ).map((name, i) => ({
    function: name,
    package: i % 3 === 0 ? '/usr/lib/x86_64-linux-gnu/libstdc++.so.6' : '/opt/shop/lib/librender.so',
    instruction_addr: `0x7f00${i.toString(16).padStart(6, '0')}`,
    in_app: i % 3 !== 0,
  }));
  const event = parseEvent({
    platform: 'native',
    exception: {
      values: [
        {
          type: 'SIGSEGV',
          value: 'Segfault',
          mechanism: { type: 'signalhandler', handled: false },
          stacktrace: { frames },
        },
      ],
    },
  });
  const { text } = await buildEvidence({ event, issue: ISSUE });
  expect(text.length).toBeLessThan(4500);
  expect(text).toContain('SIGSEGV: Segfault (unhandled, signalhandler)');
  expect(text).toContain('> shop::render::Pipeline<Stage60>::execute');
});

test.each([1500, 2000, 3000])(
  'whatever the event, the text has at most %i characters and the essence',
  async (maxCharacters) => {
    const { event, files } = bigEvent();
    const values = lines(30, (i) => `Cause${i}`).map((type) => ({
      type,
      value: 'long `````````` message '.repeat(400),
      stacktrace: {
        frames: [
          { filename: 'src/modules/part249/handler.ts', function: '`'.repeat(300), lineno: 1, in_app: true },
        ],
      },
    }));
    const checkout = await checkoutWith(files);
    for (const exception of [event.exception, { values }]) {
      const evidence = await buildEvidence({
        event: parseEvent({ ...event, exception }),
        issue: ISSUE,
        checkout,
        maxCharacters,
      });
      expect(evidence.text.length).toBeLessThanOrEqual(maxCharacters);
      expect(evidence.text).toMatch(/RangeError: The basket|Cause30: long/);
      expect(evidence.text).toContain('> at ');
      expect(evidence.text).toContain('1. src/modules/part249/handler.ts');
    }
  },
);

test('a recursion is told once', async () => {
  const frames = lines(200, (i) => (i % 2 === 0 ? 'even' : 'odd')).map((name) => ({
    filename: `src/${name}.ts`,
    function: name,
    lineno: 3,
    in_app: true,
  }));
  const event = parseEvent({
    platform: 'node',
    exception: {
      values: [{ type: 'RangeError', value: 'Maximum call stack size exceeded', stacktrace: { frames } }],
    },
  });
  const { text } = await buildEvidence({ event, issue: ISSUE });
  expect(text).toContain(
    '> at even (src/even.ts:3)\n  at odd (src/odd.ts:3)\n  at even (src/even.ts:3)\n  … the 2 entries above, 98 more times',
  );
});
