import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type TestClient } from '../test/support/mcp.ts';
import { contractCrash, openStage, type Stage } from '../test/support/stage.ts';
import { atMost, type Figure, median, rounded, span } from './figure.ts';

const LATENCY_MS = 80;
const ROUNDS = 15;

/**
 * One evidence call through the server, against the slowest single request that it has to wait for: first for a
 * release that the repository does not know, then for one whose tag is there with commits since, which git is asked about.
 */
export async function evidence(): Promise<Figure[]> {
  const stage = await openStage({ latencyMs: LATENCY_MS });
  try {
    for (let user = 1; user <= 3; user += 1) await stage.crash(contractCrash(user));
    const client = await connect(stage);
    const { issues } = (await client.call('sentry_list_issues', { record: false })).data;
    const unknown = await measured(
      'one evidence call, against its slowest request',
      stage,
      client,
      issues[0],
    );
    await release(stage);
    const known = await measured(
      'the same, its release compared with the checkout',
      stage,
      client,
      issues[0],
    );
    await client.close();
    return [unknown, known];
  } finally {
    await stage.close();
  }
}

async function measured(
  name: string,
  stage: Stage,
  client: TestClient,
  { shortId, id }: { shortId: string; id: string },
): Promise<Figure> {
  const requests: number[] = [];
  const calls: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    requests.push(await slowestRequest(stage, id));
    const started = performance.now();
    await client.call('sentry_latest_event', { issue: shortId });
    calls.push(performance.now() - started);
  }
  const value = rounded(median(calls) / median(requests));
  const detail = `call ${span(calls, 'ms')}; request ${span(requests, 'ms')} at ${LATENCY_MS} ms upstream`;
  return atMost({ name, value, unit: 'x', detail }, 1.15);
}

/** Tags what is there as the release that crashed, and changes the crashed file once more. */
async function release(stage: Stage): Promise<void> {
  await stage.git('tag', 'race-day@1.4.0');
  await appendFile(join(stage.repository, 'src/orders/pricing.mjs'), '\n');
  await stage.git('commit', '--quiet', '--all', '--message', 'since');
}

async function slowestRequest(stage: Stage, id: string): Promise<number> {
  const headers = { authorization: `Bearer ${stage.sandbox.token}` };
  const timed = async (path: string) => {
    const started = performance.now();
    await fetch(`${stage.sandbox.url}/api/0/organizations/pitstop/issues/${id}/${path}`, { headers }).then(
      (answer) => answer.text(),
    );
    return performance.now() - started;
  };
  return Math.max(await timed(''), await timed('events/latest/'));
}
