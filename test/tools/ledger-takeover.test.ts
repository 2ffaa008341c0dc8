import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { stderrLog } from '../../src/core/log.ts';
import { until, untilGone } from '../core/processes.ts';
import { ownerOf } from '../ledger/plain-helpers.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { writtenByHand } from '../support/handwritten.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { canOpenTerminal, inTerminalOfItsOwn } from '../support/person-terminal.ts';
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
async function killedSession(issue: string, path: string, at = stage): Promise<string> {
  const session = await connect(at, { name: 'day-crew', answer: person().answer });
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
  expect(JSON.stringify(events)).toContain('day shift | is over');
  expect((await works(client, 'ledger_status')).text).toContain('day shift \\| is over');
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
    expect(nobody.message).toBe('Nobody holds RACE-DAY-3.');
    const claim = tool === 'ledger_takeover' ? 'Claim it with ledger_register. ' : '';
    expect(masked(nobody.hint, stage)).toBe(
      `${claim}Other sessions hold: RACE-DAY-2 (other-crew, pid <pid> on <host>, live).`,
    );
    const own = await fails(other, tool, { issue: SECOND }, 'refused');
    expect(own.message).toBe('This session holds RACE-DAY-2 itself.');
  }
  await works(other, 'ledger_complete');
  await other.close();
});

test('an entry by hand that names an issue nobody claimed is said', async () => {
  const entries = writtenByHand(stage);
  entries.add(`looking at ${FREE}`, [], 'started');
  const named = await fails(client, 'ledger_release', { issue: FREE }, 'refused');
  expect(named.message).toMatch(/^No session holds RACE-DAY-3, but .*looking at RACE-DAY-3.* names it\.$/);
  expect(named.hint).toContain('Ask whoever wrote this entry into .claude/active-runs.md.');
  entries.remove();
});

test('release ends the claim of a session that was killed, and leaves its worktree', async () => {
  const worktree = await killedSession(FREE, 'src/three.mjs');
  const released = await works(client, 'ledger_release', { issue: FREE });
  expect(released.data).toMatchObject({ issues: [FREE], worktrees: [worktree] });
  expect(released.text).toContain(`Its worktree stays: ${worktree}`);
  await fails(client, 'ledger_release', { issue: FREE }, 'refused');
});

describe('on a machine that has no Sentry token, and where nothing names the organization', () => {
  const config = 'github:\n  repository: pitstop/race-day\n  base: main\nchecks: []\n';
  let bare: Stage;

  beforeAll(async () => {
    bare = await openStage({ config });
    for (const name of ['one', 'two']) await bare.crash(crashIn(`src/${name}.mjs`));
  });
  afterAll(() => bare?.close());

  const withoutToken = (...args: string[]) => {
    const { SENTRY_AUTH_TOKEN: _, SENTRY_ORG: __, SENTRY_URL: ___, ...env } = bare.env;
    return cli({ repository: bare.repository, env }, args);
  };

  test('the ledger tells which issue is meant, and a run is known by its id', async () => {
    await killedSession(FIRST, 'src/one.mjs', bare);
    const taken = await withoutToken('ledger', 'takeover', FIRST.toLowerCase());
    expect(taken.stderr).toBe('');
    expect(taken.stdout).toMatch(/^This session holds RACE-DAY-1 now \(run r\d+-\w+\)/);
    await killedSession(SECOND, 'src/two.mjs', bare);
    const { active } = (await withoutToken('ledger', 'status', '--json')).data;
    const { run } = active.find(({ incidents }: { incidents: string[] }) => incidents[0]?.endsWith(SECOND));
    const released = await withoutToken('ledger', 'release', run);
    expect(released.stdout).toMatch(/^Released: RACE-DAY-2, held by day-crew/);
    const again = await withoutToken('ledger', 'release', run);
    expect(again.code).toBe(3);
    expect(again.stderr).toMatch(/^Run r\d+-\w+ \(RACE-DAY-2\) is over since \S+: taken over by .*\.$/m);
  });

  test('what nobody holds, and what is no id, is said without asking for a token', async () => {
    const nobody = await withoutToken('ledger', 'release', 'WEB-404');
    expect(nobody.code).toBe(3);
    expect(nobody.stderr).toBe('Nobody holds WEB-404.\nNo other session holds anything now.\n');
    const wrong = await withoutToken('ledger', 'takeover', 'what?');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('"what?" is not a Sentry short id.');
  });

  test('only of two organizations with an issue of that name one has to be named', async () => {
    const file = join(bare.repository, '.git', 'pitcrew', 'ledger.db');
    const ledger = await openSqliteLedger({ file, clock: systemClock, log: stderrLog('error') });
    for (const organization of ['acme', 'zebra']) {
      const claimed = await ledger.register({
        cmd: `${organization} claims`,
        session: `a session at ${organization}`,
        owner: ownerOf(organization),
        incidents: [`sentry:${organization}/WEB-7`],
        paths: [],
        base: 'main',
        ttlMs: 60_000,
        intent: '',
      });
      expect(claimed.ok).toBe(true);
    }
    await ledger.dispose();
    const unclear = await withoutToken('ledger', 'takeover', 'WEB-7');
    expect(unclear.code).toBe(2);
    expect(unclear.stderr).toContain('No Sentry token was found.');
  });
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
    expect((await works(awake, 'ledger_status')).text).toMatch(
      /^1 live run, 2 whose session does not answer:\n/,
    );
  });

  test.skipIf(!canOpenTerminal)('a person at a terminal hears that the word was not typed', async () => {
    const { PITCREW_SESSION: _, ...env } = stage.env;
    const command = [process.execPath, PROGRAM, 'ledger', 'takeover', ISSUE];
    const { code, shown } = await inTerminalOfItsOwn(command, {
      cwd: stage.repository,
      env,
      answers: [['): ', 'no']],
    });
    expect(code).toBe(3);
    expect(shown).toMatch(
      /\n"take over" was not typed, so the claim stays with asleep-crew, .*\nRun it again if you mean it\.\n/,
    );
  });

  test('with it the work goes on here; the sleeper wakes and may do nothing more with it', async () => {
    says = typed('Takeover');
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
    expect((await works(awake, 'ledger_status')).text).toMatch(
      /^- RACE-DAY-5: taken over \d+ s ago, held by asleep-crew, .*; taken over by awake-crew, .*: released$/m,
    );
    process.kill(asleep.transport.pid ?? 0, 'SIGCONT');
    const woken = await fails(asleep, 'ledger_update', { issue: ISSUE, add: ['src/x.mjs'] }, 'refused');
    expect(woken.message).toMatch(/^RACE-DAY-4 is claimed by awake-crew/);
    await fails(asleep, 'ledger_update', { issue: OTHER, add: ['src/x.mjs'] }, 'refused');
    const over = await fails(asleep, 'ledger_complete', { issue: ISSUE }, 'refused');
    expect(over.message).toMatch(
      /^This session does not hold RACE-DAY-4 any more: run \S+ ended at \S+Z \(\d+ s ago\): taken over by awake-crew, pid \d+ on /,
    );
    const all = await fails(asleep, 'ledger_complete', {}, 'refused');
    expect(all.message).toMatch(/^This session holds no claim any more: .*awake-crew, pid \d+ on /);
  });
});
