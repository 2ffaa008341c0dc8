import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until, untilGone } from '../core/processes.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { claim, fails, person, works, worktreeOf } from '../support/steps.ts';

const [FIRST, SECOND, FREE] = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3'] as const;

let stage: Stage;
let client: TestClient;

beforeAll(async () => {
  stage = await openStage();
  for (const name of ['one', 'two', 'three']) await stage.crash(crashIn(`src/${name}.mjs`));
  client = await connect(stage, { name: 'night-crew', answer: person().answer });
  await works(client, 'sentry_list_issues');
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

/** A session that claims an issue, makes its worktree and is killed. */
async function killedSession(issue: string, path: string): Promise<string> {
  const session = await connect(stage, { name: 'day-crew', answer: person().answer });
  await claim(session, [issue], [path]);
  const worktree = await worktreeOf(session, issue);
  const { pid } = session.transport;
  if (pid === null) throw new Error('The server has no process.');
  process.kill(pid, 'SIGKILL');
  await untilGone(pid);
  return worktree;
}

test('work of a session that was killed goes on here, in its worktree, without a question', async () => {
  const worktree = await killedSession(FIRST, 'src/one.mjs');
  const taken = await works(client, 'ledger_takeover', { issue: FIRST, reason: 'day shift | is over' });
  expect(taken.text).toMatch(
    /^This session holds RACE-DAY-1 now \(run r\d+-\w+\); it was held by day-crew, pid \d+ on /,
  );
  expect(taken.text).toContain(worktree);
  // A process that is gone pushes nothing more.
  expect(taken.data).toMatchObject({ issues: [FIRST], paths: ['src/one.mjs'], told: [] });
  expect((await works(client, 'worktree_create', { issue: FIRST })).data).toMatchObject({ path: worktree });
  const { events } = (await works(client, 'ledger_history', { issue: FIRST, limit: 1000 })).data;
  expect(JSON.stringify(events)).toContain('day shift');
});

test('a session that answers keeps its claim; so does nobody, and oneself', async () => {
  const other = await connect(stage, { name: 'other-crew', answer: person().answer });
  await claim(other, [SECOND], ['src/two.mjs']);
  for (const tool of ['ledger_takeover', 'ledger_release']) {
    const live = await fails(client, tool, { issue: SECOND }, 'refused');
    expect(live.message).toMatch(
      /^other-crew, pid \d+ on \S+ holds RACE-DAY-2 and answers: its claim was renewed/,
    );
    const nobody = await fails(client, tool, { issue: FREE }, 'refused');
    expect(nobody).toMatchObject({
      message: 'Nobody holds RACE-DAY-3.',
      hint: 'Claim it with ledger_register.',
    });
    const own = await fails(other, tool, { issue: SECOND }, 'refused');
    expect(own.message).toBe('This session holds RACE-DAY-2 itself.');
  }
  await works(other, 'ledger_complete');
  await other.close();
});

test('release ends the claim of a session that was killed, and leaves its worktree', async () => {
  const worktree = await killedSession(FREE, 'src/three.mjs');
  const released = await works(client, 'ledger_release', { issue: FREE });
  expect(released.data).toMatchObject({ issues: [FREE], worktrees: [worktree] });
  expect(released.text).toContain(`Its worktree stays: ${worktree}`);
  await fails(client, 'ledger_release', { issue: FREE }, 'refused');
});

describe('a session that sleeps: its process is there, and its claim is not renewed', () => {
  const [ISSUE, OTHER] = ['RACE-DAY-4', 'RACE-DAY-5'] as const;
  let awake: TestClient;
  let asleep: TestClient;
  let says: ElicitResult = { action: 'cancel' };
  const asked: string[] = [];
  const answer = (message: string): ElicitResult => {
    asked.push(message);
    return says;
  };
  const typed = (word: string): ElicitResult => ({ action: 'accept', content: { answer: word } });

  const suspect = async (issue: string): Promise<boolean> => {
    const { active } = (await works(awake, 'ledger_status')).data;
    return active.some(
      ({ incidents, liveness }: { incidents: string[]; liveness: string }) =>
        liveness === 'suspect' && incidents.some((incident) => incident.endsWith(issue)),
    );
  };

  beforeAll(async () => {
    await appendFile(join(stage.repository, 'pitcrew.yml'), '\nlease_seconds: 5\n');
    await stage.git('commit', '--quiet', '--all', '--message', 'short leases');
    for (const name of ['four', 'five']) await stage.crash(crashIn(`src/${name}.mjs`));
    awake = await connect(stage, { name: 'awake-crew', answer });
    asleep = await connect(stage, { name: 'asleep-crew', answer: person().answer });
    await claim(asleep, [ISSUE], ['src/four.mjs']);
    await claim(asleep, [OTHER], ['src/five.mjs']);
    await worktreeOf(asleep, ISSUE);
    process.kill(asleep.transport.pid ?? 0, 'SIGSTOP');
    await until('it counts as suspect', () => suspect(ISSUE), 30_000);
  });
  afterAll(async () => {
    process.kill(asleep.transport.pid ?? 0, 'SIGCONT');
    await Promise.all([awake?.close(), asleep?.close()]);
  });

  test('without a person, or without their yes, it keeps its claim', async () => {
    const alone = await cli(stage, ['ledger', 'takeover', ISSUE]);
    expect(alone.code).toBe(3);
    expect(alone.stderr).toMatch(/There is nobody to ask here \(.*\), so the claim stays with asleep-crew/);
    expect(alone.stderr).toContain(`node ${PROGRAM} ledger takeover ${ISSUE}`);
    for (const [action, sentence] of [
      ['decline', 'The person did not allow it'],
      ['cancel', 'The person closed the question'],
    ] as const) {
      says = { action };
      const failure = await fails(awake, 'ledger_takeover', { issue: ISSUE }, 'refused');
      expect(failure.message).toContain(sentence);
    }
    says = typed('yes, do');
    await fails(awake, 'ledger_release', { issue: OTHER }, 'refused');
    expect(await suspect(ISSUE)).toBe(true);
  });

  test('with it the work goes on here; the sleeper wakes and may do nothing more with it', async () => {
    says = typed('take over');
    const taken = await works(awake, 'ledger_takeover', { issue: ISSUE });
    expect(taken.text).toContain(`The remote refuses what that session still pushes for ${ISSUE}.`);
    expect(taken.data.told).toEqual([{ issue: ISSUE, problem: null }]);
    const atRemote = await stage.git('ls-remote', 'origin', `refs/pitcrew/fence/${ISSUE}`);
    await stage.git('fetch', '--quiet', 'origin', `refs/pitcrew/fence/${ISSUE}`);
    expect(await stage.git('log', '-1', '--format=%B', String(atRemote).split('\t')[0] ?? '')).toContain(
      `Fence: ${taken.data.fence}\nRun: ${taken.data.run}\n`,
    );
    expect(asked.at(-1)).toMatch(/^asleep-crew, pid \d+ on \S+ holds RACE-DAY-4 since .* last heard of/);
    says = typed('release');
    await works(awake, 'ledger_release', { issue: OTHER });
    process.kill(asleep.transport.pid ?? 0, 'SIGCONT');
    const woken = await fails(asleep, 'ledger_update', { issue: ISSUE, add: ['src/x.mjs'] }, 'refused');
    expect(woken.message).toMatch(/^RACE-DAY-4 is claimed by awake-crew/);
    await fails(asleep, 'ledger_update', { issue: OTHER, add: ['src/x.mjs'] }, 'refused');
  });
});
