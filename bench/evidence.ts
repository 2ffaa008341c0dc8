import { connect } from '../test/support/mcp.ts';
import { contractCrash, openStage } from '../test/support/stage.ts';
import { atMost, type Figure, median, rounded, span } from './figure.ts';

const LATENCY_MS = 80;
const ROUNDS = 9;

/** One evidence call through the server, against the slowest single request that it has to wait for. */
export async function evidence(): Promise<Figure[]> {
  const stage = await openStage({ latencyMs: LATENCY_MS });
  try {
    for (let user = 1; user <= 3; user += 1) await stage.crash(contractCrash(user));
    const client = await connect(stage);
    const { issues } = (await client.call('sentry_list_issues', { record: false })).data;
    const { shortId, id } = issues[0];
    const requests: number[] = [];
    const calls: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      requests.push(await slowestRequest(stage, id));
      const started = performance.now();
      await client.call('sentry_latest_event', { issue: shortId });
      calls.push(performance.now() - started);
    }
    await client.close();
    return [
      atMost(
        {
          name: 'one evidence call, against its slowest request',
          value: rounded(median(calls) / median(requests)),
          unit: 'x',
          detail: `call ${span(calls, 'ms')}; request ${span(requests, 'ms')} at ${LATENCY_MS} ms upstream`,
        },
        1.15,
      ),
    ];
  } finally {
    await stage.close();
  }
}

async function slowestRequest(stage: Awaited<ReturnType<typeof openStage>>, id: string): Promise<number> {
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
