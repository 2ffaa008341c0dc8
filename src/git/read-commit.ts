import { type ChangedFile, parseRaw } from './changes.ts';
import { type Checkout, gitList, gitRead, nulSeparated } from './git.ts';

export interface CommitRecord {
  sha: string;
  tree: string;
  /** Its first parent; undefined for a first commit. */
  parent: string | undefined;
  subject: string;
  message: string;
  files: { path: string; status: ChangedFile['status'] }[];
}

/** Paths that differ between two commits, each once: of a fix in several commits, all that it changes. */
export async function changedPaths(checkout: Checkout, from: string, to: string): Promise<string[]> {
  const names = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to];
  return nulSeparated((await gitList(checkout, names)).stdout);
}

/** A commit as it stands in the repository, with the files it changes against its first parent. */
export async function readCommit(checkout: Checkout, sha: string): Promise<CommitRecord> {
  const [commit, raw] = await Promise.all([
    gitRead(checkout, ['log', '-1', '--format=%T%n%P%n%B', sha]),
    gitList(checkout, [
      'diff-tree',
      '-r',
      '-z',
      '--raw',
      '--no-abbrev',
      '--no-renames',
      '--root',
      '--no-commit-id',
      sha,
    ]),
  ]);
  const [tree = '', parents = '', ...lines] = commit.stdout.split('\n');
  const parent = parents.split(' ')[0];
  return {
    sha,
    tree,
    parent: parent === '' ? undefined : parent,
    subject: lines[0] ?? '',
    message: lines.join('\n'),
    files: parseRaw(raw.stdout).map(({ path, status }) => ({ path, status })),
  };
}
