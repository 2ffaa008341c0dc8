import { type Checkout, gitList, nulSeparated } from '../git/git.ts';

/**
 * The files in which a working tree differs from `base`, committed or not, new ones too; a rename is two. `changedFiles` for
 * a worktree that somebody else works in: nothing is written, and git does not go into the repositories within it, whose
 * own settings may name programs: of these only their commit counts, which is all that could conflict. Throws as `gitList`.
 */
export async function namesChanged(checkout: Checkout, base: string): Promise<string[]> {
  const diff = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', '--ignore-submodules=dirty'];
  const lists = await Promise.all([
    gitList(checkout, [...diff, base, '--']),
    gitList(checkout, ['ls-files', '-z', '--others', '--exclude-standard']),
  ]);
  // git lists a repository inside the working tree as its folder.
  const names = lists.flatMap(({ stdout }) => nulSeparated(stdout)).map((path) => path.replace(/\/$/, ''));
  return [...new Set(names)].sort();
}
