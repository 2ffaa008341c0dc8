import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, person, works, worktreeOf } from '../support/steps.ts';

const [FIRST, SECOND] = ['RACE-DAY-1', 'RACE-DAY-2'] as const;

let stage: Stage;
let one: TestClient;
let two: TestClient;
let mine: string;
let theirs: string;

beforeAll(async () => {
  stage = await openStage();
  for (const name of ['one', 'two']) await stage.crash(crashIn(`src/${name}.mjs`));
  one = await connect(stage, { name: 'first-crew', answer: person().answer });
  two = await connect(stage, { name: 'second-crew', answer: person().answer });
  await claim(one, [FIRST], ['notes/**']);
  await claim(two, [SECOND]);
  mine = await worktreeOf(one, FIRST);
  theirs = await worktreeOf(two, SECOND);
});
afterAll(async () => {
  await one?.close();
  await two?.close();
  await stage?.close();
});

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, env: stage.env, encoding: 'utf8', stdio: 'pipe' });
const status = async () => (await works(one, 'ledger_status')).data;

const NAMES = ['two\nlines', 'tab\there', '~', 'C:', '\u202etxt.live', 'ü "quoted" `name`'];

test.skipIf(process.platform === 'win32').each(NAMES)(
  'a file that no claim could name, %j, is compared as any other',
  async (name) => {
    for (const root of [mine, theirs]) {
      mkdirSync(join(root, 'notes'), { recursive: true });
      for (const file of [name, `notes/${name}`]) writeFileSync(join(root, file), 'x');
    }
    const status = await one.call('ledger_status');
    const doctor = await one.call('ledger_doctor');
    for (const root of [mine, theirs]) {
      for (const file of [name, 'notes']) rmSync(join(root, file), { recursive: true });
    }
    expect([status.isError, doctor.isError], status.text).toEqual([false, false]);
    const { sameFiles } = status.data;
    const told = sameFiles.map(({ count, next }: { count: number; next: string }) => `${count} ${next}`);
    expect(told.sort()).toEqual([
      expect.stringMatching(/^1 None of these runs has claimed this/),
      expect.stringMatching(/^1 RACE-DAY-1 has claimed this/),
    ]);
    const found = doctor.data.findings.filter(({ kind }: { kind: string }) => kind === 'same_files');
    expect(found).toHaveLength(2);
  },
);

describe.skipIf(process.platform === 'win32')('another session’s worktree starts no program', () => {
  let mark: string;
  let program: string;
  beforeAll(() => {
    mark = join(stage.folder, 'it-ran');
    program = join(stage.folder, 'program.sh');
    writeFileSync(program, `#!/bin/sh\necho "$@" >> '${mark}'\ncat\n`, { mode: 0o755 });
  });

  test('by git settings of its own: it is left out, and that is said', async () => {
    git(stage.repository, 'config', 'extensions.worktreeConfig', 'true');
    git(theirs, 'config', '--worktree', 'core.sparseCheckout', 'false');
    expect((await status()).notCompared).toEqual([]);
    git(theirs, 'config', '--worktree', 'filter.odd.clean', program);
    writeFileSync(join(theirs, '.gitattributes'), '*.json filter=odd\n');
    // As old as the index does not know it: git has to read it.
    utimesSync(join(theirs, 'package.json'), 1, 1);
    const { notCompared } = await status();
    expect(existsSync(mark)).toBe(false);
    expect(notCompared).toMatchObject([
      { incident: `sentry:pitstop/${SECOND}`, why: expect.stringContaining('git settings of its own') },
    ]);
    rmSync(join(stage.repository, '.git/worktrees', basename(theirs), 'config.worktree'));
    rmSync(join(theirs, '.gitattributes'));
  });

  test('by those of a repository within it', async () => {
    const inner = join(theirs, 'inner');
    mkdirSync(inner);
    git(inner, 'init', '--quiet');
    writeFileSync(join(inner, 'file.txt'), 'x');
    git(inner, 'add', '.');
    git(inner, '-c', 'user.name=T', '-c', 'user.email=t@example.invalid', 'commit', '-qm', 'inner');
    git(theirs, 'add', 'inner');
    git(inner, 'config', 'filter.odd.clean', program);
    writeFileSync(join(inner, '.gitattributes'), '*.txt filter=odd\n');
    writeFileSync(join(inner, 'file.txt'), 'y');
    writeFileSync(join(mine, 'inner'), 'a file here');
    const { sameFiles, notCompared } = await status();
    expect(existsSync(mark)).toBe(false);
    expect(notCompared).toEqual([]);
    expect(sameFiles).toMatchObject([{ paths: ['inner'] }]);
    git(theirs, 'rm', '-fq', '--cached', 'inner');
    rmSync(inner, { recursive: true });
    rmSync(join(mine, 'inner'));
  });

  test('and puts nothing into the repository: a file taken out of the index is read where it lies', async () => {
    writeFileSync(join(theirs, 'package.json'), '{ "changed": true }');
    git(theirs, 'rm', '--quiet', '--cached', 'package.json');
    writeFileSync(join(mine, 'package.json'), '{}');
    const objects = git(stage.repository, 'count-objects');
    expect((await status()).sameFiles).toMatchObject([{ paths: ['package.json'] }]);
    expect(git(stage.repository, 'count-objects')).toBe(objects);
    for (const root of [mine, theirs]) git(root, 'checkout', '--quiet', 'HEAD', '--', 'package.json');
  });

  test('and holds nobody up with a pipe in place of its .git', async () => {
    const file = join(theirs, '.git');
    renameSync(file, `${file}.kept`);
    execFileSync('mkfifo', [file]);
    expect((await status()).active).toHaveLength(2);
    rmSync(file);
    renameSync(`${file}.kept`, file);
  });
});
