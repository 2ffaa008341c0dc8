import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../core/processes.ts';
import { openBusySession } from '../support/busy-session.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { claim, person, works } from '../support/steps.ts';
import { failsWith } from './failing.ts';

let stage: Stage;
let client: TestClient;

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(crashIn('src/one.mjs'));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  await claim(client, ['RACE-DAY-1'], ['src/one.mjs']);
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

test('without a word it is the status; each word is the tool', async () => {
  const status = await cli(stage, ['ledger']);
  expect(status.stdout).toContain('RACE-DAY-1: first-crew');
  expect((await cli(stage, ['ledger-status'])).stdout.replace(/since \d+ s/, '')).toBe(
    status.stdout.replace(/since \d+ s/, ''),
  );
  expect((await cli(stage, ['ledger', '--json'])).data.active).toHaveLength(1);
  expect((await cli(stage, ['ledger', '--json', 'status'])).data.active).toHaveLength(1);
  const history = await cli(stage, ['ledger', 'history', '--json', '--limit', '5']);
  expect(history.data.events[0]).toMatchObject({ rev: expect.any(Number), kind: expect.any(String) });
  expect(JSON.stringify(history.data)).not.toContain('"session"');
});

test("an unknown word names those that exist; --help shows a word's flags", async () => {
  const unknown = await cli(stage, ['ledger', 'stauts']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(
    /There is no "pitcrew ledger stauts"\.\nIt is one of: watch, register, status/,
  );
  expect((await cli(stage, ['ledger', 'takeover', '--help'])).stdout).toContain(
    'pitcrew ledger-takeover ISSUE',
  );
  const help = await cli(stage, ['ledger', 'help']);
  expect(help).toMatchObject({ code: 0, stdout: (await cli(stage, ['ledger', '--help'])).stdout });
  expect((await cli(stage, ['ledger', 'watch', '--help'])).stdout).toContain(
    'watch       The same as it changes',
  );
});

test('a takeover of a session that answers is refused, whoever asks', async () => {
  const refused = await cli(stage, ['ledger', 'takeover', 'RACE-DAY-1']);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('holds RACE-DAY-1 and answers');
});

test.each(['takeover', 'release'])(
  '%s of a run that is not there says so, and which there are',
  async (word) => {
    const { active } = (await cli(stage, ['ledger', '--json'])).data;
    const done = await cli(stage, ['ledger', word, 'r99-zzzz']);
    expect(done.code).toBe(3);
    expect(done.stderr).toMatch(
      /^There is no run r99-zzzz in the ledger, and nobody holds an issue of that name\.\nOther sessions hold: RACE-DAY-1 \(run (r\d+-\w+), first-crew, pid \d+ on [^,]+, live\)\. `[^`]+ ledger status` shows all that is held\.\n$/,
    );
    expect(done.stderr).toContain(`(run ${active[0].run}, `);
  },
);

describe('what to do next is a command of this program, and a flag of it', () => {
  const typed = `node ${PROGRAM}`;

  test('in the hint of an error, with --json too', async () => {
    const done = await cli(stage, ['ledger', 'complete']);
    const hint = `There is nothing to end; \`${typed} ledger status\` shows who holds what.`;
    expect(done.stderr.split('\n')[1]).toBe(hint);
    expect((await cli(stage, ['ledger', 'complete', '--json'])).data.error.hint).toBe(hint);
    const live = await cli(stage, ['ledger', 'takeover', 'RACE-DAY-1']);
    expect(live.stderr).toContain(
      `Ask that session to end it, wait with \`${typed} ledger register\` (\`--wait-seconds\`), or take another issue.`,
    );
  });

  test('at the end of an answer', async () => {
    await stage.crash(crashIn('src/two.mjs'));
    await works(client, 'sentry_list_issues');
    await works(client, 'triage_select');
    const claimed = await cli(stage, ['ledger', 'register', 'RACE-DAY-2', '--paths', 'src/two.mjs']);
    expect(claimed.stderr).toBe('');
    expect(claimed.stdout).toContain(`\nNext, for one issue at a time: \`${typed} worktree-create\`.\n`);
    const turn = await cli(stage, ['ledger', 'lane', 'RACE-DAY-2']);
    expect(turn.stdout).toMatch(/\nNext, when done: `[^`]+ ledger lane` with `--leave`\.\n$/);
    const made = await cli(stage, ['worktree-create', 'RACE-DAY-2']);
    expect(made.stdout).toContain(`Next: \`${typed} sentry-latest-event\`.`);
    rmSync(join(stage.repository, '.pitcrew/worktrees/sentry-race-day-2'), { recursive: true });
    const { stdout } = await cli(stage, ['ledger', 'doctor']);
    const { findings } = (await cli(stage, ['ledger', 'doctor', '--json'])).data;
    for (const said of [stdout, findings[0].next]) {
      expect(said).toContain('`--repair` takes it off the list');
      expect(said).toContain(`\`${typed} worktree-create\` makes the folder again.`);
    }
    const asTool = await works(client, 'ledger_doctor');
    expect(asTool.text).toContain('`repair` takes it off the list');
    expect(asTool.text).toContain(' worktree_create makes the folder again.');
    const done = await cli(stage, ['ledger', 'complete']);
    expect(done.stdout).toContain(
      `\nNext: \`${typed} worktree-remove\` removes a worktree once its work is merged.\n`,
    );
  });
});

describe('a path that is meant from a folder below the root', () => {
  const below = (cwd: string, ...args: string[]) =>
    cli(stage, ['ledger', ...args], { cwd: join(stage.repository, cwd) });
  const underItsName = (cwd: string, name: string, ...args: string[]) =>
    cli(stage, [`ledger-${name}`, ...args], { cwd: join(stage.repository, cwd) });

  test('is refused with both spellings, in a claim and in its update', async () => {
    for (const args of [
      ['register', 'RACE-DAY-1', '--paths', 'README.md,orders/pricing.mjs'],
      ['update', 'RACE-DAY-1', '--add', './orders/pricing.mjs'],
    ]) {
      const done = await below('src', ...args);
      expect(done.code).toBe(2);
      expect(done.stderr).toBe(
        'Paths count from the root of the repository, where there is no orders/pricing.mjs; here in src there is one.\nWrite src/orders/pricing.mjs for that one, or give the command at the root if orders/pricing.mjs is to be new there.\n',
      );
    }
    const whole = await underItsName('src', 'register', 'RACE-DAY-1', '--shared', 'orders/pricing.mjs');
    expect([whole.code, whole.stderr]).toEqual([2, expect.stringContaining('here in src there is one')]);
    const pattern = await below('src', 'register', 'RACE-DAY-1', '--paths', 'orders/**/*.mjs', '--json');
    expect(pattern.data.error.hint).toMatch(/^Write src\/orders\/\*\*\/\*\.mjs for that one/);
  });

  test('counts from the root where it is there, is in neither place, or is only a pattern', async () => {
    for (const path of ['src/orders/pricing.mjs', 'README.md', 'nowhere/at-all.mjs', '*.mjs']) {
      const done = await below('src', 'update', 'RACE-DAY-1', '--add', path);
      // Another session holds the issue: the path itself was taken as it is.
      expect([done.code, done.stderr], path).toEqual([3, expect.stringContaining('RACE-DAY-1')]);
    }
    const asTool = await works(client, 'ledger_update', { issue: 'RACE-DAY-1', add: ['orders/pricing.mjs'] });
    expect(asTool.data.paths).toContain('orders/pricing.mjs');
    await works(client, 'ledger_update', { issue: 'RACE-DAY-1', drop: ['orders/pricing.mjs'] });
  });
});

test('history of one issue, newest first; a limit holds', async () => {
  const all = (await cli(stage, ['ledger', 'history', '--issue', 'RACE-DAY-1', '--json'])).data.events;
  expect(all.length).toBeGreaterThan(1);
  const revisions = all.map(({ rev }: { rev: number }) => rev);
  expect(revisions).toEqual([...revisions].sort((a: number, b: number) => b - a));
  expect((await cli(stage, ['ledger', 'history', '--limit', '1', '--json'])).data.events).toHaveLength(1);
});

test('history of one issue needs no Sentry token, and leaves out those whose id only begins so', async () => {
  const { SENTRY_AUTH_TOKEN: _, SENTRY_ORG: __, ...env } = stage.env;
  const bare = { repository: stage.repository, env };
  const found = await cli(bare, ['ledger', 'history', 'race-day-1', '--json']);
  expect(found.data.events.length).toBeGreaterThan(1);
  expect((await cli(bare, ['ledger', 'history', '--issue', 'RACE-DAY', '--json'])).data.events).toEqual([]);
  expect((await cli(bare, ['ledger', 'history', '--issue', 'RACE-DA?'])).code).toBe(2);
});

test('history of one issue tells the end of a claim also when many others have ended since', async () => {
  const { ledger, claimAndEnd } = await openBusySession(stage);
  await claimAndEnd('RACE-DAY-70');
  for (let other = 0; other < 101; other++) await claimAndEnd(`OTHER-${other}`);
  await ledger.dispose();
  const { events } = (await cli(stage, ['ledger', 'history', 'RACE-DAY-70', '--json'])).data;
  expect(events.map(({ kind }: { kind: string }) => kind)).toEqual(['closed', 'registered']);
});

test('an address that is none is said first, also beside live runs in the file', async () => {
  const env = { ...stage.env, PITCREW_LEDGER_URL: 'mysql://db.example.com/pitcrew' };
  await failsWith(
    ['ledger'],
    { cwd: stage.repository, env },
    {
      code: 2,
      sentence: /^The address of the ledger's database is not one\.$/m,
      hint: /postgres:\/\/USER@HOST/,
    },
  );
});

test('trim keeps what is young, and what is live', async () => {
  expect((await cli(stage, ['ledger', 'trim', '--json'])).data).toMatchObject({ removed: 0, days: 14 });
  expect((await cli(stage, ['ledger', 'trim', '--days', '0'])).code).toBe(2);
});

test.each([
  { args: [] as string[], see: /^\d{4}-\S+Z rev \d+ amended: /m },
  { args: ['--json'], see: /^\{"schema_version":1,"data":\{.*"kind":"amended"/m },
])('watch $args tells each change as it happens, and ends cleanly', async ({ args, see }) => {
  const child = spawn(process.execPath, [PROGRAM, 'ledger', 'watch', ...args], {
    cwd: stage.repository,
    env: stage.env,
  });
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  if (args.length === 0) await until('the picture', () => shown.includes('RACE-DAY-1: first-crew'));
  // It follows from some revision on, which nothing tells with --json: changes until one is seen.
  let times = 0;
  await until('a change', async () => {
    times += 1;
    await works(client, 'ledger_update', {
      issue: 'RACE-DAY-1',
      add: [`src/more-${args.length}-${times}.mjs`],
    });
    return see.test(shown);
  });
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(shown).not.toMatch(/\u001b/);
});

test('watch tells every change once and in order, also those that came while it was stopped', async () => {
  const child = spawn(process.execPath, [PROGRAM, 'ledger', 'watch', '--json'], {
    cwd: stage.repository,
    env: stage.env,
  });
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  const told = () => shown.split('\n').filter((line) => line !== '');
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  const { ledger, claimAndEnd } = await openBusySession(stage);
  let n = 0;
  await until('a change', async () => {
    await claimAndEnd(`BUSY-${n++}`);
    return told().length > 0;
  });
  // While it looks, and more than it reads at once while it cannot.
  for (let more = 0; more < 200; more++) await claimAndEnd(`BUSY-${n++}`);
  child.kill('SIGSTOP');
  for (let more = 0; more < 700; more++) await claimAndEnd(`BUSY-${n++}`);
  child.kill('SIGCONT');
  const first = JSON.parse(told()[0] ?? '').data.rev;
  const events = await ledger.events({ afterRev: first - 1, limit: 10_000 });
  await ledger.dispose();
  await until(
    'the last change',
    () =>
      told()
        .at(-1)
        ?.includes(`"rev":${events.at(-1)?.rev},`) === true,
  );
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  const revs = told().map((line) => JSON.parse(line).data.rev);
  expect(revs).toEqual(events.map(({ rev }) => rev));
});
