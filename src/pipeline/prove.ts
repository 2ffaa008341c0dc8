import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProofStep } from '../../ledger/ledger.ts';
import { discoverChecks } from '../checks/discover-checks.ts';
import type { FailureReason } from '../checks/judge-failure.ts';
import { proveFix } from '../checks/prove-fix.ts';
import { type CheckCommand, runCheck } from '../checks/run-check.ts';
import type { Config } from '../config/config.ts';
import { inputError, refusedError } from '../core/errors.ts';
import { type ChangedFile, changedFiles, snapshotTree } from '../git/changes.ts';
import { exportTree, treeOf } from '../git/export-tree.ts';
import { checkoutAt, type Repository } from '../git/repository.ts';

export interface ProofRequest {
  repository: Repository;
  config: Config;
  worktree: { path: string; base: string };
  /** Folder name of the throw-away copy of the base. */
  slug: string;
  /** The reproducing test, or why there can be none. */
  test: { command: string; files: string[]; timeoutSeconds: number } | { impossible: string };
  reason: FailureReason;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  onProgress: (message: string) => void;
}

/**
 * Proves the fix in a worktree: the reproducing test on the base (must fail, for the incident's own reason), then with
 * the fix (must pass), then the checks. The base is a copy of the base commit's files with only the test's files laid
 * over it, so nothing of the fix can be seen there. The proof names the tree it ran on; changes made meanwhile void it.
 */
export async function prove(request: ProofRequest): Promise<ProofStep> {
  const { repository, worktree, config } = request;
  const checkout = await checkoutAt(repository, worktree.path);
  const changes = await changedFiles(checkout, worktree.base);
  if (changes.length === 0) {
    throw refusedError(
      'The worktree has no changes to prove.',
      `Write the test and the fix in ${worktree.path}.`,
    );
  }
  const tree = await snapshotTree(checkout);
  const checks = config.checks ? configuredChecks(config) : await discoverChecks(worktree.path);
  const trees = { tree, baseTree: await treeOf(checkout, worktree.base) };
  const outcome =
    'impossible' in request.test
      ? await withoutTest(request, request.test.impossible, checks)
      : await withTest(request, request.test, checks, changes);
  if ((await snapshotTree(checkout)) !== tree) {
    return {
      ...outcome,
      ...trees,
      verdict: 'refused',
      reason: 'Files changed while the proof ran; run it again.',
    };
  }
  return { ...outcome, ...trees };
}

type Outcome = Omit<ProofStep, 'tree' | 'baseTree'>;

async function withTest(
  request: ProofRequest,
  test: { command: string; files: string[]; timeoutSeconds: number },
  checks: CheckCommand[],
  changes: ChangedFile[],
): Promise<Outcome> {
  const { repository, worktree } = request;
  checkTestFiles(test.files, changes);
  const baseDirectory = join(repository.mainCheckout, '.pitcrew', 'base', request.slug);
  await rm(baseDirectory, { recursive: true, force: true });
  try {
    await mkdir(baseDirectory, { recursive: true });
    await exportTree(repository, worktree.base, baseDirectory);
    for (const file of test.files) {
      await mkdir(dirname(join(baseDirectory, file)), { recursive: true });
      await cp(join(worktree.path, file), join(baseDirectory, file), { verbatimSymlinks: true });
    }
    await prepareBase(request, baseDirectory);
    return await proveFix({
      baseDirectory,
      fixDirectory: worktree.path,
      test: { name: 'reproducing test', command: test.command, timeoutSeconds: test.timeoutSeconds },
      checks,
      reason: request.reason,
      env: request.env,
      signal: request.signal,
      onProgress: request.onProgress,
    });
  } finally {
    await rm(baseDirectory, { recursive: true, force: true });
  }
}

/** The test's files must be new or changed in the worktree: an old one would say nothing about this incident. */
function checkTestFiles(files: string[], changes: ChangedFile[]): void {
  const changed = new Set(
    changes.filter((change) => change.status !== 'deleted').map((change) => change.path),
  );
  const unknown = files.filter((file) => !changed.has(file));
  if (unknown.length > 0) {
    throw inputError(
      `The worktree has no new or changed file ${unknown.join(', ')}.`,
      `Name the test's files relative to the worktree; changed are: ${[...changed].slice(0, 20).join(', ')}.`,
    );
  }
  if (changes.every((change) => files.includes(change.path))) {
    throw refusedError(
      'Every changed file is named as part of the test, so the base would have the fix too.',
      'Name only the files of the reproducing test in `test_files`.',
    );
  }
}

async function prepareBase(request: ProofRequest, directory: string): Promise<void> {
  const { setup } = request.config;
  if (setup === undefined) return;
  request.onProgress(`Preparing the base: ${setup}`);
  const prepared = await runCheck(
    { name: 'setup', command: setup, timeoutSeconds: SETUP_SECONDS },
    { cwd: directory, env: request.env, signal: request.signal },
  );
  if (prepared.exitCode === 0) return;
  throw inputError(
    `The set-up command failed in a copy of the base (exit ${prepared.exitCode}): ${prepared.tail.slice(-500)}`,
    'Correct `setup` in pitcrew.yml.',
  );
}

async function withoutTest(request: ProofRequest, reason: string, checks: CheckCommand[]): Promise<Outcome> {
  const records = [];
  for (const check of checks) {
    request.onProgress(`Running ${check.name}`);
    const record = await runCheck(check, {
      cwd: request.worktree.path,
      env: request.env,
      signal: request.signal,
    });
    records.push(record);
    if (record.exitCode !== 0) {
      return { verdict: 'refused', reason: `The check ${check.name} fails.`, checks: records };
    }
  }
  return { verdict: 'unproven', reason, checks: records };
}

export const SETUP_SECONDS = 900;

function configuredChecks(config: Config): CheckCommand[] {
  return (config.checks ?? []).map((check) =>
    typeof check === 'string'
      ? { name: check, command: check, timeoutSeconds: 600 }
      : { name: check.name ?? check.run, command: check.run, timeoutSeconds: check.timeout_seconds },
  );
}
