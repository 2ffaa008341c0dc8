import type { Loose } from '../loose.ts';
import { type GithubContext, githubTime } from './context.ts';

/** A person as GitHub's objects carry one. */
export function userView(context: GithubContext, login: string): Loose {
  const url = `${context.apiUrl()}/users/${login}`;
  const id = [...login].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_000_007, 7);
  return {
    login,
    id,
    node_id: `U_${id}`,
    avatar_url: `${context.siteUrl()}/${login}.png`,
    gravatar_id: '',
    url,
    html_url: `${context.siteUrl()}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'User',
    site_admin: false,
  };
}

/** The owner of the token, who alone is told more about. */
export const viewerView = (context: GithubContext, login: string): Loose => ({
  ...userView(context, login),
  name: null,
  company: null,
  blog: null,
  location: null,
  email: null,
  hireable: null,
  bio: null,
  public_repos: 0,
  public_gists: 0,
  followers: 0,
  following: 0,
  created_at: githubTime(context.since),
  updated_at: githubTime(context.since),
  private_gists: 0,
  total_private_repos: context.repository === null ? 0 : 1,
  owned_private_repos: context.repository === null ? 0 : 1,
  disk_usage: 0,
  collaborators: context.collaborators?.length ?? 0,
  two_factor_authentication: true,
});
