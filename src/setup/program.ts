import { join, sep } from 'node:path';

/**
 * How a person calls this program again: through npx where it was started from npx's cache or lies in the project, by
 * its path from a clone, else by its name.
 */
export function programName(packageRoot: string): string {
  const folders = packageRoot.split(sep);
  if (folders.includes('_npx')) return 'npx pitcrew';
  const modules = folders.lastIndexOf('node_modules');
  if (modules < 0) return `node ${join(packageRoot, 'dist', 'pitcrew.mjs')}`;
  // Installed for the whole machine: PREFIX/lib/node_modules of npm, a folder `global` of the other managers.
  const isGlobal = folders.includes('global') || ['lib', 'npm'].includes(folders[modules - 1] ?? '');
  return isGlobal ? 'pitcrew' : 'npx pitcrew';
}

/** Text for a person, with our commands as they would have to be typed here. */
export const asTyped = (text: string, program: string): string =>
  program === 'pitcrew' ? text : text.replaceAll(COMMAND, `${program} $<rest>`);

const COMMAND = /(?<![\w./-]|npx |node )pitcrew (?<rest>(?:init|doctor|sandbox|ledger-status)\b)/g;
