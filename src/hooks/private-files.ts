import { homedir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../core/cache-folder.ts';
import { packageRoot } from '../core/package-root.ts';
import { type Place, realOf, within } from './place.ts';
import type { Watched } from './repository.ts';

/**
 * Files through which an agent could change the rules under which it works. What the guard stands on is nobody's to
 * edit; the others are closed to a session that holds runs. Its own worktrees are judged by what is committed from them.
 */
export function privateFiles(seen: Watched | undefined, holdsRuns: boolean): string[] {
  const place = seen?.place;
  if (!holdsRuns) return place ? guardFiles(place) : [];
  const checkouts = place ? [place.mainCheckout] : [];
  const repository = place
    ? [place.commonDirectory, ...checkouts.flatMap((root) => CLOSED.map((name) => join(root, name)))]
    : [];
  const personal = ['.claude', '.claude.json', '.sentryclirc', '.codex', '.gemini', '.config/gh'];
  return [
    ...(place ? guardFiles(place) : []),
    ...repository,
    ...personal.map((name) => join(homedir(), name)),
  ];
}

/** What nobody writes while somebody works in the repository, with runs or without: the guard stands on it. */
export function guardFiles({ commonDirectory, mainCheckout }: Place): string[] {
  // Where Pitcrew itself is the project that is worked on, its package is the checkout.
  const program = mainCheckout === realOf(packageRoot()) ? [] : [packageRoot()];
  const settings = [mainCheckout, homedir()].flatMap((folder) =>
    SETTINGS.map((name) => join(folder, '.claude', name)),
  );
  return [join(commonDirectory, 'pitcrew'), ...settings, ...program, cacheFolder(process.env)];
}

/** The client's: a line there switches every hook off, or types a prompt as a person does. */
const SETTINGS = ['settings.json', 'settings.local.json', 'scheduled_tasks.json'];

const CLOSED = ['.claude', '.mcp.json', 'pitcrew.yml', '.pitcrew/stop'];

/** Whether `path` (links resolved) is one of them, or lies below one. */
export const isPrivate = (path: string, seen: Watched | undefined, holdsRuns: boolean): boolean =>
  privateFiles(seen, holdsRuns).some((file) => within(realOf(file), path) !== undefined);
