import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { runCheck } from '../checks/run-check.ts';
import type { Context } from '../context.ts';
import { spanOf } from '../core/clock.ts';
import { inputError } from '../core/errors.ts';
import { changedFiles } from '../git/changes.ts';
import { lastFetched } from '../git/last-fetched.ts';
import { checkoutAt, gitDirectoryOf, headOf } from '../git/repository.ts';
import { createWorktree, type Worktree } from '../git/worktrees.ts';
import { placeFor, startOf } from '../pipeline/place-worktree.ts';
import { SETUP_SECONDS } from '../pipeline/prove.ts';
import { recordStep } from '../pipeline/record-step.ts';
import { type Call, defineStep } from './define.ts';

export const worktreeCreate = defineStep({
  name: 'worktree_create',
  title: 'Make the worktree of one issue',
  description:
    'Makes the git worktree and branch of a claimed issue, or takes up the one that is there with its work untouched. Use before reading or editing code for the issue, and work only inside the folder it names.',
  effect: 'write',
  examples: ['worktree-create WEB-3F'],
  requires: ['selected'],
  input: {},
  async run(_input, context, call, held) {
    const known = held.steps.worktree;
    const start = known
      ? { ref: known.base, sha: known.base }
      : await startOf(context.repository, context.config);
    const place = known
      ? { branch: known.branch, folder: known.path, earlier: [] }
      : await placeFor(held.incident, start.sha, context);
    const worktree = await createWorktree({
      repository: context.repository,
      incident: held.incident,
      branch: place.branch,
      folder: place.folder,
      base: start.sha,
      reason: `${held.incident} ${held.run.run} ${hostname()} ${process.pid}`,
    });
    await recordStep(context, held, 'worktree', {
      path: worktree.path,
      branch: worktree.branch,
      base: worktree.base,
    });
    const setup = await prepareOnce(worktree, context, call);
    const lines = [
      `${worktree.created ? 'Made' : 'Taken up again:'} ${worktree.path}`,
      `Branch ${worktree.branch}, from ${worktree.base.slice(0, 12)}${known ? '' : ` (${start.ref})`}.`,
      ...(worktree.commits > 0 ? [`It has ${worktree.commits} earlier commit(s) of this issue.`] : []),
      ...(known ? [] : await staleNote(start.ref, context)),
      ...place.earlier.map(earlierNote),
      ...(setup ? [setup] : []),
      ...(await dirtyNote(context)),
      'Work only inside that folder. Next: sentry_latest_event.',
    ];
    return {
      text: lines.join('\n'),
      data: { issue: held.shortId, ...worktree, setup: setup ?? null },
    };
  },
});

const DAY_MS = 24 * 3600 * 1000;

/** The remote is not asked: what it has got since may hold the fix already. */
async function staleNote(ref: string, { repository, clock }: Context): Promise<string[]> {
  const fetched = ref.startsWith('origin/') ? await lastFetched(repository, ref) : undefined;
  const age = fetched === undefined ? 0 : clock() - fetched;
  if (age <= DAY_MS) return [];
  return [
    `Note: ${ref} is as it was fetched ${spanOf(age)} ago; what came since is not in it. git fetch brings it up to date.`,
  ];
}

const earlierNote = (branch: string): string =>
  `An earlier time this issue came up left work on ${branch}, which is not in it: look at it first, and take over what is right.`;

/** Runs `setup` until it has passed once in this worktree: a first try may have failed, or been killed. */
async function prepareOnce(worktree: Worktree, context: Context, call: Call): Promise<string | undefined> {
  const { setup } = context.config;
  if (setup === undefined) return undefined;
  const checkout = await checkoutAt(context.repository, worktree.path);
  const mark = join(await gitDirectoryOf(checkout), 'pitcrew-prepared');
  if ((await readFile(mark, 'utf8').catch(() => undefined)) === setup) return undefined;
  call.progress(`Preparing the worktree: ${setup}`);
  const record = await runCheck(
    { name: 'setup', command: setup, timeoutSeconds: SETUP_SECONDS },
    { cwd: worktree.path, env: context.childEnv, signal: call.signal },
  );
  if (record.exitCode !== 0) {
    throw inputError(
      `The worktree ${worktree.path} is there, but its set-up failed with exit ${record.exitCode}: ${record.tail.slice(-600)}`,
      'Correct `setup` in pitcrew.yml, then call worktree_create again.',
    );
  }
  await writeFile(mark, setup);
  return `Set-up passed in ${(record.durationMs / 1000).toFixed(1)} s.`;
}

/** The person's own uncommitted changes stay where they are; whoever reads the worktree has to know it lacks them. */
async function dirtyNote(context: Context): Promise<string[]> {
  const head = await headOf(context.repository);
  const folder = relative(context.repository.mainCheckout, context.repository.root);
  const changes = await changedFiles(context.repository, head.sha);
  if (changes.length === 0) return [];
  return [
    `Note: ${changes.length} uncommitted file(s) of ${folder || 'the main checkout'} are not in it; they stay untouched.`,
  ];
}
