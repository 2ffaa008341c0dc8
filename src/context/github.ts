import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { packageVersion } from '../core/package-root.ts';
import { run } from '../core/run.ts';
import { type RemoteRepository, remoteRepository } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import type { GitHubClient } from '../github/client.ts';
import { findGitHubToken } from '../github/token.ts';

export interface GitHubAccess {
  /** Absent where GitHub cannot be used; `missing` is then a sentence that says why. */
  client?: GitHubClient;
  /** `owner/name`, where known. */
  repository?: string;
  missing?: string;
}

export interface GitHubContextOptions {
  repository: Repository;
  config: Config;
  env: NodeJS.ProcessEnv;
  childEnv: NodeJS.ProcessEnv;
  clock: Clock;
  log: Log;
}

/** Finds repository, address and token. Throws nothing for what is missing: work goes on without GitHub. */
export async function openGitHub(options: GitHubContextOptions): Promise<GitHubAccess> {
  const remote = await remoteRepository(options.repository);
  const name = options.config.github.repository ?? (remote ? `${remote.owner}/${remote.name}` : undefined);
  if (name === undefined) {
    return {
      missing:
        'No GitHub repository is known: there is no remote called origin with an OWNER/NAME, and pitcrew.yml names none.',
    };
  }
  const baseUrl = options.env.GITHUB_API_URL?.trim() || apiOf(remote);
  if (baseUrl === undefined) {
    return {
      repository: name,
      missing: `The remote's host ${remote?.host ?? ''} is not GitHub's own; set GITHUB_API_URL if it is a GitHub server of yours.`,
    };
  }
  const token = await findGitHubToken({
    env: options.env,
    baseUrl,
    runGh: (args, timeoutMs) =>
      run('gh', args, { cwd: options.repository.root, env: options.childEnv, timeoutMs }),
  });
  if (token === undefined) {
    return {
      repository: name,
      missing:
        'No GitHub token was found in GITHUB_TOKEN, GH_TOKEN or the GitHub command line (gh auth login).',
    };
  }
  const [owner = '', repository = ''] = name.split('/');
  const { openGitHubClient } = await import('../github/client.ts');
  const client = await openGitHubClient({
    baseUrl,
    token: token.value,
    owner,
    repository,
    userAgent: `pitcrew/${packageVersion()}`,
    clock: options.clock,
    log: options.log,
  });
  return { client, repository: name };
}

/** Only GitHub's own hosts are derived from a remote: a cloned repository must not decide where a token is sent. */
function apiOf(remote: RemoteRepository | undefined): string | undefined {
  if (!remote || remote.host === 'github.com') return 'https://api.github.com';
  if (remote.host.endsWith('.ghe.com')) return `https://api.${remote.host}`;
  return undefined;
}
