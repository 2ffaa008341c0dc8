import { type RunResult, run } from '../../src/core/run.ts';
import { PROGRAM, type Stage } from './stage.ts';

export interface CliResult extends RunResult {
  /** With `--json`: what stands under `data`. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads an answer as its reader would.
  data: any;
}

/** Runs the built program as a person would, in the stage's repository, with nobody at a terminal. */
export async function cli(
  stage: Pick<Stage, 'repository' | 'env'>,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<CliResult> {
  const result = await run(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? stage.repository,
    env: { ...stage.env, ...options.env },
    timeoutMs: 60_000,
  });
  return { ...result, data: args.includes('--json') ? dataOf(result.stdout) : undefined };
}

function dataOf(stdout: string): unknown {
  const parsed = JSON.parse(stdout);
  if (parsed.schema_version !== 1) throw new Error(`No envelope: ${stdout}`);
  return parsed.data;
}
