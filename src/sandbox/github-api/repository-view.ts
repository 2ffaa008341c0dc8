import type { Loose } from '../loose.ts';
import { type GithubContext, githubTime } from './context.ts';
import { userView } from './user-view.ts';

/** The repository in its full form, which is also the one inside a pull request. */
export function repositoryView(context: GithubContext, repository: string, defaultBranch: string): Loose {
  const [owner = '', name = ''] = repository.split('/');
  const url = `${context.apiUrl()}/repos/${repository}`;
  const page = `${context.siteUrl()}/${repository}`;
  const open = openIssues(context, repository);
  const since = githubTime(context.since);
  return {
    id: 1,
    node_id: 'R_1',
    name,
    full_name: repository,
    private: true,
    visibility: 'private',
    owner: userView(context, owner),
    html_url: page,
    url,
    ...linksOf(url),
    git_url: `${page.replace(/^https?:/, 'git:')}.git`,
    ssh_url: `git@${new URL(page).hostname}:${repository}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    description: null,
    language: null,
    license: null,
    topics: [],
    fork: false,
    is_template: false,
    archived: false,
    disabled: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    has_downloads: true,
    forks: 0,
    forks_count: 0,
    network_count: 0,
    stargazers_count: 0,
    subscribers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: open,
    open_issues_count: open,
    size: 0,
    default_branch: defaultBranch,
    pushed_at: since,
    created_at: since,
    updated_at: since,
    permissions: { admin: false, maintain: false, push: true, triage: true, pull: true },
  };
}

const openIssues = ({ database }: GithubContext, repository: string): number =>
  database.get<{ open: number }>(
    "SELECT COUNT(*) AS open FROM github_issues WHERE repository = ? AND state = 'open'",
    repository,
  )?.open ?? 0;

/** What follows the repository's own address in each of its links. */
const LINKS: Record<string, string> = {
  archive: '/{archive_format}{/ref}',
  assignees: '/assignees{/user}',
  blobs: '/git/blobs{/sha}',
  branches: '/branches{/branch}',
  collaborators: '/collaborators{/collaborator}',
  comments: '/comments{/number}',
  commits: '/commits{/sha}',
  compare: '/compare/{base}...{head}',
  contents: '/contents/{+path}',
  contributors: '/contributors',
  deployments: '/deployments',
  downloads: '/downloads',
  events: '/events',
  forks: '/forks',
  git_commits: '/git/commits{/sha}',
  git_refs: '/git/refs{/sha}',
  git_tags: '/git/tags{/sha}',
  hooks: '/hooks',
  issue_comment: '/issues/comments{/number}',
  issue_events: '/issues/events{/number}',
  issues: '/issues{/number}',
  keys: '/keys{/key_id}',
  labels: '/labels{/name}',
  languages: '/languages',
  merges: '/merges',
  milestones: '/milestones{/number}',
  notifications: '/notifications{?since,all,participating}',
  pulls: '/pulls{/number}',
  releases: '/releases{/id}',
  stargazers: '/stargazers',
  statuses: '/statuses/{sha}',
  subscribers: '/subscribers',
  subscription: '/subscription',
  tags: '/tags',
  teams: '/teams',
  trees: '/git/trees{/sha}',
};

const linksOf = (url: string): Loose =>
  Object.fromEntries(Object.entries(LINKS).map(([name, path]) => [`${name}_url`, `${url}${path}`]));
