import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProofStep } from '../../ledger/ledger.ts';
import { changedScripts, discoverChecks } from '../checks/discover-checks.ts';
import type { FailureReason } from '../checks/judge-failure.ts';
import { proveFix } from '../checks/prove-fix.ts';
import { type CheckCommand, runCheck } from '../checks/run-check.ts';
import type { Config } from '../config/config.ts';
import type { CheckRecord, ProofRecord } from '../core/check-record.ts';
import { inputError, refusedError } from '../core/errors.ts';
import { type ChangedFile, changedFiles, snapshotTree } from '../git/changes.ts';
import { exportTree, treeOf } from '../git/export-tree.ts';
import { checkoutAt, type Repository } from '../git/repository.ts';
import { inTwoRooms, type Rooms } from './rooms.ts';

export interface ProofRequest {
  repository: Repository;
  config: Config;
  worktree: { path: string; base: string };
  /** The reproducing test with the incident's own reason to fail, or why there can be none. */
  test: ReproducingTest | { impossible: string };
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  onProgress: (message: string) => void;
}

export interface ReproducingTest {
  command: string;
  /** Relative to the worktree. */
  files: string[];
  timeoutSeconds: number;
  reason: FailureReason;
}

/**
 * Proves the fix in a worktree: the reproducing test without the fix (must fail, for the incident's own reason), with
 * it (must pass), without it once more (must fail again), then the checks. Both sides are fresh copies side by side
 * under names that tell nothing: one of the base commit with only the test's files laid over it, one of the tree that
 * the worktree's changes make. What git ignores is in neither, so nothing counts that the commit would not hold. The
 * proof names that tree; changes made meanwhile void it.
 */
export async function prove(request: ProofRequest): Promise<ProofStep> {
  const { repository, worktree } = request;
  const checkout = await checkoutAt(repository, worktree.path);
  const changes = await changedFiles(checkout, worktree.base);
  if (changes.length === 0) {
    throw refusedError(
      'The worktree has no changes to prove.',
      `Write the test and the fix in ${worktree.path}.`,
    );
  }
  if ('files' in request.test) checkTestFiles(request.test.files, changes);
  const tree = await snapshotTree(checkout);
  const baseTree = await treeOf(checkout, worktree.base);
  const outcome = await inTwoRooms(join(repository.mainCheckout, '.pitcrew', 'proof'), async (rooms) => {
    await exportTree(checkout, baseTree, rooms.base);
    await exportTree(checkout, tree, rooms.fix);
    return proveIn(rooms, request);
  });
  const voided = (await snapshotTree(checkout)) !== tree;
  return {
    ...outcome,
    ...(voided ? { verdict: 'refused', reason: 'Files changed while the proof ran; run it again.' } : {}),
    tree,
    baseTree,
  };
}

async function proveIn(rooms: Rooms, request: ProofRequest): Promise<ProofRecord> {
  const changed = await changedScripts(rooms.base, rooms.fix);
  if (changed.length > 0) {
    throw refusedError(
      `The fix changes scripts of package.json by which it would be checked: ${changed.join(', ')}.`,
      'Undo that in the worktree; a change of the checks is a pull request of its own.',
    );
  }
  // The base decides what is checked: a fix must not choose its own checks.
  const checks = request.config.checks ? configuredChecks(request.config) : await discoverChecks(rooms.base);
  await prepare(rooms.fix, request);
  const outcome = await provenIn(rooms, request, checks);
  const failed = outcome.verdict === 'refused' ? checks[outcome.checks.length - 1] : undefined;
  return failed ? { ...outcome, checks: await withBlame(outcome.checks, failed, rooms, request) } : outcome;
}

async function provenIn(rooms: Rooms, request: ProofRequest, checks: CheckCommand[]): Promise<ProofRecord> {
  if ('impossible' in request.test) return withoutTest(rooms, request, request.test.impossible, checks);
  const { command, files, timeoutSeconds, reason } = request.test;
  await layOver(files, request.worktree.path, rooms.base);
  await prepare(rooms.base, request);
  return proveFix({
    baseDirectory: rooms.base,
    fixDirectory: rooms.fix,
    test: { name: 'reproducing test', command, timeoutSeconds },
    testFiles: files,
    checks,
    reason,
    env: request.env,
    signal: request.signal,
    onProgress: request.onProgress,
  });
}

/**
 * A check that fails with the fix is run without it too: one that was red before is nobody's to mend in this fix, and
 * looks just like one that the fix broke. The base stands there without the test again.
 */
async function withBlame(
  records: CheckRecord[],
  failed: CheckCommand,
  rooms: Rooms,
  request: ProofRequest,
): Promise<CheckRecord[]> {
  const last = records.at(-1);
  if (!last) return records;
  request.onProgress(`${failed.name}: without the fix, to see whether it was red before`);
  if ('files' in request.test) await takeBack(request.test.files, request, rooms.base);
  else await prepare(rooms.base, request);
  const before = await runCheck(failed, { cwd: rooms.base, env: request.env, signal: request.signal });
  if (before.exitCode === 0) return records;
  const how = before.timedOut ? 'does not end' : `fails with exit code ${before.exitCode}`;
  return [...records.slice(0, -1), { ...last, judgement: `Without the fix it ${how} too.` }];
}

/** The files as the base has them; what else runs left there stays. */
async function takeBack(
  files: string[],
  { repository, worktree }: ProofRequest,
  room: string,
): Promise<void> {
  for (const file of files) await rm(join(room, file), { force: true });
  await exportTree(repository, worktree.base, room);
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
      'Write the fix if it is not written yet; else name only the files of the reproducing test in `test_files`.',
    );
  }
}

async function layOver(files: string[], from: string, to: string): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await cp(join(from, file), join(to, file), { verbatimSymlinks: true });
  }
}

async function prepare(directory: string, request: ProofRequest): Promise<void> {
  const { setup } = request.config;
  if (setup === undefined) return;
  request.onProgress(`Preparing a copy: ${setup}`);
  const prepared = await runCheck(
    { name: 'setup', command: setup, timeoutSeconds: SETUP_SECONDS },
    { cwd: directory, env: request.env, signal: request.signal },
  );
  if (prepared.exitCode === 0) return;
  throw inputError(
    `The set-up command failed in a copy of the files (exit ${prepared.exitCode}): ${prepared.tail.slice(-500)}`,
    'Correct `setup` in pitcrew.yml.',
  );
}

async function withoutTest(
  rooms: Rooms,
  request: ProofRequest,
  reason: string,
  checks: CheckCommand[],
): Promise<ProofRecord> {
  const records: CheckRecord[] = [];
  for (const check of checks) {
    request.onProgress(`${check.name}: with the fix`);
    const record = await runCheck(check, { cwd: rooms.fix, env: request.env, signal: request.signal });
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
