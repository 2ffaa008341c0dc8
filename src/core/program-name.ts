import { join, sep } from 'node:path';
import { packageRoot } from './package-root.ts';

/**
 * How a person calls this program again: through npx where it was started from npx's cache or lies in the project, by
 * its path from a clone, else by its name.
 */
export function programName(root: string): string {
  const folders = root.split(sep);
  if (folders.includes('_npx')) return 'npx pitcrew';
  const modules = folders.lastIndexOf('node_modules');
  if (modules < 0) return `node ${asWord(join(root, 'dist', 'pitcrew.mjs'))}`;
  // Installed for the whole machine: PREFIX/lib/node_modules of npm, a folder `global` of the other managers.
  const isGlobal = folders.includes('global') || ['lib', 'npm'].includes(folders[modules - 1] ?? '');
  return isGlobal ? 'pitcrew' : 'npx pitcrew';
}

/** Text for a person, with our commands as they would have to be typed where `program` is what calls this one. */
export const asTyped = (text: string, program: string): string =>
  program === 'pitcrew' ? text : text.replaceAll(COMMAND, (_all, rest: string) => `${program} ${rest}`);

/**
 * The same for this program as it lies here. A plugin is in no project's `node_modules`: there npx would ask the
 * registry for whatever has that name.
 */
export const asTypedHere = (text: string): string => asTyped(text, programName(packageRoot()));

const COMMAND =
  /(?<![\w./-]|npx |node )pitcrew ((?:--help|init|doctor|sandbox|stop|resume|(?:ledger|sentry|triage|worktree|github|fix)(?:-[a-z]+)*)(?![\w-]|\.\w))/g;

/** A path with a space or the like needs quotes in a shell. */
const asWord = (path: string): string =>
  /^[\w./:@%+=~\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
