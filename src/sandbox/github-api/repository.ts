import { createHash } from 'node:crypto';
import type { Loose } from '../loose.ts';
import type { Handler } from '../router.ts';
import { type GithubContext, notFound, repositoryOf, VIEWER } from './context.ts';
import { type Commit, imaginedCommit } from './remote.ts';
import { repositoryView } from './repository-view.ts';
import { viewerView } from './user-view.ts';

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
    const url = `${context.apiUrl()}/repos/${repository}/branches/${name}`;
    const body = {
      name,
      commit: commitView(context, repository, sha, await context.remote?.commit(sha)),
      _links: { self: url, html: `${context.siteUrl()}/${repository}/tree/${name}` },
      protected: false,
      protection: {
        enabled: false,
        required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
      },
      protection_url: `${url}/protection`,
    };
    return { status: 200, body };
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
    const sha = blobHash(file);
    const links = {
      self: `${context.apiUrl()}/repos/${repository}/contents/${path}?ref=${ref}`,
      git: `${context.apiUrl()}/repos/${repository}/git/blobs/${sha}`,
      html: `${context.siteUrl()}/${repository}/blob/${ref}/${path}`,
    };
    return {
      status: 200,
      body: {
        type: 'file',
        encoding: 'base64',
        size: file.length,
        name: path.split('/').at(-1),
        path,
        content: file.toString('base64'),
        sha,
        url: links.self,
        git_url: links.git,
        html_url: links.html,
        download_url: null,
        _links: links,
      },
    };
  };

/** A commit; what of it cannot be read (a remote elsewhere, or none) is empty. */
function commitView(
  context: GithubContext,
  repository: string,
  sha: string,
  commit: Commit | undefined,
): Loose {
  const api = `${context.apiUrl()}/repos/${repository}`;
  const url = `${api}/commits/${sha}`;
  const page = `${context.siteUrl()}/${repository}/commit`;
  const tree = commit?.tree ?? imaginedCommit(sha);
  return {
    sha,
    node_id: `C_${sha}`,
    url,
    html_url: `${page}/${sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${api}/git/commits/${sha}`,
      author: commit?.author ?? null,
      committer: commit?.committer ?? null,
      message: commit?.message ?? '',
      comment_count: 0,
      tree: { sha: tree, url: `${api}/git/trees/${tree}` },
    },
    author: null,
    committer: null,
    parents: (commit?.parents ?? []).map((parent) => ({
      sha: parent,
      url: `${api}/commits/${parent}`,
      html_url: `${page}/${parent}`,
    })),
  };
}

/** As git names a file's content. */
const blobHash = (content: Buffer): string =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

export const getViewer =
  (context: GithubContext): Handler =>
  () => ({ status: 200, body: viewerView(context, VIEWER) });

const defaultBranch = async (context: GithubContext): Promise<string> =>
  (await context.remote?.defaultBranch()) ?? 'main';
