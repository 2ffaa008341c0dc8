/** One file of a diff between two trees, with both contents. A rename is one change with both paths. */
export interface FileChange {
  /** Relative to the root, with `/`. */
  path: string;
  oldPath?: string;
  /** `type`: a file became a symbolic link or the like. */
  status: 'added' | 'modified' | 'deleted' | 'renamed' | 'type';
  /** Six octal digits, as in a tree: `100644`, `100755`, `120000` (link), `160000` (submodule). */
  oldMode?: string;
  mode?: string;
  /** Bytes of the new content; 0 for a deleted file. */
  size: number;
  linesAdded: number;
  linesRemoved: number;
  /** Contents, decoded as UTF-8 with U+FFFD for what is not; absent where there is none, or it was too large to read. */
  before?: string;
  after?: string;
  /** Another path of the new tree that differs from this one only in case or Unicode form. */
  namesake?: string;
}

/** What a project allows: `policy` of pitcrew.yml. */
export interface DiffRules {
  /** Globs of protected paths, besides those that are always protected. */
  protected: readonly string[];
  maxFiles: number;
  maxLines: number;
}

export type RuleName =
  | 'protected-path'
  | 'too-many-files'
  | 'too-many-lines'
  | 'bad-path'
  | 'case-collision'
  | 'submodule'
  | 'symbolic-link'
  | 'mode-change'
  | 'binary-file'
  | 'not-utf8'
  | 'huge-file'
  | 'secret'
  | 'hidden-characters'
  | 'test-removed'
  | 'test-weakened'
  | 'test-skipped'
  | 'snapshot-rewritten'
  | 'check-config'
  | 'check-silenced';

/** What speaks against a change, in one sentence for people. */
export interface Finding {
  rule: RuleName;
  path: string;
  /** From 1, in the new content (in the old one where something was taken away). */
  line?: number;
  sentence: string;
  /** Whether a person may allow it. What nobody can see or judge in a diff is never allowed. */
  approvable: boolean;
}
