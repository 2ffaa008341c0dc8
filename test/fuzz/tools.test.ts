import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Context, openContext } from '../../src/context.ts';
import { sentryIncident } from '../../src/core/incident.ts';
import type { JsonSchemaProperty, Tool } from '../../src/tools/define.ts';
import { findTool, tools } from '../../src/tools/registry.ts';
import { ENV } from '../git/repositories.ts';
import { fakeEvent, fakeIssue, NOW, recordingLog, TEST_TOKEN } from '../sentry/support/clients.ts';
import { type FakeSentry, startFakeSentry } from '../sentry/support/fake-sentry.ts';
import { useFolder } from './folder.ts';
import { fuzz, orOurError } from './fuzz.ts';
import { hostilePath } from './paths.ts';
import { anyJson, hostileText } from './texts.ts';

const folder = useFolder({
  'shop/src/file-0.ts': 'export const total = 1;\n',
  'shop/pitcrew.yml': 'sentry:\n  organization: acme\nchecks: []\n',
});
const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: join(folder.path, 'shop'), env: ENV, encoding: 'utf8' });
const KINDS = ['input', 'refused', 'upstream'];
let sentry: FakeSentry;
/** Without a token: nothing can be asked, and every call ends at once. */
let alone: Context;
let connected: Context;

beforeAll(async () => {
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'base');
  sentry = await startFakeSentry();
  sentry.issues.push(fakeIssue(1), fakeIssue(2, { shortId: 'WEB-2', title: 'a\u202eb | <!-- c' }));
  sentry.events.set('1001', fakeEvent(3));
  const open = (env: NodeJS.ProcessEnv) =>
    openContext({
      cwd: join(folder.path, 'shop'),
      env: { ...ENV, HOME: folder.path, PITCREW_SESSION: 'fuzz', ...env },
      clock: () => NOW,
      log: recordingLog(),
      session: { kind: 'command' },
    });
  [alone, connected] = await Promise.all([
    open({}),
    open({ SENTRY_URL: sentry.url, SENTRY_AUTH_TOKEN: TEST_TOKEN, SENTRY_ORG: 'acme' }),
  ]);
  await claim('HELD-1');
});
afterAll(async () => {
  await Promise.all([alone?.dispose(), connected?.dispose()]);
  await sentry.close();
});

/** A run of this session, so that a fuzzed change of its paths is not refused before it is looked at. */
async function claim(shortId: string): Promise<void> {
  const ledger = await alone.ledger();
  const answer = await ledger.register({
    cmd: `claim ${shortId}`,
    session: alone.session.id,
    owner: alone.session.owner,
    incidents: [sentryIncident('acme', shortId)],
    paths: [{ glob: 'src/file-0.ts', mode: 'exclusive' }],
    base: '0'.repeat(40),
    ttlMs: 3_600_000,
    intent: '',
  });
  expect(answer.ok).toBe(true);
}

/** Not claimed and not selected: every step of it is refused before it would run or write anything. */
const issue = fc.oneof(fc.constantFrom('WEB-2', 'web-2', 'NODE-EXPRESS-1', '1001', 'ZZZ-9'), hostileText(3));

/** A value that is right, nearly right, or anything. */
function someValue(name: string, schema: JsonSchemaProperty): fc.Arbitrary<unknown> {
  const right = rightValue(name, schema);
  return fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: anyJson(2) });
}

function rightValue(name: string, schema: JsonSchemaProperty): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'array') return fc.array(textFor(name), { maxLength: 3 });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer' || schema.type === 'number')
    return fc.oneof(fc.integer({ min: -1, max: 25 }), fc.constantFrom(1e9, 0.5));
  return textFor(name);
}

function textFor(name: string): fc.Arbitrary<string> {
  if (name.startsWith('issue')) return issue;
  if (/file|path|add|drop/.test(name)) return hostilePath(['src/file-0.ts', 'src/**', '.git/config']);
  return fc.oneof(
    hostileText(),
    fc.constantFrom('14d', 'is:unresolved', 'A reason that is long enough to be one.'),
  );
}

const argumentsOf = (tool: Tool): fc.Arbitrary<unknown> => {
  const { properties, required = [] } = tool.inputSchema;
  const fields = Object.entries(properties).map(([name, schema]) => [name, someValue(name, schema)] as const);
  const near = fc.record(Object.fromEntries(fields), {
    requiredKeys: required.filter((name) => name in properties),
  });
  return fc.oneof({ weight: 5, arbitrary: near }, { weight: 1, arbitrary: anyJson() });
};
const calls = fc
  .constantFrom(...tools)
  .chain((tool) => fc.record({ tool: fc.constant(tool.name), input: argumentsOf(tool) }));

async function answers(context: Context, name: string, input: unknown): Promise<void> {
  const call = { signal: new AbortController().signal, progress() {}, reader: 'model' as const };
  const answer = await orOurError(async () => findTool(name)?.call(input, context, call), KINDS);
  if (answer === undefined) return;
  expect(answer.text.length).toBeLessThanOrEqual(100_000);
  expect(answer.text).not.toMatch(/[\0\u001b\u202e]/);
  JSON.stringify(answer.data);
}

test('the run whose paths are fuzzed is held by this session', async () => {
  const call = { signal: new AbortController().signal, progress() {}, reader: 'model' as const };
  const answer = await findTool('ledger_update')?.call({ issue: 'HELD-1', add: ['src/new.ts'] }, alone, call);
  expect(answer?.text).toContain('src/new.ts');
});

fuzz(
  'any paths of a claim: taken, or an input error, and the ledger goes on',
  fc.record({
    add: fc.array(hostilePath(['src/a.ts', 'src/**', 'lib/{a,b}/*.ts']), { maxLength: 3 }),
    drop: fc.array(hostilePath(['src/a.ts', 'src/**', 'lib/{a,b}/*.ts']), { maxLength: 2 }),
  }),
  async (input) => {
    await answers(alone, 'ledger_update', { issue: 'HELD-1', ...input });
    const answer = await findTool('ledger_status')?.call({}, alone, {
      signal: new AbortController().signal,
      progress() {},
      reader: 'model',
    });
    expect(answer?.text).toContain('HELD-1');
  },
  { cost: 10 },
);

// After the calls above: these may end the run.
fuzz('any arguments: an answer, or an error that says whose move it is', calls, ({ tool, input }) =>
  answers(alone, tool, input),
);

const asking = new Set([
  'sentry_list_issues',
  'sentry_issue_stats',
  'sentry_latest_event',
  'github_search_issues',
]);

fuzz(
  'any arguments with a Sentry that answers: only its own routes are asked, and nothing is written there',
  calls.filter(({ tool }) => asking.has(tool)),
  async ({ tool, input }) => {
    sentry.requests.length = 0;
    await answers(connected, tool, input);
    for (const request of sentry.requests) {
      expect(request.method).toBe('GET');
      expect(request.path).toMatch(/^\/api\/0\/organizations\/acme\/(issues|shortids|projects|releases)?/);
      expect(request.path).not.toMatch(/\/\.\.?(\/|$)|\/\//);
    }
  },
  { cost: 20 },
);

fuzz(
  'nothing of all that reached the repository',
  fc.constant(undefined),
  () => {
    expect(git('status', '--porcelain', '--', 'src', 'pitcrew.yml')).toBe('');
    expect(git('worktree', 'list').trim().split('\n')).toHaveLength(1);
    expect(git('branch', '--list').trim()).toBe('* main');
  },
  { cost: 100_000 },
);
