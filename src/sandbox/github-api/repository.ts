import type { Handler } from '../router.ts';
import { type GithubContext, notFound, repositoryOf, VIEWER } from './context.ts';
import { imaginedCommit } from './remote.ts';
import { repositoryView, userView } from './views.ts';

export const getRepository =
  (context: GithubContext): Handler =>
  async (call) => {
    const repository = repositoryOf(context, call);
    return { status: 200, body: repositoryView(context, repository, await defaultBranch(context)) };
  };

/** No rules: the branch name must be one's own business to check. */
export const listBranchRules =
  (context: GithubContext): Handler =>
  (call) => {
    repositoryOf(context, call);
    return { status: 200, body: [] };
  };

export const getBranch =
  (context: GithubContext): Handler =>
  async (call) => {
    const repository = repositoryOf(context, call);
    const name = call.params.branch ?? '';
    const sha = context.remote ? await context.remote.branch(name) : imaginedCommit(name);
    if (sha === undefined) throw notFound();
    const url = `${context.apiUrl()}/repos/${repository}/commits/${sha}`;
    return { status: 200, body: { name, commit: { sha, url }, protected: false } };
  };

/** A file of the remote, `ref` or the default branch; directories are not listed. */
export const getContents =
  (context: GithubContext): Handler =>
  async (call) => {
    const repository = repositoryOf(context, call);
    const path = call.params.path ?? '';
    const ref = call.query.get('ref') ?? (await defaultBranch(context));
    const file = await context.remote?.file(path, ref);
    if (!file) throw notFound();
    return {
      status: 200,
      body: {
        type: 'file',
        encoding: 'base64',
        size: file.length,
        name: path.split('/').at(-1),
        path,
        content: file.toString('base64'),
        sha: imaginedCommit(file.toString('base64')),
        url: `${context.apiUrl()}/repos/${repository}/contents/${path}?ref=${ref}`,
      },
    };
  };

export const getViewer =
  (context: GithubContext): Handler =>
  () => ({ status: 200, body: userView(context, VIEWER) });

const defaultBranch = async (context: GithubContext): Promise<string> =>
  (await context.remote?.defaultBranch()) ?? 'main';
