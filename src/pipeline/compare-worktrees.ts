import type { Ledger, RunView } from '../../ledger/ledger.ts';
import { covers } from '../../ledger/overlap.ts';
import type { Config } from '../config/config.ts';
import { PitcrewError, upstreamError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { type Checkout, gitRead } from '../git/git.ts';
import { line, type Repository } from '../git/repository.ts';
import { namesChanged } from './changed-names.ts';
import { hasOwnSettings, type LiveWorktree, liveWorktrees } from './live-worktrees.ts';
import { startOf } from './place-worktree.ts';

/** The same files, changed in each of these worktrees (two or more). */
export interface SameFiles {
  /** Relative to the root, sorted; what git says, not fit for an answer yet. */
  paths: string[];
  worktrees: LiveWorktree[];
  /** Those of them whose run has claimed all these files, for itself or shared; of the others none has claimed any. */
  claimedBy: LiveWorktree[];
}

export interface Comparison {
  same: SameFiles[];
  /** What could not be looked at, and why, in one clause. */
  leftOut: { worktree: LiveWorktree; why: string }[];
}

export interface ComparedWorld {
  /** Tells the bases on record. Absent while it cannot be asked: where a branch left the base branch counts then. */
  ledger: Pick<Ledger, 'incident'> | undefined;
  repository: Repository;
  config: Config;
  /** For all of it; what was not looked at by then is left out, and said. */
  limitMs: number;
  signal: AbortSignal;
}

/** Worktrees looked at side by side. Each is asked two things at once, so twice as many git processes run. */
const AT_ONCE = 2;

/**
 * Which files more than one live worktree of this clone changes, committed since its base or not: they conflict when they
 * are merged, and nobody would see it before. Without two such worktrees no git process is started.
 */
export async function compareWorktrees(
  active: readonly RunView[],
  { ledger, repository, config, limitMs, signal }: ComparedWorld,
): Promise<Comparison> {
  const worktrees = await liveWorktrees(active, repository);
  if (worktrees.length < 2) return { same: [], leftOut: [] };
  const limit = AbortSignal.timeout(limitMs);
  const bounded = { ...repository, signal: AbortSignal.any([signal, limit]) };
  const start = await startOf(bounded, config).catch(() => undefined);
  const recorded = await recordedBases(worktrees, ledger);
  const looks = await inTurns(worktrees, AT_ONCE, async (worktree): Promise<Look> => {
    try {
      limit.throwIfAborted();
      if (await hasOwnSettings(worktree)) return { worktree, why: OWN_SETTINGS };
      const checkout: Checkout = { root: worktree.path, env: repository.env, signal: bounded.signal };
      const base = await baseOf(checkout, recorded.get(worktree), start?.sha);
      return { worktree, paths: await namesChanged(checkout, base) };
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted) return { worktree, why: `not done within ${limitMs / 1000} s` };
      if (error instanceof PitcrewError) return { worktree, why: whyNot(error) };
      throw error;
    }
  });
  return {
    same: changedTwice(looks.filter((look) => 'paths' in look)),
    leftOut: looks.filter((look) => 'why' in look),
  };
}

const OWN_SETTINGS = 'it has git settings of its own (config.worktree), which may name programs';

/** What a worktree changes, or why nobody knows. */
type Look = Changes | Comparison['leftOut'][number];
interface Changes {
  worktree: LiveWorktree;
  paths: string[];
}

/** All at once, and none where the ledger's database has just gone away: each question would wait for it. */
async function recordedBases(
  worktrees: readonly LiveWorktree[],
  ledger: ComparedWorld['ledger'],
): Promise<Map<LiveWorktree, string | undefined>> {
  if (!ledger) return new Map();
  try {
    const records = await Promise.all(worktrees.map(({ incident }) => ledger.incident(incident)));
    return new Map(worktrees.map((worktree, at) => [worktree, records[at]?.steps.worktree?.base]));
  } catch (error) {
    if (error instanceof PitcrewError && error.kind === 'upstream') return new Map();
    throw error;
  }
}

/**
 * Where the work in a worktree begins: what it has in common with the base on record and with the base branch as it is now.
 * A branch that has taken in newer work of the base branch has not changed that work.
 */
async function baseOf(checkout: Checkout, ...bases: (string | undefined)[]): Promise<string> {
  const known = bases.filter((base) => base !== undefined);
  const [first] = known;
  if (first === undefined) {
    throw upstreamError('Nothing tells where its branch began.', 'Ask again when the ledger answers.');
  }
  const found = await gitRead(checkout, ['merge-base', 'HEAD', ...known], { accept: [0, 1] });
  return found.code === 0 ? line(found.stdout) : first;
}

/** Grouped by who changes and who has claimed them: worktrees that have many files in common are told once. */
function changedTwice(changes: readonly Changes[]): SameFiles[] {
  const changedIn = new Map<string, LiveWorktree[]>();
  for (const { worktree, paths } of changes) {
    for (const path of paths) changedIn.set(path, [...(changedIn.get(path) ?? []), worktree]);
  }
  const groups = new Map<string, SameFiles>();
  for (const [path, worktrees] of changedIn) {
    if (worktrees.length < 2) continue;
    const claimedBy = worktrees.filter(({ run }) => hasClaimed(run, path));
    const key = JSON.stringify([worktrees, claimedBy].map((some) => some.map((one) => one.path)));
    const group = groups.get(key) ?? { paths: [], worktrees, claimedBy };
    group.paths.push(path);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, paths: group.paths.sort() }));
}

const hasClaimed = (run: RunView, path: string): boolean => run.paths.some(({ glob }) => covers(glob, path));

/** What `work` gives for each item, so many at a time. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

const whyNot = (error: PitcrewError): string => untrustedLine(error.message.replace(/\.$/, ''), 200);
