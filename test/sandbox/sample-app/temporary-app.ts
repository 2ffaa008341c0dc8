import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../src/core/package-root.ts';
import { childEnvironment, type RunResult, run, runShell } from '../../../src/core/run.ts';
import { copySampleRepository } from '../../../src/sandbox/sample-app/engineer.ts';

export const env = childEnvironment(process.env);

/** A copy of the sample app in a temp folder, with this package's `node_modules`, for the length of `use`. */
export async function withApp<Result>(use: (repository: string) => Promise<Result>): Promise<Result> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'pitcrew-sample-')));
  try {
    const repository = join(folder, 'pitstop');
    await copySampleRepository(repository);
    await symlink(join(packageRoot(), 'node_modules'), join(repository, 'node_modules'));
    return await use(repository);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a command says on both its streams, with its exit code. */
export async function shell(commandLine: string, cwd: string): Promise<{ code: number; output: string }> {
  return withOutput(await runShell(commandLine, { cwd, env, timeoutMs: 60_000 }));
}

export async function git(args: string[], cwd: string): Promise<{ code: number; output: string }> {
  return withOutput(await run('git', args, { cwd, env, timeoutMs: 60_000 }));
}

const withOutput = ({ code, stdout, stderr }: RunResult) => ({ code, output: stdout + stderr });
