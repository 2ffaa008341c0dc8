import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { inputError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import { untrustedLine } from '../core/untrusted.ts';

/** The parameters of a claim that name files and folders from the root of the repository. */
const PATHS = ['paths', 'shared', 'add'];

/**
 * Claims are counted from the root of the repository, and a person in a folder below it may have meant that folder. Throws
 * an input error with both spellings for a path that is not at the root but is there below `cwd`: a claim of a file that
 * does not exist would protect nothing. Patterns count by the folders they begin with.
 */
export function refuseMeantBelow(args: Record<string, JsonValue>, cwd: string): void {
  const root = rootAbove(cwd);
  if (root === undefined || root === cwd) return;
  const here = relative(root, cwd).split(sep).join('/');
  for (const path of PATHS.flatMap((name) => args[name] ?? []).map(String)) {
    const written = path.replace(/^(\.\/)+/, '');
    const start = literalStart(written);
    if (start === '' || existsSync(join(root, start)) || !existsSync(join(cwd, start))) continue;
    const [meant, as] = [`${here}/${written}`, written].map((one) => untrustedLine(one, 120));
    throw inputError(
      `Paths count from the root of the repository, where there is no ${untrustedLine(start, 120)}; here in ${here} there is one.`,
      `Write ${meant} for that one, or give the command at the root if ${as} is to be new there.`,
    );
  }
}

/** The folder with `.git` in it: a folder in a main checkout, a file in a worktree. */
function rootAbove(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  return dirname(folder) === folder ? undefined : rootAbove(dirname(folder));
}

/** The segments before the first that is a pattern; empty for a way that leaves the folder, which is refused elsewhere. */
function literalStart(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  const pattern = segments.findIndex((segment) => /[*?[\]{}]/.test(segment));
  const literal = pattern < 0 ? segments : segments.slice(0, pattern);
  return path.startsWith('/') || literal.includes('..') ? '' : literal.join('/');
}
