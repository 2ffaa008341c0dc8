import type { Config } from '../../config/config.ts';
import { untrustedBlock } from '../../core/untrusted.ts';
import { gitRead, gitWrite } from '../../git/git.ts';
import { headOf, type Repository } from '../../git/repository.ts';
import { askGitHub } from '../github-probe.ts';
import { githubMissing, githubNext, hostingOf } from '../hosting.ts';
import type { World } from '../world.ts';
import { type Check, reporter } from './check.ts';

const say = reporter('github');

const GITHUB_LIMIT_MS = 15_000;

/** Repository, token and its permissions. Without GitHub the work still ends as a branch and a patch: that is a warning. */
export async function checkGitHub(world: World, repository: Repository, config: Config): Promise<Check[]> {
  const access = await world.openGitHub(repository, config);
  const hosting = await hostingOf(world, repository, access.repository);
  const missing = githubMissing(hosting, access.missing);
  const next = githubNext(hosting);
  if (access.repository === undefined) return [say.warn('github-repository', missing, next)];
  const named = say.ok('github-repository', `Repository ${access.repository}`);
  if (access.client === undefined) return [named, say.warn('github-token', missing, next)];
  try {
    const signal = AbortSignal.any([world.signal, AbortSignal.timeout(GITHUB_LIMIT_MS)]);
    const said = await askGitHub(access.client, signal);
    return [named, say.ok('github-token', 'GitHub accepts the token'), permissions(said, access.repository)];
  } catch (error) {
    return [named, say.thrown('github-token', error)];
  }
}

function permissions(said: { mayPush?: boolean; archived: boolean }, name: string): Check {
  if (said.archived)
    return say.fail(
      'github-permissions',
      `${name} is archived: nothing can be pushed to it.`,
      'Name another repository as github.repository.',
      'refused',
    );
  if (said.mayPush === undefined)
    return say.unknown('github-permissions', 'Whether the token may push is not told');
  return said.mayPush
    ? say.ok('github-permissions', 'The token may push and open pull requests')
    : say.fail(
        'github-permissions',
        `The token may not push to ${name}.`,
        'Use a token with write access to contents and pull requests, or work in a fork.',
        'refused',
      );
}

const PUSH_LIMIT_MS = 20_000;
const PROBE_BRANCH = 'refs/heads/pitcrew/doctor-dry-run';

/** Asks the remote whether a new branch could be pushed, as git itself would: by a dry run, which sends nothing. */
export async function checkPush(repository: Repository): Promise<Check[]> {
  const remotes = await gitRead(repository, ['remote']);
  if (!remotes.stdout.split('\n').includes('origin'))
    return [
      say.warn(
        'push',
        'There is no remote called origin to push to.',
        'Add one; until then the work ends as a local branch and a patch file.',
      ),
    ];
  const head = await headOf(repository).catch(() => undefined);
  if (head === undefined) return [say.unknown('push', 'Nothing to push before the first commit')];
  const tried = await gitWrite(
    repository,
    [
      'push',
      '--dry-run',
      '--porcelain',
      '--no-follow-tags',
      '--recurse-submodules=no',
      'origin',
      `${head.sha}:${PROBE_BRANCH}`,
    ],
    { timeoutMs: PUSH_LIMIT_MS, accept: [0, 1, 128] },
  );
  if (tried.code === 0) return [say.ok('push', 'git may push to origin (a dry run)')];
  const said = untrustedBlock(tried.stderr, 300).trim().split('\n').join(' ');
  return [
    say.fail(
      'push',
      `git cannot push to origin: ${said || `exit code ${tried.code}`}`,
      'Make git push work by hand: an ssh key, or gh auth setup-git for https.',
      'upstream',
    ),
  ];
}
