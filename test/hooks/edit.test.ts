import { utimesSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { cacheFolder } from '../../src/core/cache-folder.ts';
import { systemClock } from '../../src/core/clock.ts';
import { stderrLog } from '../../src/core/log.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, person, works, worktreeOf } from '../support/steps.ts';
import { type Asked, askHook } from './ask-hook.ts';

const OURS = 'RACE-DAY-1';
const SECOND = 'RACE-DAY-2';
const THEIRS = 'RACE-DAY-3';
let stage: Stage;
let us: TestClient;
let them: TestClient;
let room: string;
let secondRoom: string;
let theirRoom: string;

beforeAll(async () => {
  stage = await openStage();
  for (const file of ['src/one.mjs', 'src/two.mjs', 'src/three.mjs']) await stage.crash(crashIn(file));
  us = await connect(stage, { answer: person().answer });
  them = await connect(stage, { answer: person().answer });
  await claim(us, [OURS, SECOND], []);
  await claim(them, [THEIRS], ['src/held/**']);
  room = await worktreeOf(us, OURS);
  secondRoom = await worktreeOf(us, SECOND);
  theirRoom = await worktreeOf(them, THEIRS);
});
afterAll(async () => {
  await us?.close();
  await them?.close();
  await stage?.close();
});

// The servers are children of this process: it stands for our client, and an unknown pid for another one.
const edit = (file: string, more: { agent?: string; cwd?: string; client?: number } = {}): Promise<Asked> =>
  askHook(
    {
      tool: 'Edit',
      input: { file_path: file, old_string: 'a', new_string: 'b' },
      cwd: more.cwd ?? stage.repository,
      ...(more.agent ? { agent: more.agent } : {}),
    },
    { clientPid: more.client ?? process.pid, env: stage.env },
  );

describe('a session with worktrees of its own', () => {
  test('a file of its own worktree is edited, and joins the claim', async () => {
    expect((await edit(join(room, 'src/new [id].mjs'))).decision).toBe('allow');
    const status = await works(us, 'ledger_status');
    expect(JSON.stringify(status.data)).toContain('src/new [[]id].mjs');
  });

  test('a file of it that no claim can name is refused in words that say why; beneath a claimed folder it is edited', async () => {
    for (const name of ['two\nlines.mjs', '~']) {
      const refused = await edit(join(room, name));
      expect(refused.decision).toBe('deny');
      expect(refused.reason).toMatch(/has control characters|is absolute/);
      expect(refused.reason).toContain('no claim can name it');
    }
    await works(us, 'ledger_update', { issue: OURS, add: ['odd/**'] });
    const beneath = await edit(join(room, 'odd/two\nlines.mjs'));
    expect(beneath.decision, beneath.reason).toBe('allow');
    await works(us, 'ledger_update', { issue: OURS, drop: ['odd/**'] });
  });

  test('two clients under one process are one session to the hook; a real one has its own process', async () => {
    expect((await edit(join(theirRoom, 'src/x.mjs'))).decision).toBe('allow');
  });

  test.each([
    ['the main checkout', () => join(stage.repository, 'src/one.mjs')],
    ['a path that leaves the worktree', () => join(room, '../../../src/one.mjs')],
    ['the home folder', () => join(stage.folder, 'notes.txt')],
    ["the worktree's link to git", () => join(room, '.git')],
    ["git's own folder", () => join(stage.repository, '.git/config')],
    ['the ledger', () => join(stage.repository, '.git/pitcrew/ledger.db')],
    ['the policy', () => join(stage.repository, 'pitcrew.yml')],
    ["the client's settings", () => join(stage.repository, '.claude/settings.json')],
    ["the person's settings", () => join(stage.folder, '.claude/settings.json')],
    ["the guard's own compiled code", () => join(cacheFolder(stage.env), 'x')],
    ['the list of active runs', () => join(stage.repository, '.claude/active-runs.md')],
  ])('%s is not edited', async (_name, file) => {
    const asked = await edit(file());
    expect(asked.decision).toBe('deny');
    expect(asked.reason).toMatch(/^refused by Pitcrew: .+\nNext step: .{10,}/);
  });

  test('a link out of the worktree leads to where it leads', async () => {
    await symlink(join(stage.repository, 'src'), join(room, 'linked'));
    expect((await edit(join(room, 'linked', 'one.mjs'))).decision).toBe('deny');
  });

  test('a temporary file is nobody’s business', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pitcrew-scratch-'));
    expect((await edit(join(folder, 'notes.txt'))).decision).toBe('allow');
    await rm(folder, { recursive: true });
  });

  test('a subagent stays in the worktree of its first edit', async () => {
    expect((await edit(join(room, 'src/a.mjs'), { agent: 'agent-1' })).decision).toBe('allow');
    const strayed = await edit(join(secondRoom, 'src/a.mjs'), { agent: 'agent-1' });
    expect(strayed.decision).toBe('deny');
    expect(strayed.reason).toContain('this subagent works in');
    expect((await edit(join(secondRoom, 'src/b.mjs'), { agent: 'agent-2' })).decision).toBe('allow');
  });
});

describe('another session in the repository, without runs of its own', () => {
  const other = 999_999;
  test('what a run has claimed is refused, with who holds it and since when', async () => {
    const asked = await edit(join(stage.repository, 'src/held/x.mjs'), { client: other });
    expect(asked.decision).toBe('deny');
    expect(asked.reason).toMatch(/src\/held\/x\.mjs is claimed by test-client, pid \d+ on .+ since 20\d\d-/);
  });
  test('what nobody has claimed is edited freely', async () => {
    expect((await edit(join(stage.repository, 'README.md'), { client: other })).decision).toBe('allow');
    expect((await edit(join(stage.repository, 'pitcrew.yml'), { client: other })).decision).toBe('allow');
  });
  test('what the guard stands on is closed', async () => {
    for (const file of [
      join(stage.repository, '.claude/settings.local.json'),
      join(stage.folder, '.claude/settings.json'),
      join(cacheFolder(stage.env), 'x'),
    ])
      expect((await edit(file, { client: other })).decision, file).toBe('deny');
  });
  test('a command does not write into the worktree of a run, nor end its server', async () => {
    const command = (line: string) =>
      askHook(
        { tool: 'Bash', input: { command: line }, cwd: stage.repository },
        { clientPid: other, env: stage.env },
      );
    expect((await command(`echo x > ${theirRoom}/src/y.mjs`)).reason).toContain(
      'worktree of another session',
    );
    expect((await command(`kill -9 ${process.pid}`)).decision).toBe('deny');
    expect((await command('echo x > src/free.mjs; kill -9 999998')).decision).toBe('allow');
  });
  test('the worktree of a run, and the ledger, are closed', async () => {
    expect((await edit(join(theirRoom, 'src/y.mjs'), { client: other })).decision).toBe('deny');
    expect((await edit(join(stage.repository, '.git/pitcrew/x'), { client: other })).decision).toBe('deny');
  });
});

describe('a ledger in which nobody holds anything', () => {
  test('is not written by hand, however long ago it was used; everything else is nobody’s business', async () => {
    const place = await openStage();
    const folder = join(place.repository, '.git', 'pitcrew');
    await mkdir(folder);
    const file = join(folder, 'ledger.db');
    const ledger = await openSqliteLedger({ file, clock: systemClock, log: stderrLog('error') });
    await ledger.dispose();
    const options = { clientPid: process.pid, env: place.env };
    const decide = async (tool: string, input: Record<string, unknown>) =>
      (await askHook({ tool, input, cwd: place.repository }, options)).decision;
    for (const age of [0, 5 * 3_600_000]) {
      const then = new Date(Date.now() - age);
      utimesSync(file, then, then);
      for (const command of [
        `sqlite3 ${file} "insert into selections values (1)"`,
        `git stash; rm .git/"pitcrew"/ledger.db`,
        `python3 -c "import sqlite3; sqlite3.connect('${file}').execute('delete from runs')"`,
      ])
        expect(await decide('Bash', { command }), command).toBe('deny');
      for (const command of ['git stash', 'ls -la .git/pitcrew', 'echo x > pitcrew.yml', 'env', 'pkill node'])
        expect(await decide('Bash', { command }), command).toBe('allow');
      expect(await decide('Write', { file_path: join(folder, 'ledger.db') })).toBe('deny');
      expect(await decide('Write', { file_path: join(place.repository, 'pitcrew.yml') })).toBe('allow');
    }
    await place.close();
  });
});

describe('where nobody works', () => {
  test('it is silent, whatever it is asked and however broken the question is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pitcrew-quiet-'));
    await mkdir(join(folder, '.git'));
    await writeFile(join(folder, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    const options = { clientPid: process.pid, env: stage.env };
    for (const raw of [undefined, '', 'not json', '[]', '{"tool_input":3}']) {
      const asked = await askHook(
        { tool: 'Bash', input: { command: 'git stash' }, cwd: folder },
        { ...options, ...(raw === undefined ? {} : { raw }) },
      );
      expect(asked).toMatchObject({ decision: 'allow', code: 0, stdout: '', stderr: '' });
    }
    await rm(folder, { recursive: true });
  });
});

describe('a guard that cannot find out says no', () => {
  test.each(['', 'not json', '[]'])('the question %j', async (raw) => {
    const asked = await askHook(
      { tool: 'Edit', input: {}, cwd: stage.repository },
      { clientPid: process.pid, env: stage.env, raw },
    );
    expect(asked).toMatchObject({ decision: 'deny', code: 2 });
    expect(asked.stderr).toMatch(/`node \S+pitcrew\.mjs doctor`/);
  });

  test('a ledger that cannot be read', async () => {
    const place = await openStage();
    await mkdir(join(place.repository, '.git', 'pitcrew'));
    await writeFile(join(place.repository, '.git', 'pitcrew', 'ledger.db'), 'broken '.repeat(500));
    const options = { clientPid: process.pid, env: place.env };
    const question = { tool: 'Write', input: { file_path: 'src/a.mjs' }, cwd: place.repository };
    const asked = await askHook(question, options);
    expect(asked.decision).toBe('deny');
    expect(asked.reason).toMatch(/the ledger \S+\.git\/pitcrew\/ledger\.db cannot be read/);
    const bash = { tool: 'Bash', input: { command: 'git stash' }, cwd: place.repository };
    expect((await askHook(bash, options)).decision).toBe('deny');
    const reading = { tool: 'Bash', input: { command: 'git status' }, cwd: place.repository };
    expect((await askHook(reading, options)).decision).toBe('allow');
    await place.close();
  });
});

describe('commands', () => {
  const bash = (command: string, client = process.pid) =>
    askHook(
      { tool: 'Bash', input: { command }, cwd: stage.repository },
      { clientPid: client, env: stage.env },
    );
  test.each(['git stash', 'git add -A', 'cd src && git -C .. reset --hard', 'sh -c "git clean -fd"'])(
    '%s is refused with what to do instead',
    async (command) => {
      for (const client of [process.pid, 999_999]) {
        const asked = await bash(command, client);
        expect(asked.decision, command).toBe('deny');
        expect(asked.reason).toContain('Next step: ');
      }
    },
  );
  test('after a stop only what plainly reads is run, by those who hold runs', async () => {
    const stop = join(stage.repository, '.pitcrew', 'stop');
    await writeFile(stop, 'enough\n');
    expect((await bash(`echo x > ${room}/src/more.mjs`)).reason).toContain('a person has stopped all work');
    expect((await bash('git status --short | head')).decision).toBe('allow');
    expect((await bash('echo x > src/free.mjs', 999_999)).decision).toBe('allow');
    await rm(stop);
    expect((await bash(`echo x > ${room}/src/more.mjs`)).decision).toBe('allow');
  });
  test('an alias of the repository is seen through', async () => {
    await stage.git('config', 'alias.hide', 'stash push');
    expect((await bash('git hide')).decision).toBe('deny');
    expect((await bash('git status')).decision).toBe('allow');
  });
});
