import { gitRead, gitWrite } from '../git/git.ts';
import { defaultBase, type Repository, resolveCommit } from '../git/repository.ts';

export interface BaseBranch {
  /** Without `origin/`. */
  branch: string;
  /** For people. */
  place: string;
  /** True where the tools would take it by themselves. */
  isDefault: boolean;
}

/**
 * The branch that fixes start from. What `origin/HEAD` names; where a clone has none, what the remote says; without a
 * remote `main` or `master`, else what is checked out. Undefined before the first commit.
 */
export async function findBase(repository: Repository, remoteSays?: string): Promise<BaseBranch | undefined> {
  const built = await defaultBase(repository).catch(() => undefined);
  if (built === undefined) return undefined;
  if (built.ref.startsWith('origin/'))
    return { branch: built.ref.slice('origin/'.length), place: 'origin/HEAD', isDefault: true };
  const told = remoteSays ?? (await remoteHead(repository));
  if (told !== undefined && (await resolveCommit(repository, told)) !== undefined)
    return { branch: told, place: "the remote's default branch", isDefault: false };
  const usual = await firstOf(repository, ['main', 'master']);
  if (usual !== undefined && usual !== built.ref)
    return { branch: usual, place: 'a local branch of the usual name', isDefault: false };
  return { branch: built.ref, place: 'what is checked out', isDefault: true };
}

const REMOTE_MS = 10_000;

/** Asks the remote itself; undefined where there is none, or it does not answer. */
async function remoteHead(repository: Repository): Promise<string | undefined> {
  const remotes = await gitRead(repository, ['remote']);
  if (!remotes.stdout.split('\n').includes('origin')) return undefined;
  const answer = await gitWrite(repository, ['ls-remote', '--symref', 'origin', 'HEAD'], {
    timeoutMs: REMOTE_MS,
    accept: [0, 2, 128],
  }).catch(() => undefined);
  return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(answer?.stdout ?? '')?.[1];
}

async function firstOf(repository: Repository, names: readonly string[]): Promise<string | undefined> {
  for (const name of names)
    if ((await resolveCommit(repository, `refs/heads/${name}`)) !== undefined) return name;
  return undefined;
}
