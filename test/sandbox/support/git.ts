import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../src/core/run.ts';
import { temporaryDirectory } from './sandbox.ts';

export interface BareRepository {
  path: string;
  /** Commits a file on a branch (made from main) and pushes it; gives the commit. */
  push(branch: string, file: string, content: string): Promise<string>;
}

const AUTHOR = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.org' };
const COMMITTER = { GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.org' };

/** A bare repository with one commit on `main`, and a clone of it to push from. */
export async function bareRepository(): Promise<BareRepository> {
  const root = await temporaryDirectory();
  const path = join(root, 'shop.git');
  const clone = join(root, 'clone');
  const env = { ...process.env, ...AUTHOR, ...COMMITTER, GIT_CONFIG_GLOBAL: '/dev/null' };
  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('git', args, { cwd, env, timeoutMs: 30_000 });
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  await git(root, 'init', '--quiet', '--bare', '--initial-branch=main', path);
  await git(root, 'init', '--quiet', '--initial-branch=main', clone);
  const push = async (branch: string, file: string, content: string): Promise<string> => {
    await git(clone, 'switch', '--quiet', '--force-create', branch);
    await mkdir(join(clone, file, '..'), { recursive: true });
    await writeFile(join(clone, file), content);
    await git(clone, 'add', '--', file);
    await git(clone, 'commit', '--quiet', '--message', `Change ${file}`);
    await git(clone, 'push', '--quiet', path, branch);
    return git(clone, 'rev-parse', 'HEAD');
  };
  await push('main', '.github/CODEOWNERS', '* @ada\n');
  return { path, push };
}
