import { join } from 'node:path';
import type { Fence } from '../../src/git/fence.ts';
import { type Pushed, pushBranch } from '../../src/git/push.ts';
import { commit, ENV, git, repositoryWith, temporaryFolder, withOrigin } from './repositories.ts';

export const BRANCH = 'fix/sentry-shop-1';
export const INCIDENT = 'sentry:acme/SHOP-1';
export const REF = 'refs/pitcrew/fence/SHOP-1';

export const fence = (number: number, ledger = 'abc'): Fence => ({
  incident: INCIDENT,
  number,
  run: `r${number}-${ledger}`,
  ledger,
});

/** A repository with a remote and a fix that is committed, not pushed. */
export function withFix() {
  const root = repositoryWith();
  const origin = withOrigin(root);
  git(root, 'checkout', '-q', '-b', BRANCH);
  const sha = commit(root, 'fix(shop): x', { 'src/cart.ts': 'fixed\n' });
  return { root, origin, sha };
}

/** Another machine: a clone of the same remote, with its own fix of the same issue. */
export function elsewhere(origin: string) {
  const root = join(temporaryFolder(), 'clone');
  git(origin, 'clone', '-q', origin, root);
  git(root, 'checkout', '-q', '-b', BRANCH);
  const sha = commit(root, 'fix(shop): y', { 'src/cart.ts': 'fixed otherwise\n' });
  return { root, sha };
}

/** Pushes what the branch is at. */
export const push = (
  root: string,
  claim: Fence,
  options: { guard?: () => Promise<void>; env?: NodeJS.ProcessEnv } = {},
): Promise<Pushed> =>
  pushBranch({
    worktree: { root, env: options.env ?? ENV },
    branch: BRANCH,
    sha: git(root, 'rev-parse', BRANCH),
    fence: claim,
    guard: options.guard ?? (async () => {}),
  });

/** The commit that a ref of a repository is at; empty where there is none. */
export const at = (root: string, ref: string): string =>
  git(root, 'for-each-ref', '--format=%(objectname)', ref);

/** Branch and fence on the remote. */
export const state = (origin: string): [string, string] => [
  at(origin, `refs/heads/${BRANCH}`),
  at(origin, REF),
];
