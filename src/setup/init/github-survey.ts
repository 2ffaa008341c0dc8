import type { Config } from '../../config/config.ts';
import { messageOf, PitcrewError } from '../../core/errors.ts';
import type { Repository } from '../../git/repository.ts';
import { askGitHub, type GitHubRepository } from '../github-probe.ts';
import { githubMissing, githubNext, type Hosting, hostingOf, isGitHub } from '../hosting.ts';
import type { World } from '../world.ts';

export interface GitHubSurvey {
  repository?: { value: string; place: string };
  /** What became of the token: `unasked` where it is not known what it would be for. */
  token: 'accepted' | 'refused' | 'missing' | 'unasked';
  /** Absent where GitHub was not, or could not be, asked. */
  said?: GitHubRepository;
  /** Why it was not, and what a person does about it. */
  missing?: { what: string; next: string };
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
  const hosting = await hostingOf(world, repository, named);
  const isKnown = isGitHub(hosting);
  const survey: GitHubSurvey = {
    token: named === undefined || !isKnown ? 'unasked' : 'missing',
    ...(named === undefined ? {} : { repository: { value: named, place: placeOf(config, hosting) } }),
  };
  if (!('client' in access) || access.client === undefined)
    return {
      ...survey,
      missing: { what: githubMissing(hosting, access.missing), next: githubNext(hosting) },
    };
  try {
    const signal = AbortSignal.any([world.signal, AbortSignal.timeout(GITHUB_LIMIT_MS)]);
    return { ...survey, token: 'accepted', said: await askGitHub(access.client, signal) };
  } catch (error) {
    const next = error instanceof PitcrewError ? error.hint : githubNext(hosting);
    return { ...survey, token: 'refused', missing: { what: messageOf(error), next } };
  }
}

function placeOf({ github, source }: Config, hosting: Hosting): string {
  if (github.repository !== undefined) return source ?? '';
  const { host } = hosting;
  return `the remote origin${host === undefined ? '' : ` on ${host}`}${isGitHub(hosting) ? '' : ', not known to be GitHub'}`;
}
