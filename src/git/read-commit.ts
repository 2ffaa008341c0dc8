import { type ChangedFile, parseRaw } from './changes.ts';
import { treeOf } from './export-tree.ts';
import { type Checkout, gitRead } from './git.ts';
import { line, resolveCommit } from './repository.ts';

export interface CommitRecord {
  sha: string;
  tree: string;
  /** Its first parent; undefined for a first commit. */
  parent: string | undefined;
  subject: string;
  message: string;
  files: { path: string; status: ChangedFile['status'] }[];
}

/** A commit as it stands in the repository, with the files it changes against its first parent. */
export async function readCommit(checkout: Checkout, sha: string): Promise<CommitRecord> {
  const [message, tree, parent, raw] = await Promise.all([
    gitRead(checkout, ['log', '-1', '--format=%B', sha]),
    treeOf(checkout, sha),
    resolveCommit(checkout, `${sha}^`),
    gitRead(checkout, [
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
  return {
    sha,
    tree,
    parent,
    subject: line(message.stdout.split('\n')[0] ?? ''),
    message: message.stdout,
    files: parseRaw(raw.stdout).map(({ path, status }) => ({ path, status })),
  };
}
