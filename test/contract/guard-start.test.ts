import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RunResult, run } from '../../src/core/run.ts';

// The script that starts the guard: it must not close the sessions of people who do not use Pitcrew.
let folder: string;
let repository: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitcrew-guard-'));
  repository = join(folder, 'repository');
  await mkdir(join(folder, 'plugin/hooks'), { recursive: true });
  await mkdir(join(folder, 'plugin/dist'));
  await mkdir(join(folder, 'bin'));
  await copyFile('hooks/guard.sh', join(folder, 'plugin/hooks/guard.sh'));
  const programs = await run('sh', ['-c', 'command -v sh; command -v git'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    timeoutMs: 10_000,
  });
  for (const program of programs.stdout.trim().split('\n'))
    await symlink(program, join(folder, 'bin', program.split('/').at(-1) ?? ''));
  await git('init', '--quiet', repository);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const path = () => join(folder, 'bin');
const git = (...args: string[]) =>
  run('git', args, { cwd: folder, env: { PATH: path(), HOME: folder }, timeoutMs: 10_000 });

const guard = (args: string[] = [], PATH = path()): Promise<RunResult> =>
  run('sh', [join(folder, 'plugin/hooks/guard.sh'), ...args], {
    cwd: folder,
    env: { PATH, HOME: folder, CLAUDE_PROJECT_DIR: repository },
    input: '{"tool_name":"Bash"}',
    timeoutMs: 10_000,
  });

const placeHook = () =>
  writeFile(
    join(folder, 'plugin/dist/hook.cjs'),
    "process.stdout.write(require('node:fs').readFileSync(0, 'utf8'));process.exitCode=7",
  );

test('it starts the guard with what it was asked and gives its exit code back', async () => {
  await placeHook();
  const withNode = `${path()}:${dirname(process.execPath)}`;
  expect(await guard([], withNode)).toMatchObject({ code: 7, stdout: '{"tool_name":"Bash"}' });
  expect(await guard([process.execPath])).toMatchObject({ code: 7, stdout: '{"tool_name":"Bash"}' });
});

test.each([
  ['no node', placeHook, 'ledger.db'],
  ['no guard', async () => {}, 'ledger.db'],
  // What a ledger in a database leaves in the clone.
  ['no node', placeHook, 'active-runs.json'],
])('%s: silent where there is no ledger, closed where there is one', async (_case, prepare, file) => {
  await prepare();
  expect(await guard()).toMatchObject({ code: 0, stdout: '', stderr: '' });
  await mkdir(join(repository, '.git/pitcrew'));
  await writeFile(join(repository, '.git/pitcrew', file), '');
  const closed = await guard();
  expect(closed.code).toBe(2);
  expect(closed.stderr).toContain("Pitcrew's guard cannot be started");
});
