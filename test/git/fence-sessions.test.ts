import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/core/run.ts';
import { until } from '../core/processes.ts';
import { crashIn } from '../support/crashes.ts';
import { pullsOf } from '../support/github.ts';
import { connect, type TestClient, type ToolResult } from '../support/mcp.ts';
import { proveAndCommit, writeSmallFix } from '../support/small-fix.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, fails, newestIssue, person, WORDS, works } from '../support/steps.ts';
import { type HoldableGit, type HoldableSentry, holdableGit, holdableSentry } from './fence-hold.ts';

const CONFIG = `sentry:
  organization: pitstop
github:
  repository: pitstop/race-day
  base: main
lease_seconds: 5
checks: []
`;
const SUMMARY = 'New teams could not order. Now they can.';
const CASES = ['pushLate', 'pushFirst', 'commitLate', 'commitFirst', 'resolve'] as const;
type Case = (typeof CASES)[number];

/** A session that was frozen between its guard and its effect, and whose issue another session has taken over. */
interface Frozen {
  issue: string;
  file: string;
  branch: string;
  client: TestClient;
  git: HoldableGit;
  /** What its last call answers in the end. */
  answer: Promise<ToolResult>;
  folder: string;
  sha: string;
}

let stage: Stage;
let sentry: HoldableSentry;
let second: TestClient;
const frozen = new Map<Case, Frozen>();

beforeAll(async () => {
  stage = await openStage({ config: CONFIG });
  sentry = await holdableSentry(stage.sandbox.url);
  const answer = (message: string) =>
    message.includes('Take its work over here?')
      ? { action: 'accept' as const, content: { answer: 'take over' } }
      : person().answer(message);
  second = await connect(stage, { name: 'second-crew', answer });
  const starting: Promise<void>[] = [];
  for (const name of CASES) {
    await stage.crash(crashIn(`src/orders/${name}.mjs`));
    starting.push(startFrozen(name, await newestIssue(second)));
  }
  await Promise.all(starting);
  for (const { issue } of frozen.values()) await takeOver(issue);
}, 180_000);
afterAll(async () => {
  for (const { client, git } of frozen.values()) {
    git.letGo();
    process.kill(client.transport.pid ?? 0, 'SIGCONT');
    await client.close();
  }
  await second?.close();
  sentry?.close();
  await stage?.close();
});

async function startFrozen(name: Case, issue: string): Promise<void> {
  const git = holdableGit(stage.folder, name);
  const env = {
    PATH: `${git.folder}:${stage.env.PATH}`,
    ...(name === 'resolve' ? { SENTRY_URL: sentry.url } : {}),
  };
  const client = await connect(stage, { name: `first-${name}`, answer: person().answer, env });
  const file = `src/orders/${name}.mjs`;
  const branch = `fix/sentry-${issue.toLowerCase()}`;
  await claim(client, [issue]);
  let folder = '';
  let sha = '';
  let call: [string, Record<string, unknown>];
  if (name === 'commitLate' || name === 'commitFirst') {
    folder = (await works(client, 'worktree_create', { issue })).data.path;
    const fix = await writeSmallFix(folder, file);
    await works(client, 'fix_verify', { issue, test: fix.test, test_files: [fix.testFile] });
    call = ['fix_commit', { issue, files: fix.files, ...WORDS }];
    git.hold('update-ref');
  } else {
    ({ folder, sha } = await proveAndCommit(client, issue, file));
    call = ['github_create_draft_pr', { issue, summary: SUMMARY }];
    if (name === 'resolve') {
      await works(client, ...call);
      call = ['sentry_resolve', { issue }];
      sentry.hold();
    } else git.hold('push');
  }
  const answer = client.call(...call);
  let early: string | undefined;
  answer.then(
    ({ text }) => {
      early = text;
    },
    // Whoever awaits it hears of it; a set-up that failed ends the session first.
    () => {},
  );
  await until(
    `${name} is between guard and effect`,
    () => {
      if (early !== undefined) throw new Error(`${name} was not held: ${early}`);
      return name === 'resolve' ? sentry.isHeld() : git.isHeld();
    },
    60_000,
  );
  process.kill(client.transport.pid ?? 0, 'SIGSTOP');
  frozen.set(name, { issue, file, branch, client, git, answer, folder, sha });
}

/** As soon as its renewal is overdue: its process is there, so a person is asked. */
async function takeOver(issue: string): Promise<void> {
  await until(
    `${issue} can be taken over`,
    async () => !(await second.call('ledger_takeover', { issue })).isError,
    60_000,
  );
  await works(second, 'worktree_create', { issue });
}

const of = (name: Case): Frozen => {
  const found = frozen.get(name);
  if (!found) throw new Error(`${name} was not frozen`);
  return found;
};

/** Lets a frozen session go on; answers what it then said. */
async function wake({ client, git, answer }: Frozen): Promise<ToolResult> {
  git.letGo();
  process.kill(client.transport.pid ?? 0, 'SIGCONT');
  return answer;
}

async function commitAsSecond({ issue, folder, file }: Frozen): Promise<string> {
  const fix = await writeSmallFix(folder, file);
  await works(second, 'fix_verify', { issue, test: fix.test, test_files: [fix.testFile] });
  const { data } = await works(second, 'fix_commit', { issue, files: fix.files, ...WORDS });
  return data.sha;
}
const offer = (client: TestClient, issue: string) =>
  works(client, 'github_create_draft_pr', { issue, summary: SUMMARY });
const onRemote = async (ref: string): Promise<string> =>
  (await stage.git('ls-remote', stage.remote, ref)).split('\t')[0] ?? '';
const fenceOf = ({ issue }: Frozen): Promise<string> => onRemote(`refs/pitcrew/fence/${issue}`);

describe('frozen between the guard and the push', () => {
  test('the other pushes, then it wakes: refused by the remote, which stays as it was', async () => {
    const late = of('pushLate');
    const { data } = await offer(second, late.issue);
    expect(data.outcome).toBe('created');
    const before = await fenceOf(late);
    expect(before).not.toBe('');
    const answer = await wake(late);
    expect(answer.text).toMatch(
      /^refused: RACE-DAY-1 was taken over: origin has a newer fence, by Test at \S+Z \(run r\d+-\w+, fence \d+\), and this session has the older fence \d+\.\nNext step: Nothing was pushed\. /,
    );
    expect(await fenceOf(late)).toBe(before);
    expect(await onRemote(`refs/heads/${late.branch}`)).toBe(late.sha);
    expect(await pullsOf(stage, late.branch)).toHaveLength(1);
  });

  test('it wakes before the other pushes: refused by the fence that the takeover put there, and the other goes on', async () => {
    const early = of('pushFirst');
    const before = await fenceOf(early);
    expect(before).not.toBe('');
    const answer = await wake(early);
    expect(answer.text).toMatch(/^refused: RACE-DAY-2 was taken over: origin has a newer fence, by Test /);
    expect(await onRemote(`refs/heads/${early.branch}`)).toBe('');
    expect(await fenceOf(early)).toBe(before);
    expect(await pullsOf(stage, early.branch)).toEqual([]);
    const { data } = await offer(second, early.issue);
    expect(data.outcome).toBe('created');
    expect(await fenceOf(early)).not.toBe(before);
    await fails(early.client, 'sentry_resolve', { issue: early.issue }, 'refused');
    expect(await onRemote(`refs/heads/${early.branch}`)).toBe(early.sha);
  });
});

describe('frozen between the guard and the move of the branch', () => {
  test('the other commits, then it wakes: refused, and the commit of the other stays', async () => {
    const late = of('commitLate');
    const sha = await commitAsSecond(late);
    const answer = await wake(late);
    expect(answer.text).toMatch(
      new RegExp(`^refused: ${late.branch} has moved: somebody else committed to it\\.`),
    );
    expect(await stage.git('rev-parse', late.branch)).toBe(sha);
  });

  test('it wakes first: its commit is taken off again, and the other commits', async () => {
    const early = of('commitFirst');
    const base = await stage.git('rev-parse', early.branch);
    const answer = await wake(early);
    expect(answer.text).toMatch(/^refused: /);
    expect(answer.text).toContain('second-crew');
    expect(await stage.git('rev-parse', early.branch)).toBe(base);
    const sha = await commitAsSecond(early);
    expect(await stage.git('rev-parse', `${sha}^`)).toBe(base);
  });
});

test('frozen between reading the Sentry issue and changing it: nothing is sent', async () => {
  const late = of('resolve');
  sentry.letGo();
  const answer = await wake(late);
  expect(answer.text).toMatch(/^refused: /);
  expect(answer.text).toContain('second-crew');
  const changes = () => stage.sandbox.requestLog().filter(({ method }) => method === 'PUT');
  expect(changes()).toEqual([]);
  await fails(late.client, 'sentry_resolve', { issue: late.issue }, 'refused');
  const { data } = await works(second, 'sentry_resolve', { issue: late.issue });
  expect(data.after).toBe(`resolved in commit ${late.sha.slice(0, 12)}`);
  expect(changes()).toHaveLength(1);
});

test('another machine, whose ledger knows nothing of this one: its push of the same issue is refused, and it is told who', async () => {
  const repository = join(realpathSync(stage.folder), 'other-machine');
  const home = { cwd: stage.folder, env: stage.env, timeoutMs: 30_000 };
  await run('git', ['clone', '--quiet', stage.remote, repository], home);
  await run('git', ['-C', repository, 'config', 'user.name', 'Ana'], home);
  await run('git', ['-C', repository, 'config', 'user.email', 'ana@example.invalid'], home);
  const there = { repository, env: stage.env };
  const ana = await connect(there, { name: 'ana', answer: person().answer });
  const file = 'src/orders/two-machines.mjs';
  await stage.crash(crashIn(file));
  const issue = await newestIssue(second);
  const branch = `fix/sentry-${issue.toLowerCase()}`;
  for (const client of [second, ana]) {
    await claim(client, [issue]);
    await proveAndCommit(client, issue, file);
  }
  await offer(second, issue);
  const before = await onRemote(`refs/heads/${branch}`);
  const refused = await fails(ana, 'github_create_draft_pr', { issue, summary: SUMMARY }, 'refused');
  await ana.close();
  expect(refused.message).toMatch(
    new RegExp(
      `^${issue} is worked on under another ledger: ${branch} was pushed to origin by Test at \\S+Z \\(run r\\d+-`,
    ),
  );
  expect(await onRemote(`refs/heads/${branch}`)).toBe(before);
  expect(await pullsOf(stage, branch)).toHaveLength(1);
});
