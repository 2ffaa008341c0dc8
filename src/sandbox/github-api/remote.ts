import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { childEnvironment, run } from '../../core/run.ts';

export interface Commit {
  tree: string;
  parents: string[];
  author: { name: string; email: string; date: string };
  committer: { name: string; email: string; date: string };
  message: string;
}

/** The git repository behind the API: what is pushed there is what the API knows. */
export interface Remote {
  /** The commit a branch stands at, or undefined where there is no such branch. */
  branch(name: string): Promise<string | undefined>;
  /** The branch HEAD points to, or undefined for an empty repository that names none. */
  defaultBranch(): Promise<string | undefined>;
  /** What a commit says; undefined where there is none, or the repository is not a local path. */
  commit(sha: string): Promise<Commit | undefined>;
  /** A file at a branch, tag or commit; undefined where there is none, or the repository is not a local path. */
  file(path: string, ref: string): Promise<Buffer | undefined>;
}

const GIT_TIMEOUT_MS = 20_000;

/** Asks `git` about the repository at `location`, a path or URL. */
export function openRemote(location: string, env: NodeJS.ProcessEnv, directory: string): Remote {
  const git = async (...args: string[]) =>
    run('git', args, {
      cwd: directory,
      env: { ...childEnvironment(env), GIT_TERMINAL_PROMPT: '0' },
      timeoutMs: GIT_TIMEOUT_MS,
      maxBytes: 8 * 1024 * 1024,
    });
  return {
    branch: async (name) => {
      const wanted = `refs/heads/${name}`;
      const { code, stdout, stderr } = await git('ls-remote', '--', location, wanted);
      if (code !== 0) throw new Error(`git ls-remote failed: ${stderr.trim()}`);
      const line = stdout.split('\n').find((one) => one.endsWith(`\t${wanted}`));
      return line?.split('\t')[0];
    },
    defaultBranch: async () => {
      const { stdout } = await git('ls-remote', '--symref', '--', location, 'HEAD');
      return /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(stdout)?.[1];
    },
    commit: async (sha) => {
      if (!isAbsolute(location)) return undefined;
      const format = `--format=${['%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x00')}`;
      const at = ['--git-dir', location, 'show', '--no-patch', format, '--end-of-options', sha];
      const { code, stdout } = await git(...at);
      return code === 0 ? commitFrom(stdout) : undefined;
    },
    file: async (path, ref) => {
      if (!isAbsolute(location)) return undefined;
      const { code, stdout } = await git('--git-dir', location, 'show', '--end-of-options', `${ref}:${path}`);
      return code === 0 ? Buffer.from(stdout, 'utf8') : undefined;
    },
  };
}

function commitFrom(text: string): Commit {
  const [
    tree = '',
    parents = '',
    name = '',
    email = '',
    date = '',
    by = '',
    byEmail = '',
    byDate = '',
    message = '',
  ] = text.split('\0');
  return {
    tree,
    parents: parents.split(' ').filter((sha) => sha !== ''),
    author: { name, email, date },
    committer: { name: by, email: byEmail, date: byDate },
    message: message.trimEnd(),
  };
}

/** Without a remote every branch exists, at a commit made up from its name. */
export const imaginedCommit = (branch: string): string => createHash('sha1').update(branch).digest('hex');
