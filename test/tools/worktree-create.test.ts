import { existsSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, readText, type Stage } from '../support/stage.ts';
import { claim, fails, person, select, works } from '../support/steps.ts';

const issue = (number: number): string => `RACE-DAY-${number}`;

let stage: Stage;
let client: TestClient;

beforeAll(async () => {
  stage = await openStage();
  for (let number = 1; number <= 9; number += 1) await stage.crash(crashIn(`src/file-${number}.mjs`));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

const folderOf = (number: number): string =>
  join(stage.repository, '.pitcrew/worktrees', `sentry-race-day-${number}`);
const create = (number: number) => works(client, 'worktree_create', { issue: issue(number) });

describe('a worktree', () => {
  test('the whole answer; a folder and a branch named by the incident, from the base', async () => {
    await claim(client, [issue(1)]);
    const made = await create(1);
    expect(masked(made.text, stage)).toMatchInlineSnapshot(`
      "Made <repository>/.pitcrew/worktrees/sentry-race-day-1
      Branch fix/sentry-race-day-1, from <short-sha> (origin/main).
      Work only inside that folder. Next: sentry_latest_event."
    `);
    expect(made.data).toEqual({
      issue: issue(1),
      path: folderOf(1),
      branch: 'fix/sentry-race-day-1',
      base: await stage.git('rev-parse', 'main'),
      created: true,
      commits: 0,
      setup: null,
    });
  });

  test('it is the person’s checkout that stays as it was: no change, no other branch, no upstream', async () => {
    expect(await stage.git('status', '--porcelain')).toBe('');
    expect(await stage.git('rev-parse', '--abbrev-ref', 'HEAD')).toBe('main');
    expect(await stage.git('config', '--get-regexp', 'branch\\.fix.*').catch(() => '')).toBe('');
    const list = await stage.git('worktree', 'list', '--porcelain');
    expect(list).toMatch(/locked pitcrew: sentry:pitstop\/RACE-DAY-1 r\d/);
  });

  test('made again it is taken up, with the work in it untouched', async () => {
    await writeFile(join(folderOf(1), 'draft.txt'), 'half a thought');
    await writeFile(join(folderOf(1), 'README.md'), 'changed');
    const again = await create(1);
    expect(masked(again.text, stage)).toMatchInlineSnapshot(`
      "Taken up again: <repository>/.pitcrew/worktrees/sentry-race-day-1
      Branch fix/sentry-race-day-1, from <short-sha>.
      Work only inside that folder. Next: sentry_latest_event."
    `);
    expect(again.data).toMatchObject({ created: false, path: folderOf(1) });
    expect(await readText(join(folderOf(1), 'draft.txt'))).toBe('half a thought');
    expect(await readText(join(folderOf(1), 'README.md'))).toBe('changed');
  });

  test('uncommitted changes of the main checkout are said, and left alone', async () => {
    await writeFile(join(stage.repository, 'README.md'), 'mine');
    await writeFile(join(stage.repository, 'notes.txt'), 'mine too');
    await claim(client, [issue(2)]);
    const made = await create(2);
    expect(made.text).toContain(
      'Note: 2 uncommitted file(s) of the main checkout are not in it; they stay untouched.',
    );
    expect(await readText(join(folderOf(2), 'README.md'))).not.toBe('mine');
    expect(await readText(join(stage.repository, 'README.md'))).toBe('mine');
    await stage.git('checkout', '--', 'README.md');
    await rm(join(stage.repository, 'notes.txt'));
  });

  test('a branch of its name with work of an earlier time stays as it is: this time gets a number', async () => {
    await claim(client, [issue(3)]);
    await stage.git('branch', 'fix/sentry-race-day-3', 'main');
    const tree = await stage.git('rev-parse', 'main^{tree}');
    const commit = await stage.git('commit-tree', tree, '-p', 'main', '-m', 'earlier');
    await stage.git('update-ref', 'refs/heads/fix/sentry-race-day-3', commit);
    const made = await create(3);
    expect(made.data).toMatchObject({
      branch: 'fix/sentry-race-day-3-2',
      path: `${folderOf(3)}-2`,
      commits: 0,
      created: true,
    });
    expect(made.text).toContain(
      '\nAn earlier time this issue came up left work on fix/sentry-race-day-3, which is not in it: look at it first, and take over what is right.\n',
    );
    expect(await stage.git('rev-parse', 'fix/sentry-race-day-3')).toBe(commit);
    expect((await create(3)).data).toMatchObject({ path: `${folderOf(3)}-2`, created: false });
  });

  test('commits that are not pushed are not carried along', async () => {
    await writeFile(join(stage.repository, 'README.md'), 'not pushed');
    await stage.git('commit', '--quiet', '--all', '--message', 'mine alone');
    await claim(client, [issue(9)]);
    const log = join(stage.repository, '.git/logs/refs/remotes/origin/main');
    const threeDaysAgo = Date.now() / 1000 - 3 * 86_400 - 60;
    await utimes(log, threeDaysAgo, threeDaysAgo);
    const made = await create(9);
    expect(made.data.base).toBe(await stage.git('rev-parse', 'origin/main'));
    expect(made.text).toContain(
      '\nNote: origin/main is as it was fetched 3 d ago; what came since is not in it. git fetch brings it up to date.\n',
    );
    await stage.git('push', '--quiet', 'origin', 'main');
  });
});

describe('after the session that made it died', () => {
  test('another one registers and goes on where it stopped', async () => {
    const first = await connect(stage, { name: 'doomed', answer: person().answer });
    await claim(first, [issue(4)], ['src/file-4.mjs']);
    await works(first, 'worktree_create', { issue: issue(4) });
    await writeFile(join(folderOf(4), 'half.txt'), 'done by the first');
    process.kill(first.transport.pid ?? 0, 'SIGKILL');
    await first.close();

    const early = await fails(client, 'worktree_create', { issue: issue(4) }, 'refused');
    expect(early.message).toMatch(/RACE-DAY-4 is claimed by doomed, pid/);
    expect.soft(early.hint).toContain('ledger_register');

    await works(client, 'ledger_register', { issues: [issue(4)], paths: ['src/file-4.mjs'] });
    const made = await create(4);
    expect(made.text).toContain('Taken up again:');
    expect(made.data).toMatchObject({ created: false, path: folderOf(4) });
    expect(await readText(join(folderOf(4), 'half.txt'))).toBe('done by the first');
  });
});

describe('the set-up command of pitcrew.yml', () => {
  let second: TestClient;
  const withSetup = async (setup: string) => {
    const file = join(stage.repository, 'pitcrew.yml');
    await writeFile(
      file,
      `${(await readText(file)).replace(/^setup:.*\n/m, '')}setup: ${JSON.stringify(setup)}\n`,
    );
    await stage.git('commit', '--quiet', '--all', '--message', 'set-up');
    second = await connect(stage, { name: 'second-crew', answer: person().answer });
  };

  test('runs in a new worktree, without the tokens', async () => {
    await withSetup('echo "token=$GITHUB_TOKEN$SENTRY_AUTH_TOKEN." > made.log; pwd >> made.log');
    await claim(second, [issue(5)]);
    const made = await works(second, 'worktree_create', { issue: issue(5) });
    expect(masked(made.text, stage)).toContain('Set-up passed in <n> s.');
    expect(await readText(join(folderOf(5), 'made.log'))).toBe(`token=.\n${folderOf(5)}\n`);
    await rm(join(folderOf(5), 'made.log'));
    await works(second, 'worktree_create', { issue: issue(5) });
    expect(existsSync(join(folderOf(5), 'made.log'))).toBe(false);
    await second.close();
  });

  test('its failure is said, with the end of its output; it is run again until it has passed', async () => {
    await withSetup('test -e .env || { echo no such package; exit 7; }');
    await claim(second, [issue(6)]);
    const failure = await fails(second, 'worktree_create', { issue: issue(6) }, 'input');
    expect(failure.message).toBe(
      `The worktree ${folderOf(6)} is there, but its set-up failed with exit 7: no such package`,
    );
    expect(failure.hint).toBe('Correct `setup` in pitcrew.yml, then call worktree_create again.');
    await writeFile(join(folderOf(6), '.env'), '');
    const again = await works(second, 'worktree_create', { issue: issue(6) });
    expect(again.text).toContain('Set-up passed in');
    expect(again.data.created).toBe(false);
    await second.close();
  });
});

describe('what is refused', () => {
  test('an issue that this session does not hold, or that is none', async () => {
    const unheld = await fails(client, 'worktree_create', { issue: 'RACE-DAY-77' }, 'refused');
    expect(unheld).toMatchObject({
      message: 'RACE-DAY-77 is not claimed by this session.',
      hint: 'Claim it with ledger_register.',
    });
    await fails(client, 'worktree_create', { issue: '../../x' }, 'input');
    await fails(client, 'worktree_create', { issue: '-b' }, 'input');
    const extra = await fails(client, 'worktree_create', { issue: issue(1), branch: 'main' }, 'input');
    expect(extra.hint).toBe('Expected arguments: issue.');
  });

  test('a folder in the way that is no worktree', async () => {
    await claim(client, [issue(7)]);
    await mkdir(folderOf(7), { recursive: true });
    await writeFile(join(folderOf(7), 'precious.txt'), 'keep me');
    const failure = await fails(client, 'worktree_create', { issue: issue(7) }, 'refused');
    expect(masked(`${failure.message}\n${failure.hint}`, stage)).toMatchInlineSnapshot(`
      "<repository>/.pitcrew/worktrees/sentry-race-day-7 exists and is not a worktree of this repository.
      Move it away after looking at it, or choose another folder."
    `);
    expect(await readText(join(folderOf(7), 'precious.txt'))).toBe('keep me');
  });

  test('a branch that is checked out elsewhere', async () => {
    await claim(client, [issue(8)]);
    const elsewhere = join(stage.folder, 'elsewhere');
    await stage.git(
      'worktree',
      'add',
      '--quiet',
      '--no-track',
      '-b',
      'fix/sentry-race-day-8',
      elsewhere,
      'origin/main',
    );
    const failure = await fails(client, 'worktree_create', { issue: issue(8) }, 'refused');
    expect(failure.message).toBe(`Branch fix/sentry-race-day-8 is checked out in ${elsewhere}.`);
    await stage.git('worktree', 'remove', elsewhere);
  });

  test('a repository without commits', async () => {
    const empty = join(stage.folder, 'empty');
    await stage.git('init', '--quiet', empty);
    const bare = await connect(stage, { cwd: empty, answer: person().answer });
    await select(bare, [issue(1)]);
    const failure = await fails(bare, 'ledger_register', { issues: [issue(1)], paths: [] }, 'input');
    expect(failure.message).toMatch(/no commit/);
    await bare.close();
  });
});

test('on the command line', async () => {
  for (const args of [
    ['sentry-list-issues', '--issues', issue(1)],
    ['worktree-create', issue(1), '--json'],
  ]) {
    const done = await cli(stage, args);
    if (args[0] === 'worktree-create') {
      expect(done.code).toBe(3);
      expect(done.data.error.message).toContain('RACE-DAY-1 is claimed by first-crew');
    }
  }
});
