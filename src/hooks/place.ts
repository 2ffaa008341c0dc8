import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

/** A checkout, found without git: a hook has no time for a process. */
export interface Place {
  /** The checkout that holds the path: the main one or a worktree. */
  root: string;
  /** What all of its worktrees share. */
  commonDirectory: string;
  mainCheckout: string;
}

/** The checkout around `path` (absolute, need not exist yet); `undefined` outside of any. */
export function placeOf(path: string): Place | undefined {
  let folder = path;
  for (;;) {
    const common = commonDirectoryAt(folder);
    if (common !== undefined) {
      const commonDirectory = realOf(common);
      const root = realOf(folder);
      return {
        root,
        commonDirectory,
        mainCheckout: basename(commonDirectory) === '.git' ? dirname(commonDirectory) : root,
      };
    }
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/** gitrepository-layout(5): a worktree's `.git` is a file that names its own folder, and that names the common one. */
function commonDirectoryAt(folder: string): string | undefined {
  const entry = join(folder, '.git');
  const kind = statSync(entry, { throwIfNoEntry: false });
  if (kind === undefined) return undefined;
  if (kind.isDirectory()) return statSync(join(entry, 'HEAD'), { throwIfNoEntry: false }) ? entry : undefined;
  const named = /^gitdir:\s*(.+?)\s*$/m.exec(textOf(entry))?.[1];
  if (named === undefined) return undefined;
  const own = resolve(folder, named);
  const common = textOf(join(own, 'commondir')).trim();
  return common === '' ? own : resolve(own, common);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The path with every link resolved, as far as it exists: where a write to it would really land. */
export function realOf(path: string): string {
  const missing: string[] = [];
  let folder = path;
  for (;;) {
    try {
      return join(realpathSync.native(folder), ...missing);
    } catch {
      const parent = dirname(folder);
      if (parent === folder) return path;
      missing.unshift(basename(folder));
      folder = parent;
    }
  }
}

/** `path` relative to `folder` with `/`, where it lies inside; both with links resolved. */
export function within(folder: string, path: string): string | undefined {
  const inside = relative(folder, path);
  if (inside === '') return '';
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return undefined;
  return sep === '/' ? inside : inside.replaceAll(sep, '/');
}
