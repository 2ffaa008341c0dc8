import { existsSync } from 'node:fs';
import { lstat, readlink, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { inputError, type PitcrewError, refusedError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { type Checkout, gitList, nulSeparated } from './git.ts';

/**
 * The declared files, each once, after making sure that every one is a plain file of this checkout, there or in HEAD.
 * A name is taken as it stands, so `app/[id].ts` is one file and `src/*.ts` none. Refused: folders, patterns, paths
 * that leave the checkout (also through symbolic links), git's own files, submodules, ignored files.
 */
export async function declaredFiles(checkout: Checkout, files: readonly string[]): Promise<string[]> {
  const paths = [...new Set(files)];
  if (paths.length === 0) throw inputError('No files to commit were named.', 'Name each file of the fix.');
  for (const path of paths) checkName(path);
  const listed = await gitList(checkout, ['ls-tree', '-r', '-z', '--full-tree', 'HEAD', '--', ...paths]);
  const inHead = new Map(nulSeparated(listed.stdout).map(modeAndPath));
  for (const path of paths) await checkOnDisk(checkout, path, inHead.get(path));
  await refuseIgnored(
    checkout,
    paths.filter((path) => !inHead.has(path)),
  );
  return paths;
}

const shown = (path: string): string => untrustedLine(path, 200);

function checkName(path: string): void {
  const segments = path.split('/');
  const inside =
    path !== '' &&
    !/[\0\n]/.test(path) &&
    !/^[A-Za-z]:[\\/]/.test(path) &&
    segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  if (!inside) {
    throw inputError(
      `${shown(path) || 'An empty name'} is not a path of a file in this checkout.`,
      'Name files relative to the top of the worktree, like src/cart.ts.',
    );
  }
  // Also the other spellings by which some file systems reach it.
  if (segments.some((segment) => /^(\.git|git~1)[. ]*$/i.test(segment))) {
    throw refusedError(`${shown(path)} belongs to git itself.`, 'Leave it out.');
  }
}

const modeAndPath = (entry: string): [path: string, mode: string] => {
  const tab = entry.indexOf('\t');
  return [entry.slice(tab + 1), entry.slice(0, 6)];
};

async function checkOnDisk(checkout: Checkout, path: string, modeInHead: string | undefined): Promise<void> {
  const file = join(checkout.root, path);
  if (modeInHead === '160000' || existsSync(join(file, '.git'))) {
    throw refusedError(
      `${shown(path)} is a submodule or a repository of its own.`,
      'Commit in it, not here.',
    );
  }
  const parent = await realpath(dirname(file)).catch(() => undefined);
  if (parent !== undefined && parent !== dirname(file)) {
    throw refusedError(`${shown(path)} lies behind a symbolic link.`, 'Name the file by its real path.');
  }
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined || (found.isDirectory() && modeInHead !== undefined)) {
    if (modeInHead === undefined) throw noSuchFile(path);
    return;
  }
  if (found.isDirectory()) {
    throw inputError(`${shown(path)} is a folder.`, 'Name each file in it that belongs to the fix.');
  }
  if (found.isSymbolicLink()) return refuseEscape(checkout, path, await readlink(file));
  if (!found.isFile()) throw refusedError(`${shown(path)} is not a regular file.`, 'Leave it out.');
}

function noSuchFile(path: string): PitcrewError {
  const pattern = /[*?[{]|^:/.test(path);
  return inputError(
    `There is no file ${shown(path)}, neither here nor in the last commit.`,
    pattern ? 'Patterns are not taken: name each file.' : 'Check the name; it is relative to the worktree.',
  );
}

function refuseEscape(checkout: Checkout, path: string, target: string): void {
  const way = relative(checkout.root, resolve(checkout.root, dirname(path), target));
  if (way === '..' || way.startsWith(`..${sep}`) || target.startsWith('/')) {
    throw refusedError(`${shown(path)} is a symbolic link that leaves the checkout.`, 'Leave it out.');
  }
}

async function refuseIgnored(checkout: Checkout, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const list = ['ls-files', '-z', '--others', '--ignored', '--exclude-standard'];
  const ignored = await gitList(checkout, [...list, '--', ...paths]);
  const [first] = nulSeparated(ignored.stdout);
  if (first !== undefined) {
    throw refusedError(
      `${shown(first)} is ignored by git.`,
      'Leave it out, or change .gitignore if it belongs in the repository.',
    );
  }
}
