import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { connect } from '../support/mcp.ts';
import { startRecordingProxy } from '../support/recording-proxy.ts';
import { contractCrash, openStage, type Stage } from '../support/stage.ts';
import { vendorContract } from '../support/vendor-contract.ts';
import { requestProblems } from '../support/vendor-hold.ts';

// The built program, as people point it at servers of their own: below a path, with a slash too many, by IPv6.

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.crash(contractCrash());
  stage.sandbox.seedIssue({ title: "Cannot read properties of undefined (reading 'terms')" });
});
afterAll(() => stage?.close());

const CALLS: [tool: string, args: Record<string, unknown>][] = [
  ['sentry_list_issues', {}],
  ['sentry_issue_stats', {}],
  ['sentry_latest_event', { issue: 'RACE-DAY-1' }],
  ['github_search_issues', { issue: 'RACE-DAY-1' }],
];

/** Sentry's own schema says nothing of these two; both are best effort. */
const UNDESCRIBED = /^\/api\/0\/(issues\/\d+\/notes\/)?$/;

interface Place {
  prefix: [sentry: string, github: string];
  host?: '::1';
  spelling?: (url: string) => string;
}

/** Runs `work` with both addresses leading through recording servers, and holds all that was asked. */
async function pointedAt(place: Place, work: (env: Record<string, string>) => Promise<void>): Promise<void> {
  const { prefix, host, spelling = (url) => url } = place;
  const common = host ? { host } : {};
  const sentry = await startRecordingProxy(stage.sandbox.url, { ...common, prefix: prefix[0] });
  const github = await startRecordingProxy(stage.sandbox.githubUrl, { ...common, prefix: prefix[1] });
  try {
    await work({ SENTRY_URL: spelling(sentry.url), GITHUB_API_URL: spelling(github.url) });
  } finally {
    await Promise.all([sentry.close(), github.close()]);
  }
  expect([...sentry.strays, ...github.strays]).toEqual([]);
  expect(sentry.exchanges.length).toBeGreaterThan(2);
  expect(github.exchanges.length).toBeGreaterThan(0);
  const [ours, theirs] = [vendorContract('sentry'), vendorContract('github')];
  if (!ours || !theirs) return;
  const described = sentry.exchanges.filter(({ path }) => !UNDESCRIBED.test(path));
  expect(described.flatMap((one) => requestProblems(ours, one))).toEqual([]);
  expect(github.exchanges.flatMap((one) => requestProblems(theirs, one))).toEqual([]);
}

describe('every request of the built server goes below the address that was configured', () => {
  test.each<[string, Place]>([
    ['a path', { prefix: ['/sentry/eu', '/api/v3'] }],
    ['slashes at the end', { prefix: ['/a', ''], spelling: (url) => `${url}//` }],
    ['IPv6', { prefix: ['', '/github'], host: '::1' }],
    ['a name', { prefix: ['/x', '/y'], spelling: (url) => url.replace('127.0.0.1', 'localhost') }],
  ])('%s', async (_name, place) => {
    await pointedAt(place, async (env) => {
      const client = await connect(stage, { env });
      try {
        for (const [tool, args] of CALLS) {
          const answer = await client.call(tool, args);
          expect.soft(answer.isError, `${tool}: ${answer.text}`).toBe(false);
          if (tool === 'github_search_issues') expect(answer.data.related).toHaveLength(1);
        }
      } finally {
        await client.close();
      }
    });
  });

  test("and so does doctor's", async () => {
    await pointedAt({ prefix: ['/deep/er', '/api/v3'] }, async (env) => {
      const { code, data } = await cli(stage, ['doctor', '--json'], { env });
      expect(code).toBe(0);
      const states = data.checks.map(({ id, state }: { id: string; state: string }) => [id, state]);
      for (const id of ['sentry-accepted', 'sentry-scopes', 'sentry-projects', 'github-permissions'])
        expect.soft(states).toContainEqual([id, 'ok']);
    });
  });
});

describe('an address that cannot be one is the caller’s to correct', () => {
  test.each([
    ['SENTRY_URL', 'nonsense'],
    ['SENTRY_URL', 'ftp://127.0.0.1'],
    ['GITHUB_API_URL', 'nonsense'],
    ['GITHUB_API_URL', 'http://strangers.example'],
  ])('%s=%s', async (name, value) => {
    const { code, stdout, stderr } = await cli(stage, ['github-search-issues', 'RACE-DAY-1'], {
      env: { [name]: value },
    });
    expect(`${stdout}${stderr}`).toMatch(new RegExp(`${name}|address`));
    expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at |TypeError/);
    expect(code).toBe(2);
  });
});
