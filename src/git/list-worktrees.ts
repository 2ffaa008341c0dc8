import { type Checkout, gitRead } from './git.ts';

export interface WorktreeEntry {
  path: string;
  head?: string;
  /** Without `refs/heads/`; absent when HEAD is detached. */
  branch?: string;
  bare: boolean;
  /** The reason it is locked, empty where none was given; absent when it is not locked. */
  locked?: string;
  /** Why git would forget it: mostly that the folder is gone. */
  prunable?: string;
}

/** All worktrees that git knows of, the main one first. */
export async function listWorktrees(checkout: Checkout): Promise<WorktreeEntry[]> {
  const { stdout } = await gitRead(checkout, ['worktree', 'list', '--porcelain', '-z']);
  return stdout
    .split('\0\0')
    .filter((block) => block.startsWith('worktree '))
    .map((block) => entryOf(block.split('\0')));
}

function entryOf(attributes: readonly string[]): WorktreeEntry {
  const value = (name: string): string | undefined => {
    const found = attributes.find((attribute) => attribute === name || attribute.startsWith(`${name} `));
    return found?.slice(name.length + 1);
  };
  const branch = value('branch')?.replace(/^refs\/heads\//, '');
  const head = value('HEAD');
  const locked = value('locked');
  const prunable = value('prunable');
  return {
    path: value('worktree') ?? '',
    bare: value('bare') !== undefined,
    ...(head === undefined ? {} : { head }),
    ...(branch === undefined ? {} : { branch }),
    ...(locked === undefined ? {} : { locked }),
    ...(prunable === undefined ? {} : { prunable }),
  };
}
