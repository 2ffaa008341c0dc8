import { gitRead } from '../git/git.ts';
import { remoteRepository } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import { withoutNpm } from './clients/launch.ts';
import { programFinder, type World } from './world.ts';

/** What is known of where the code is hosted. */
export interface Hosting {
  /** `owner/name`, where one is known. */
  repository?: string;
  /** Of the remote; absent for none, and for a remote that is a folder. */
  host?: string;
  /** The names of all remotes. */
  remotes: readonly string[];
  /** `GITHUB_API_URL`. */
  apiUrl?: string | undefined;
  /** Whether the GitHub command line is installed. */
  hasGh: boolean;
}

/** Looks at the remotes. `named` is the GitHub repository that was found: `owner/name`. */
export async function hostingOf(world: World, repository: Repository, named?: string): Promise<Hosting> {
  const [remote, names] = await Promise.all([remoteRepository(repository), gitRead(repository, ['remote'])]);
  return {
    ...(named === undefined ? {} : { repository: named }),
    ...(remote ? { host: remote.host } : {}),
    remotes: names.stdout.split('\n').filter((name) => name !== ''),
    apiUrl: world.env.GITHUB_API_URL,
    hasGh: programFinder(withoutNpm(world.env.PATH ?? ''))('gh'),
  };
}

/** Why GitHub cannot be used: a sentence. `said` is what opening it gave. */
export function githubMissing(hosting: Hosting, said: string | undefined): string {
  const { repository, host, remotes } = hosting;
  if (repository === undefined && !remotes.includes('origin'))
    return `There is no remote called origin${remotes.length > 0 ? `, only ${remotes.join(', ')}` : ''}, and pitcrew.yml names no GitHub repository.`;
  if (repository === undefined && host === undefined)
    return 'The remote called origin is a folder or an address without OWNER/NAME, and pitcrew.yml names no GitHub repository.';
  if (host !== undefined && !isGitHub(hosting))
    return `The remote is on ${host}, which is not ${OTHERS.test(host) ? 'GitHub' : "GitHub's own"}.`;
  return said ?? 'GitHub cannot be used.';
}

/** What a person does so that GitHub can be used. */
export function githubNext(hosting: Hosting): string {
  const { repository, host, remotes, hasGh } = hosting;
  if (repository === undefined && remotes.includes('origin') && host === undefined)
    return `Name the repository as github.repository (OWNER/NAME) in pitcrew.yml, if it is on GitHub; ${UNTIL_THEN}`;
  if (repository === undefined)
    return `Give the repository a remote called origin, or name it as github.repository in pitcrew.yml; ${UNTIL_THEN}`;
  if (host !== undefined && !isGitHub(hosting))
    return OTHERS.test(host)
      ? `Nothing: pull requests are made on GitHub only. On ${host} ${WITHOUT}`
      : `If ${host} is a GitHub server of yours, set GITHUB_API_URL to https://${host}/api/v3 and GITHUB_TOKEN to a token of it; ${UNTIL_THEN}`;
  return hasGh
    ? `Run gh auth login, or set GITHUB_TOKEN; ${UNTIL_THEN}`
    : `Set GITHUB_TOKEN to a token that may write contents and pull requests; ${UNTIL_THEN}`;
}

/** Whether the remote is on a host whose API is GitHub's, as far as anything says so. */
export const isGitHub = ({ host, apiUrl }: Pick<Hosting, 'host' | 'apiUrl'>): boolean =>
  host === undefined || host === 'github.com' || host.endsWith('.ghe.com') || Boolean(apiUrl);

const WITHOUT = 'the work ends as a local branch and a patch file.';
const UNTIL_THEN = `until then ${WITHOUT}`;

/** Hosts that are known to be no GitHub. */
const OTHERS =
  /(^|[.-])(gitlab|bitbucket|codeberg|gitea|forgejo)([.-]|$)|^(ssh\.)?dev\.azure\.com$|\.visualstudio\.com$|^git\.sr\.ht$/;
