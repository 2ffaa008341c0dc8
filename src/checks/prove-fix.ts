import { stat } from 'node:fs/promises';
import type { CheckRecord } from '../core/check-record.ts';
import { inputError } from '../core/errors.ts';
import { type FailureReason, judgeFailure } from './judge-failure.ts';
import { type CheckCommand, type CheckOptions, runCheckWithOutput } from './run-check.ts';
import { testsRun } from './test-counts.ts';

export interface Proof {
  verdict: 'proven' | 'refused';
  /** One sentence: why. */
  reason: string;
  /** The test without the fix. */
  before: CheckRecord;
  /** The test with it; absent when the first run settled the matter. */
  after?: CheckRecord;
  checks: CheckRecord[];
}

/**
 * Red before, green after: the test must fail in `baseDirectory` for the incident's own reason (`judgeFailure`), pass
 * in `fixDirectory` and really run there, fail in `baseDirectory` once more, and then every check must pass with the fix. One after the other, the same
 * way in both folders; it stops where the proof is refused. The caller has put the test into both folders.
 *
 * Throws an input error for a folder that is not there, and the signal's reason when cancelled.
 */
export async function proveFix(options: {
  baseDirectory: string;
  fixDirectory: string;
  test: CheckCommand;
  /** Of the test, relative to both folders: its command names one of them, or its runner says what ran. */
  testFiles: readonly string[];
  checks: readonly CheckCommand[];
  reason: FailureReason;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  onProgress?: (text: string) => void;
}): Promise<Proof> {
  const { baseDirectory, fixDirectory, test, env, signal, onProgress } = options;
  for (const folder of [baseDirectory, fixDirectory]) await checkFolder(folder);
  const at = (cwd: string): CheckOptions => ({ cwd, env, ...(signal ? { signal } : {}) });

  onProgress?.(`${test.name}: without the fix, it has to fail`);
  const before = await runBefore(test, at(baseDirectory), options.reason);
  if (!before.own) return { verdict: 'refused', reason: before.why, before: before.record, checks: [] };

  onProgress?.(`${test.name}: with the fix, it has to pass`);
  const after = await runAfter(test, options.testFiles, at(fixDirectory));
  const both = { before: before.record, after: after.record };
  if (!after.passed) return { verdict: 'refused', reason: after.why, ...both, checks: [] };

  onProgress?.(`${test.name}: without the fix once more, it has to fail again`);
  const again = await runBefore(test, at(baseDirectory), options.reason);
  if (!again.own) {
    const reason = `Without the fix, the test fails the first time and not the second, so something else than the fix decides. ${again.why}`;
    return { verdict: 'refused', reason, before: again.record, after: after.record, checks: [] };
  }

  const checks: CheckRecord[] = [];
  for (const check of options.checks) {
    onProgress?.(`${check.name}: with the fix`);
    const { record } = await runCheckWithOutput(check, at(fixDirectory));
    checks.push(record);
    const failure = failureOf(record);
    if (failure) {
      const reason = `With the fix, the check ${check.name} ${failure}.`;
      return { verdict: 'refused', reason, ...both, checks };
    }
  }
  const passed = checks.length === 0 ? '' : `; ${checks.map((check) => check.name).join(', ')} passed`;
  const reason = `The test fails without the fix (${lowered(before.why)}) and passes with it${passed}.`;
  return { verdict: 'proven', reason, ...both, checks };
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw inputError(`There is no folder ${folder}.`, 'Create the worktree again.');
}

async function runBefore(
  test: CheckCommand,
  options: CheckOptions,
  reason: FailureReason,
): Promise<{ record: CheckRecord; own: boolean; why: string }> {
  const { record, output } = await runCheckWithOutput(test, options);
  const { own, why } = judgeFailure(output, record.exitCode, record.timedOut, reason);
  return { record: { ...record, judgement: why }, own, why };
}

async function runAfter(
  test: CheckCommand,
  testFiles: readonly string[],
  options: CheckOptions,
): Promise<{ record: CheckRecord; passed: boolean; why: string }> {
  const { record, output } = await runCheckWithOutput(test, options);
  const failure = failureOf(record);
  const why = failure
    ? `With the fix, the test still ${failure}.`
    : testsRun(output) === 'none'
      ? 'With the fix, the command succeeds, but no test ran.'
      : testsRun(output) === 'unknown' && !testFiles.some((file) => isNamed(file, test.command))
        ? "The command names none of the test's files, and nothing in its output says that a test ran."
        : 'It passes.';
  return { record: { ...record, judgement: why }, passed: why === 'It passes.', why };
}

/** By its path, its name, or its name without endings, as `cargo test order_total` does. */
function isNamed(file: string, command: string): boolean {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const stem = name.replace(/(\.(test|spec))?\.[^.]+$/, '');
  return command.includes(name) || (stem.length >= 3 && command.includes(stem));
}

function failureOf({ timedOut, exitCode, durationMs }: CheckRecord): string | undefined {
  if (timedOut) return `does not end within ${Math.round(durationMs / 1000)} s`;
  return exitCode === 0 ? undefined : `fails with exit code ${exitCode}`;
}

const lowered = (sentence: string): string =>
  sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
