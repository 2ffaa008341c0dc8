import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { mayHaveLiveRuns } from '../../ledger/recently-written.ts';
import { parseInput } from './input.ts';
import { type Place, placeOf, within } from './place.ts';

export const ledgerFile = (place: Place): string => join(place.commonDirectory, 'pitcrew', 'ledger.db');

/** What this machine knows of a ledger in a database: a hook has no time for a connection. */
export const mirrorOf = (place: Place): string => join(place.commonDirectory, 'pitcrew', 'active-runs.json');

/** Whether a command line, written plainly, names files of a ledger that is there. */
export const namesLedger = (command: string, place: Place): boolean =>
  /\.git\/[./]*pitcrew|ledger\.db|active-runs\.json/.test(command.replace(/["'\\]/g, '')) &&
  existsSync(ledgerFile(place));

/** Whether `path` (links resolved) is the ledger or lies beside it. */
export function isLedgerFile(path: string): boolean {
  const place = placeOf(dirname(path));
  if (!place || within(join(place.commonDirectory, 'pitcrew'), path) === undefined) return false;
  return existsSync(ledgerFile(place)) || existsSync(mirrorOf(place));
}

/**
 * Whether anybody may be at work where this tool call happens, or whether it is about a ledger that is there. Nearly always nobody is, and that has to be quick: the
 * rest of the hook is not even loaded then. True where it cannot be told.
 */
export function mayMatter(text: string, env: NodeJS.ProcessEnv, now: number): boolean {
  try {
    return foldersOf(text, env).some((folder) => {
      const place = placeOf(folder);
      return (
        place !== undefined &&
        (mayHaveLiveRuns(ledgerFile(place), now) ||
          mayHaveLiveRuns(mirrorOf(place), now) ||
          (/pitcrew|ledger\.db/.test(text) && existsSync(ledgerFile(place))))
      );
    });
  } catch {
    return true;
  }
}

function foldersOf(text: string, env: NodeJS.ProcessEnv): string[] {
  const here = [process.cwd(), env.CLAUDE_PROJECT_DIR ?? process.cwd()];
  try {
    const { cwd, file } = parseInput(text);
    return [...here, cwd, ...(file === '' ? [] : [dirname(resolve(cwd, file))])];
  } catch {
    // Not understood: then only the place where the hook was started says whether that matters.
    return here;
  }
}
