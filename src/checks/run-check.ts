import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CheckRecord } from '../core/check-record.ts';
import { redact } from '../core/redact.ts';
import { childEnvironment, runShell } from '../core/run.ts';
import { untrustedBlock } from '../core/untrusted.ts';
import { DISK_BOUNDS, type DiskBounds, watchDisk } from './disk-watch.ts';

export interface CheckCommand {
  name: string;
  /** A line for the shell, as a person writes it in a configuration file. */
  command: string;
  timeoutSeconds: number;
}

export interface CheckOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  /** What it may do to the disk. */
  disk?: DiskBounds;
}

/**
 * Runs a check to its end, to its time-out, or to where it fills the disk; its children end with it. Never throws for
 * what the command does; throws the signal's reason when cancelled.
 */
export async function runCheck(check: CheckCommand, options: CheckOptions): Promise<CheckRecord> {
  return (await runCheckWithOutput(check, options)).record;
}

/** `runCheck`, and up to 1 MB of the output's end, cleaned as the tail is, for judging it. */
export async function runCheckWithOutput(
  check: CheckCommand,
  { cwd, env, signal, disk = DISK_BOUNDS }: CheckOptions,
): Promise<{ record: CheckRecord; output: string }> {
  const watch = await watchDisk(cwd, disk);
  const result = await runShell(merged(check.command), {
    cwd,
    // A copy of the files lies inside the person's checkout: git, run by a test, must not find that one.
    env: { ...checkEnvironment(env), GIT_CEILING_DIRECTORIES: dirname(resolved(cwd)) },
    timeoutMs: check.timeoutSeconds * 1000,
    maxBytes: MOST_BYTES,
    signal: signal ? AbortSignal.any([signal, watch.signal]) : watch.signal,
  }).finally(watch.end);
  signal?.throwIfAborted();
  const ended = watch.reason();
  const said =
    ended === undefined || result.code === 0
      ? ''
      : `${result.stdout.endsWith('\n') ? '' : '\n'}Pitcrew: ${ended}.\n`;
  const output = relativePaths(cleaned(result.stdout + result.stderr + said), cwd);
  const record: CheckRecord = {
    name: check.name,
    command: redact(check.command),
    exitCode: result.code,
    durationMs: result.durationMs,
    timedOut: result.timedOut,
    tail: tailOf(output),
  };
  return { record, output };
}

const MOST_BYTES = 1024 * 1024;
const LONGEST_LINE = 2_000;
const TAIL_LINES = 40;
const TAIL_CHARACTERS = 4_000;

/** Both streams in one, in the order they were written: runners differ in where they say what failed. */
const merged = (command: string): string =>
  process.platform === 'win32' ? `(${command}) 2>&1` : `exec 2>&1\n${command}`;

/**
 * The caller's environment without credentials, without the variables by which a test runner or a git hook around
 * Pitcrew would reach into the check, and with CI set, which keeps runners from waiting for a person.
 */
function checkEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(childEnvironment(env)).filter(([name]) => !OUTER.test(name));
  return { CI: 'true', ...Object.fromEntries(kept), NO_COLOR: '1' };
}

const OUTER =
  /^(NODE_TEST_CONTEXT|NODE_V8_COVERAGE|VITEST\w*|JEST_WORKER_ID|FORCE_COLOR|GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|PREFIX))$/;

/** Lines are cut first: a line of a megabyte says no more than its beginning, and is slow to search. */
function cleaned(output: string): string {
  const lines = output.split(/\r?\n|\r/).map((line) => line.slice(0, LONGEST_LINE));
  return untrustedBlock(lines.join('\n'), 2 * MOST_BYTES);
}

function relativePaths(text: string, cwd: string): string {
  const roots = new Set([cwd, resolved(cwd)]);
  let shorter = text;
  for (const root of roots) {
    if (root.length < 2) continue;
    shorter = shorter.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '').replaceAll(root, '.');
  }
  return shorter;
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function tailOf(output: string): string {
  const lines = output.split('\n').slice(-TAIL_LINES).join('\n');
  const cut = lines.length > TAIL_CHARACTERS ? `…${lines.slice(1 - TAIL_CHARACTERS)}` : lines;
  return cut.replace(/^…[\udc00-\udfff]/, '…');
}
