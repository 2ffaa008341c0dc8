import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { inputError } from '../core/errors.ts';
import { type Checkout, gitRead, gitWrite } from './git.ts';
import { line } from './repository.ts';

/**
 * Writes the commits after `base` up to `sha` as one file that `git am` takes, whole or not at all. git writes it
 * itself, so that text in other encodings stays as it is.
 */
export async function writePatch(options: {
  worktree: Checkout;
  base: string;
  sha: string;
  /** Absolute; its folder is made. */
  file: string;
}): Promise<{ file: string; commits: number }> {
  const { worktree, base, sha, file } = options;
  if (!isAbsolute(file))
    throw inputError(`${file} is not absolute.`, 'Name the patch file by its full path.');
  const range = `${base}..${sha}`;
  const commits = Number(line((await gitRead(worktree, ['rev-list', '--count', range])).stdout));
  if (commits === 0) throw inputError('There is no commit to write a patch of.', 'Commit the fix first.');
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.part`;
  try {
    await gitWrite(worktree, [...PLAIN, `--output=${unfinished}`, range]);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  return { file, commits };
}

/** Whatever format.* and diff.* the person has set. */
const PLAIN = [
  ...['-c', 'diff.noprefix=false', '-c', 'diff.mnemonicPrefix=false', '-c', 'format.coverLetter=false'],
  ...['format-patch', '--no-signature', '--no-attach', '--no-renames', '--binary', '--full-index'],
  ...['--no-ext-diff', '--no-textconv', '--no-to', '--no-cc', '--no-numbered'],
];
