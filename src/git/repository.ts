import { realpath } from 'node:fs/promises';
import { inputError, messageOf, PitcrewError } from '../core/errors.ts';
import { type Checkout, gitRead, nulSeparated } from './git.ts';

export interface Repository extends Checkout {
  /** The directory that all worktrees share: `.git` of the main checkout. */
  commonDirectory: string;
  /** The main working tree; around a bare repository with worktrees, the checkout that was opened. */
  mainCheckout: string;
}

/**
 * Finds the repository around `cwd`. A repository without commits can be opened; `headOf` refuses it.
 * Throws input errors where there is none, where it is bare, and where git is missing.
 */
export async function openRepository(options: {
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}): Promise<Repository> {
  const root = await realpath(options.cwd).catch((thrown: unknown) => {
    throw inputError(`${options.cwd} is no folder: ${messageOf(thrown)}.`, 'Name a folder that exists.');
  });
  const start: Checkout = {
    root,
    env: options.env,
    ...(options.signal ? { signal: options.signal } : {}),
  };
  const seen = await lookAround(start);
  if (seen === undefined) {
    throw inputError(`${root} is not inside a git repository.`, 'Start Pitcrew in a checkout of your code.');
  }
  const [bare, inside, common = '', gitDirectory = ''] = seen;
  if (inside !== 'true') {
    const what = bare === 'true' ? 'a bare repository' : "git's own folder";
    throw inputError(`${root} is ${what}, without files to work on.`, 'Start Pitcrew in a checkout of it.');
  }
  const top = await gitRead(start, ['rev-parse', '--path-format=absolute', '--show-toplevel'], {
    climb: true,
  });
  const checkout: Checkout = { ...start, root: await realpath(line(top.stdout)) };
  const commonDirectory = await realpath(common);
  const isMain = commonDirectory === (await realpath(gitDirectory));
  return {
    ...checkout,
    commonDirectory,
    mainCheckout: isMain ? checkout.root : await mainCheckoutOf(checkout),
  };
}

/**
 * The checkout at `path`, after making sure that git agrees. A worktree whose folder was reaped or recycled is
 * refused here instead of letting git act on the checkout around it.
 */
export async function checkoutAt(repository: Checkout, path: string): Promise<Checkout> {
  const hint = 'Create the worktree again; committed work is still on its branch.';
  const root = await realpath(path).catch(() => {
    throw inputError(`There is no folder ${path}.`, hint);
  });
  const checkout: Checkout = {
    root,
    env: repository.env,
    ...(repository.signal ? { signal: repository.signal } : {}),
  };
  const { top, gitDirectory } = await placesOf(checkout);
  const actual = top === undefined ? undefined : await realpath(top);
  if (actual !== root) throw inputError(`${path} is not the top of a git checkout.`, hint);
  if (gitDirectory !== undefined) gitDirectories.set(checkout, gitDirectory);
  return checkout;
}

/** The same repository seen from its main checkout, which is not the worktree that is about to go. */
export const atMainCheckout = (repository: Repository): Repository => ({
  ...repository,
  root: repository.mainCheckout,
});

/** The commit that is checked out, and its branch unless HEAD is detached. Input error before the first commit. */
export async function headOf(checkout: Checkout): Promise<{ sha: string; branch?: string }> {
  const [sha, branch] = await Promise.all([resolveCommit(checkout, 'HEAD'), symbolicRef(checkout, 'HEAD')]);
  if (sha === undefined) {
    throw inputError('The repository has no commits yet.', 'Make a first commit, then start again.');
  }
  return branch === undefined ? { sha } : { sha, branch };
}

/** The full id of the commit that `ref` names, or undefined. */
export async function resolveCommit(checkout: Checkout, ref: string): Promise<string | undefined> {
  if (ref === '' || ref.includes('\0') || ref.includes('\n')) return undefined;
  const found = await gitRead(checkout, ['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`], {
    accept: [0, 1, 128],
  });
  return found.code === 0 ? line(found.stdout) : undefined;
}

/** Whether `ancestor` is reachable from `descendant`; a commit is its own ancestor. Both must exist. */
export async function isAncestor(checkout: Checkout, ancestor: string, descendant: string): Promise<boolean> {
  const beyond = ['rev-list', '--count', '--max-count=1', ancestor, `^${descendant}`];
  return line((await gitRead(checkout, beyond)).stdout) === '0';
}

/**
 * Where a fix starts from: the remote's default branch as it was last fetched (`origin/HEAD`), so that a fix never
 * carries a colleague's unpushed work along; without one, what is checked out.
 */
export async function defaultBase(checkout: Checkout): Promise<{ ref: string; sha: string }> {
  const ref = await symbolicRef(checkout, 'refs/remotes/origin/HEAD');
  const sha = ref === undefined ? undefined : await resolveCommit(checkout, `refs/remotes/${ref}`);
  if (ref !== undefined && sha !== undefined) return { ref, sha };
  const head = await headOf(checkout);
  return { ref: head.branch ?? 'HEAD', sha: head.sha };
}

/**
 * The files of a commit, or without `ref` those of the working tree: tracked ones that exist, and untracked ones
 * that are not ignored. Relative to the root, with `/`.
 */
export async function listFiles(checkout: Checkout, ref?: string): Promise<string[]> {
  if (ref !== undefined) {
    const sha = await resolveCommit(checkout, ref);
    if (sha === undefined) throw inputError(`${ref} names no commit here.`, 'Fetch it, or name another one.');
    return nulSeparated(
      (await gitRead(checkout, ['ls-tree', '-r', '-z', '--full-tree', '--name-only', sha])).stdout,
    );
  }
  // One question for both: `-t` puts a letter before each, `R ` before a tracked file that is gone.
  const list = ['ls-files', '-z', '-t', '--exclude-standard', '--cached', '--others', '--deleted'];
  const rows = nulSeparated((await gitRead(checkout, list)).stdout);
  const gone = new Set(rows.filter((row) => row.startsWith('R ')).map((row) => row.slice(2)));
  return [...new Set(rows.map((row) => row.slice(2)))].filter((path) => !gone.has(path));
}

/** The checkout's own administrative directory: `.git`, or `.git/worktrees/NAME` of a worktree. */
export async function gitDirectoryOf(checkout: Checkout): Promise<string> {
  const known = gitDirectories.get(checkout);
  if (known !== undefined) return known;
  return line((await gitRead(checkout, ['rev-parse', '--absolute-git-dir'])).stdout);
}

/** The answer without its line end. */
export const line = (text: string): string => text.replace(/\r?\n$/, '');

async function lookAround(start: Checkout): Promise<string[] | undefined> {
  const questions = ['--is-bare-repository', '--is-inside-work-tree'];
  const places = ['--path-format=absolute', '--git-common-dir', '--absolute-git-dir'];
  try {
    const answer = await gitRead(start, ['rev-parse', ...questions, ...places], { climb: true });
    return answer.stdout.split('\n');
  } catch (thrown) {
    if (thrown instanceof PitcrewError && /not a git repository/.test(thrown.message)) return undefined;
    throw thrown;
  }
}

async function mainCheckoutOf(checkout: Checkout): Promise<string> {
  const listed = await gitRead(checkout, ['worktree', 'list', '--porcelain', '-z']);
  const [first = '', second = ''] = listed.stdout.split('\0');
  const path = first.replace(/^worktree /, '');
  if (second === 'bare') return checkout.root;
  // In a submodule git names the module's store here, which is no working tree.
  return checkoutAt(checkout, path).then(
    (main) => main.root,
    () => checkout.root,
  );
}

async function placesOf(checkout: Checkout): Promise<{ top?: string; gitDirectory?: string }> {
  const both = await gitRead(checkout, ['rev-parse', '--absolute-git-dir', '--show-toplevel'], {
    accept: [0, 128],
  });
  if (both.code !== 0) return {};
  const [gitDirectory = '', top = '', ...more] = line(both.stdout).split('\n');
  if (more.length === 0) return { top, gitDirectory };
  // A path that holds a line break.
  return { top: line((await gitRead(checkout, ['rev-parse', '--show-toplevel'])).stdout) };
}

/** Of checkouts that `checkoutAt` has just looked at: processes are most of what these calls cost. */
const gitDirectories = new WeakMap<Checkout, string>();

async function symbolicRef(checkout: Checkout, name: string): Promise<string | undefined> {
  const answer = await gitRead(checkout, ['symbolic-ref', name], { accept: [0, 1, 128] });
  return answer.code === 0 ? line(answer.stdout).replace(/^refs\/(heads|remotes)\//, '') : undefined;
}
