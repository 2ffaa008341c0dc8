import type { Config } from '../../config/config.ts';
import { messageOf } from '../../core/errors.ts';
import { remoteRepository } from '../../git/remote.ts';
import type { Repository } from '../../git/repository.ts';
import { askGitHub, type GitHubRepository } from '../github-probe.ts';
import type { World } from '../world.ts';

export interface GitHubSurvey {
  repository?: { value: string; place: string };
  /** Absent where GitHub was not, or could not be, asked. */
  said?: GitHubRepository;
  /** Why it was not: a sentence. */
  missing?: string;
}

const GITHUB_LIMIT_MS = 15_000;

/** The repository that the remote names, and what GitHub says about it where there is a token. Throws nothing. */
export async function surveyGitHub(
  world: World,
  repository: Repository,
  config: Config,
): Promise<GitHubSurvey> {
  const access = await world
    .openGitHub(repository, config)
    .catch((error: unknown) => ({ missing: messageOf(error) }));
  const named = 'repository' in access ? access.repository : undefined;
  const remote = await remoteRepository(repository);
  const place =
    config.github.repository === undefined
      ? `the remote origin${remote ? ` on ${remote.host}` : ''}`
      : (config.source ?? '');
  const survey: GitHubSurvey = named === undefined ? {} : { repository: { value: named, place } };
  if (!('client' in access) || access.client === undefined)
    return { ...survey, ...(access.missing === undefined ? {} : { missing: access.missing }) };
  try {
    return { ...survey, said: await askGitHub(access.client, AbortSignal.timeout(GITHUB_LIMIT_MS)) };
  } catch (error) {
    return { ...survey, missing: messageOf(error) };
  }
}
