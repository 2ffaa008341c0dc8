import { existsSync, statfsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { inputError, type PitcrewError, upstreamError } from '../core/errors.ts';
import { diskFullError, isDiskFull } from '../core/full-disk.ts';
import { run } from '../core/run.ts';
import { untrustedBlock } from '../core/untrusted.ts';
import { gitEnvironment } from './git-environment.ts';

/** A working tree that git commands are meant for. */
export interface Checkout {
  /** Absolute, with symbolic links resolved: what `git rev-parse --show-toplevel` says. */
  root: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

export interface GitOptions {
  /** Exit codes that are answers, not failures. Default: 0 only. */
  accept?: readonly number[];
  input?: string;
  /** Variables on top of the checkout's, such as GIT_INDEX_FILE. */
  env?: Record<string, string>;
  timeoutMs?: number;
  /** Lets git look for the repository above `root`. Only for finding the checkout in the first place. */
  climb?: boolean;
}

export interface GitAnswer {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Asks git something, through simple-git. It waits 50 ms more for a command that prints nothing at all, so ask in a
 * form that always prints (`rev-list --count`, `status --branch`) where there is one, and with `gitList` where there is
 * none. Throws an upstream error for an exit code that is not accepted, an input
 * error where git is missing, and the signal's reason when cancelled.
 */
export async function gitRead(
  checkout: Checkout,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitAnswer> {
  // Loaded on first use: it costs about 35 ms, which a server that never touches git should not pay at start.
  const { simpleGit } = await import('simple-git');
  const env = environmentFor(checkout, options);
  let answer: GitAnswer & { timedOut: boolean } = { code: 127, stdout: '', stderr: '', timedOut: false };
  try {
    const client = simpleGit({
      baseDir: checkout.root,
      // Its guard is against hostile arguments and variables; ours are built in gitEnvironment and in this folder.
      allowEnvironment: Object.keys(env),
      unsafe: GUARDS_OFF,
      completion: { onClose: true, onExit: false },
      timeout: { block: options.timeoutMs ?? READ_TIMEOUT_MS, stdOut: false, stdErr: false },
      ...(checkout.signal ? { abort: checkout.signal } : {}),
      ...(options.input ? { input: () => options.input } : {}),
      // Keeps its opinion of failure out: the exit code decides, and both streams are wanted either way.
      errors: (error, result) => {
        const stderr = Buffer.concat(result.stdErr).toString('utf8');
        const timedOut = error instanceof Error && 'plugin' in error && error.plugin === 'timeout';
        const code = result.exitCode ?? 130;
        answer = { code: code < 0 ? 127 : code, stdout: '', stderr, timedOut };
        return undefined;
      },
    });
    const stdout = await client.env(env).raw([...FLAGS, ...args]);
    answer = { ...answer, stdout };
  } catch (thrown) {
    checkout.signal?.throwIfAborted();
    throw notRun(checkout, thrown);
  }
  return judged(checkout, args, options, answer);
}

/** Asks git for a list that is often empty, without the wait of `gitRead`. Throws as `gitRead`. */
export async function gitList(
  checkout: Checkout,
  args: readonly string[],
  options: Pick<GitOptions, 'accept' | 'env'> = {},
): Promise<GitAnswer> {
  const answer = await run('git', [...FLAGS, ...args], {
    cwd: checkout.root,
    env: environmentFor(checkout, options),
    timeoutMs: READ_TIMEOUT_MS,
    // A list counts as a whole or not at all.
    maxBytes: Number.POSITIVE_INFINITY,
    ...(checkout.signal ? { signal: checkout.signal } : {}),
  });
  return judged(checkout, args, options, answer);
}

/**
 * Runs a git command that writes, or that starts other programs (ssh, hooks, gpg). Not through simple-git, which
 * on a time-out sends one SIGINT to git alone and leaves the programs that it started: here the whole process
 * group ends, stdin is closed, and there is no terminal on which anything could ask. Throws as `gitRead`.
 */
export async function gitWrite(
  checkout: Checkout,
  args: readonly string[],
  options: GitOptions & { hooks?: boolean } = {},
): Promise<GitAnswer> {
  const flags = options.hooks ? FLAGS.slice(2) : FLAGS;
  const answer = await run('git', [...flags, ...args], {
    cwd: checkout.root,
    env: environmentFor(checkout, options),
    timeoutMs: options.timeoutMs ?? WRITE_TIMEOUT_MS,
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(checkout.signal ? { signal: checkout.signal } : {}),
  });
  return judged(checkout, args, options, answer);
}

/**
 * Starts a git command that reads its questions from stdin (`--stdin`) before they are known: starting takes longer than
 * answering. `input` failing ends it, and the answer fails with it. Throws as `gitRead`.
 */
export async function gitAhead(
  checkout: Checkout,
  args: readonly string[],
  input: Promise<string>,
): Promise<GitAnswer> {
  const answer = await run('git', [...FLAGS, ...args], {
    cwd: checkout.root,
    env: environmentFor(checkout, {}),
    timeoutMs: READ_TIMEOUT_MS,
    input,
    ...(checkout.signal ? { signal: checkout.signal } : {}),
  });
  await input;
  return judged(checkout, args, {}, answer);
}

/** The items of NUL-separated output (`-z`). */
export const nulSeparated = (text: string): string[] => text.split('\0').filter((item) => item !== '');

const READ_TIMEOUT_MS = 60_000;
const WRITE_TIMEOUT_MS = 5 * 60_000;

/**
 * Settings that must not depend on whose machine this is. The first pair turns hooks off: what a worktree or a
 * commit of ours is may not depend on a hook, and what a pre-commit hook would check belongs in the configured
 * checks. Only a push runs hooks (`hooks: true`), as Git LFS uploads from its pre-push hook.
 */
const FLAGS: readonly string[] = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.quotepath=off'],
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.splitIndex=false'],
  ...['-c', 'index.sparse=false'],
  ...['-c', 'color.ui=false'],
  ...['-c', 'log.showSignature=false'],
  ...['-c', 'advice.detachedHead=false'],
  '--literal-pathspecs',
];

const GUARDS_OFF = {
  allowUnsafeAskPass: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeExec: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
  allowUnsafeUrlRewrite: true,
};

function environmentFor(checkout: Checkout, options: GitOptions): Record<string, string> {
  return {
    ...gitEnvironment(checkout.env),
    // A worktree whose folder lost its .git would otherwise make git act on the checkout around it.
    ...(options.climb ? {} : { GIT_CEILING_DIRECTORIES: dirname(checkout.root) }),
    ...options.env,
  };
}

function judged(
  checkout: Checkout,
  args: readonly string[],
  options: GitOptions,
  answer: GitAnswer & { timedOut: boolean },
): GitAnswer {
  checkout.signal?.throwIfAborted();
  const { code, stdout, stderr, timedOut } = answer;
  if (!timedOut && (options.accept ?? [0]).includes(code)) return { code, stdout, stderr };
  throw failure(checkout, args, answer);
}

function failure(
  checkout: Checkout,
  args: readonly string[],
  answer: GitAnswer & { timedOut: boolean },
): PitcrewError {
  const command = `git ${args.find((word) => !word.startsWith('-')) ?? ''}`.trim();
  const said = untrustedBlock(answer.stderr, 600).trim();
  if (answer.timedOut) {
    return upstreamError(
      `${command} did not end in time in ${checkout.root}.`,
      'Try again; see what holds git.',
    );
  }
  if (isDiskFull(answer.stderr) || isOutOfRoom(answer.stderr, checkout.root)) {
    return diskFullError(
      `${command} could not write in ${checkout.root}`,
      'what git had not finished does not count',
    );
  }
  if (answer.code === 127 && /ENOENT|not found/.test(answer.stderr)) {
    if (!existsSync(checkout.root)) return notRun(checkout);
    return inputError('git is not installed, or not on the PATH.', 'Install git 2.36 or newer.');
  }
  if (/dubious ownership/.test(answer.stderr)) {
    return inputError(
      `git does not trust ${basename(checkout.root)}: the folder belongs to another user.`,
      'Run as the owner of the folder, or add it to git\'s "safe.directory" setting if you trust it.',
    );
  }
  const hint =
    answer.code === 129 ? 'Pitcrew needs git 2.36 or newer.' : 'Read what git said; then repeat the call.';
  return upstreamError(`${command} failed (exit code ${answer.code}): ${said || 'it said nothing'}`, hint);
}

const notRun = ({ root }: Checkout, cause?: unknown): PitcrewError =>
  upstreamError(`git could not be run in ${root}.`, 'Check that the folder exists.', cause);

/** Some commands of git's say only that a file could not be written, never why; then the disk is asked. */
function isOutOfRoom(said: string, folder: string): boolean {
  if (!/unable to (write|create)|failed to write|could not write/i.test(said)) return false;
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < NO_ROOM_BYTES;
  } catch {
    return false;
  }
}

/** Less than one larger file: what failed to be written did not fit. */
const NO_ROOM_BYTES = 256 * 1024;
