import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { refusedError } from '../core/errors.ts';
import { incidentBranch, incidentSlug } from '../core/incident.ts';
import { defaultBase, isAncestor, type Repository, resolveCommit } from '../git/repository.ts';

export interface Place {
  branch: string;
  /** Absolute. */
  folder: string;
  /** Branches of this incident that hold work of earlier times which the base does not have; they stay as they are. */
  earlier: string[];
}

/** So often one issue may come back before a person should tidy up. */
const MOST_RECURRENCES = 50;

/**
 * Branch and folder for an incident that has none on record. A branch of its name that holds work already belongs to
 * an earlier time the incident came up (or to a person): it stays as it is, and this time gets a number.
 */
export async function placeFor(
  incident: string,
  base: string,
  { repository, config }: { repository: Repository; config: Config },
): Promise<Place> {
  const parent = isAbsolute(config.worktrees)
    ? config.worktrees
    : join(repository.mainCheckout, config.worktrees);
  const earlier: string[] = [];
  for (let time = 1; time <= MOST_RECURRENCES; time += 1) {
    const suffix = time === 1 ? '' : `-${time}`;
    const place: Place = {
      branch: incidentBranch(incident) + suffix,
      folder: join(parent, incidentSlug(incident) + suffix),
      earlier,
    };
    if (await isFree(repository, place, base)) return place;
    const merged = await isAncestor(repository, `refs/heads/${place.branch}`, base);
    if (!merged) earlier.push(place.branch);
  }
  throw refusedError(
    `There are ${MOST_RECURRENCES} branches called ${incidentBranch(incident)} already.`,
    'Look at them, and remove those that are merged with worktree_remove.',
  );
}

/** Free is also what a process left that was killed before it recorded the worktree: nothing of its own, or at the base. */
async function isFree(repository: Repository, { branch, folder }: Place, base: string): Promise<boolean> {
  const tip = await resolveCommit(repository, `refs/heads/${branch}`);
  if (tip === undefined || tip === base) return true;
  return !existsSync(folder) && (await isAncestor(repository, tip, base));
}

/**
 * Where fixes start from: the configured base as the remote has it, so that a fix never carries a person's unpushed
 * commits along; without a configured base, the remote's default branch.
 */
export async function startOf(repository: Repository, config: Config): Promise<{ ref: string; sha: string }> {
  const { base } = config.github;
  if (base === undefined) return defaultBase(repository);
  for (const ref of [`refs/remotes/origin/${base}`, base]) {
    const sha = await resolveCommit(repository, ref);
    if (sha !== undefined) return { ref: ref.replace('refs/remotes/', ''), sha };
  }
  throw refusedError(
    `The base branch ${base} of pitcrew.yml is not in this repository.`,
    'Fetch it, or correct github.base.',
  );
}
