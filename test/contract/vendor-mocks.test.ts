import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openGitHubClient } from '../../src/github/client.ts';
import { incidentMarker, REGION_BEGIN, REGION_END } from '../../src/github/marker.ts';
import { createDraftPullRequest } from '../../src/github/pull-requests.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { vendorContract } from '../support/vendor-contract.ts';
import { startVendorMock, type VendorMock } from '../support/vendor-mock.ts';
import type { Style } from '../support/vendor-values.ts';

const sentryContract = vendorContract('sentry');
const githubContract = vendorContract('github');

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

interface Mocked {
  client: TestClient;
  sentry: VendorMock;
  github: VendorMock;
  close(): Promise<void>;
}

async function mocked(style: Style | 'example'): Promise<Mocked> {
  if (!sentryContract || !githubContract) throw new Error('skipped');
  const sentry = await startVendorMock(sentryContract, style);
  const github = await startVendorMock(githubContract, style);
  const env = { SENTRY_URL: sentry.url, GITHUB_API_URL: github.url };
  const client = await connect(stage, { env });
  const close = async () => {
    await client.close();
    await Promise.all([sentry.close(), github.close()]);
  };
  return { client, sentry, github, close };
}

const CALLS: [tool: string, args: Record<string, unknown>][] = [
  ['sentry_list_issues', { record: false, show_dropped: true }],
  ['sentry_list_issues', { issues: ['PUMP-STATION-1'] }],
  ['sentry_issue_stats', {}],
  ['sentry_latest_event', { issue: 'PUMP-STATION-1' }],
  ['sentry_latest_event', { issue: '1' }],
  ['github_search_issues', { issue: 'PUMP-STATION-1' }],
];

describe.skipIf(!sentryContract || !githubContract)(
  "against servers made from the vendors' descriptions",
  () => {
    test.each<Style | 'example'>(['example', 'required', 'all', 'nulls', 'swapped'])(
      'every reading tool gives a clear result or a clear refusal: %s',
      async (style) => {
        const { client, sentry, github, close } = await mocked(style);
        try {
          for (const [tool, args] of CALLS) {
            const { isError, text, data } = await client.call(tool, args);
            expect.soft(text, tool).toMatch(/\S/);
            expect.soft(text, tool).not.toMatch(/fault in Pitcrew|TypeError|undefined|NaN|\[object/);
            if (isError)
              expect.soft(data, tool).toMatchObject({
                kind: expect.stringMatching(/^(input|refused|upstream)$/),
                hint: expect.any(String),
              });
            // The vendors' own examples are whole: nothing of them may be refused.
            if (style === 'example') expect.soft(isError, text).toBe(false);
            if (style === 'example' && tool.startsWith('sentry_l'))
              expect.soft(text).toContain('PUMP-STATION-1');
          }
        } finally {
          await close();
        }
        expect([...sentry.problems, ...github.problems]).toEqual([]);
      },
    );
  },
);

describe.skipIf(!githubContract)('a draft pull request against a server made from the description', () => {
  const request = {
    incident: 'sentry:pitstop/PITSTOP-1',
    title: 'fix: an empty cart has the total 0',
    body: `${incidentMarker('sentry:pitstop/PITSTOP-1')}\n${REGION_BEGIN}\n\nWhy.\n\n${REGION_END}\n`,
    head: 'pitcrew/pitstop-1',
    base: 'main',
    labels: ['crash'],
    reviewers: { users: ['ada'], teams: [] },
  };

  async function offered(style: Style | 'example') {
    if (!githubContract) throw new Error('skipped');
    const github = await startVendorMock(githubContract, style);
    onTestFinished(() => github.close());
    const client = await openGitHubClient({
      baseUrl: github.url,
      token: 'x',
      owner: 'pitstop',
      repository: 'shop',
      userAgent: 'test',
      clock: () => 0,
      log: { debug() {}, info() {}, warn() {}, error() {} },
      writeIntervalMs: 0,
    });
    const made = createDraftPullRequest(client, request);
    await made.catch(() => {});
    expect(github.problems).toEqual([]);
    return made;
  }

  test("is made where it answers the vendor's examples; nobody counts as asked whom they do not name", async () => {
    const made = await offered('example');
    expect(made).toMatchObject({ outcome: 'created', number: 1347, reviewersRefused: ['ada'] });
  });

  // One that is neither open nor closed might be the very one of this incident: a second one is not risked.
  test.each<Style>(['required', 'all', 'nulls', 'swapped'])(
    'is refused where the state of the others cannot be read: %s',
    async (style) => {
      await expect(offered(style)).rejects.toMatchObject({
        kind: 'upstream',
        message: expect.stringContaining('lacks what is needed (0.state)'),
        hint: expect.stringContaining('GITHUB_API_URL'),
      });
    },
  );
});
