import { homedir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../core/package-root.ts';
import { cacheFolder } from './cache-folder.ts';
import { realOf, within } from './place.ts';
import type { Watched } from './repository.ts';

/**
 * Files through which an agent could change the rules under which it works. The ledger's own files are nobody's to
 * edit; the others are closed to a session that holds runs. Its own worktrees are judged by what is committed from them.
 */
export function privateFiles(seen: Watched | undefined, holdsRuns: boolean): string[] {
  const place = seen?.place;
  const ledger = place ? [join(place.commonDirectory, 'pitcrew')] : [];
  if (!holdsRuns) return ledger;
  const checkouts = place ? [place.mainCheckout] : [];
  const repository = place
    ? [place.commonDirectory, ...checkouts.flatMap((root) => CLOSED.map((name) => join(root, name)))]
    : [];
  const personal = ['.claude', '.claude.json', '.sentryclirc', '.codex', '.gemini', '.config/gh'];
  // Where Pitcrew itself is the project that is worked on, its package is the checkout.
  const program = checkouts.includes(realOf(packageRoot())) ? [] : [packageRoot()];
  const own = [...program, cacheFolder(process.env), ...personal.map((name) => join(homedir(), name))];
  return [...ledger, ...repository, ...own];
}

const CLOSED = ['.claude', '.mcp.json', 'pitcrew.yml', '.pitcrew/stop'];

/** Whether `path` (links resolved) is one of them, or lies below one. */
export const isPrivate = (path: string, seen: Watched | undefined, holdsRuns: boolean): boolean =>
  privateFiles(seen, holdsRuns).some((file) => within(realOf(file), path) !== undefined);
