import { discoverChecks } from '../../checks/discover-checks.ts';
import type { CheckCommand } from '../../checks/run-check.ts';
import { type Config, loadConfig } from '../../config/config.ts';
import { atMainCheckout, headOf, listFiles, openRepository, type Repository } from '../../git/repository.ts';
import { type BaseBranch, findBase } from '../base-branch.ts';
import { clientPlace } from '../client-place.ts';
import type { Client, Place } from '../clients/client.ts';
import { withoutNpm } from '../clients/launch.ts';
import { CLIENTS } from '../clients/plan-wiring.ts';
import { discoverProject, type Project } from '../project/discover-project.ts';
import { findTraces, type Traces } from '../traces/traces.ts';
import { programFinder, type World } from '../world.ts';
import { type GitHubSurvey, surveyGitHub } from './github-survey.ts';
import { type SentrySurvey, surveySentry } from './sentry-survey.ts';

/** All that was found without asking a person, and without changing anything. */
export interface Survey {
  repository: Repository;
  hasCommits: boolean;
  config: Config;
  sentry: SentrySurvey;
  traces: Traces;
  github: GitHubSurvey;
  base: BaseBranch | undefined;
  project: Project;
  /** What the tools find by themselves where pitcrew.yml has no `checks`. */
  ownChecks: CheckCommand[];
  place: Place;
  clients: { client: Client; sign: string }[];
}

/** Is told what is being waited for, while it lasts. */
export type Watch = <T>(name: string, work: Promise<T>) => Promise<T>;

/**
 * Looks at the repository around `cwd`, and at Sentry and GitHub with what is found there. Input errors as for any
 * command; the signal's reason when broken off.
 */
export async function survey(
  world: World,
  flags: { organization?: string; projects: readonly string[] },
  watch: Watch,
): Promise<Survey> {
  const repository = await openRepository({ cwd: world.cwd, env: world.env, signal: world.signal });
  const root = repository.mainCheckout;
  const files = await listFiles(atMainCheckout(repository));
  const traces = await findTraces(atMainCheckout(repository), files);
  // The file as it lies there is what init shows and completes, committed or not.
  const config = await loadConfig(root, async () => undefined);
  const [sentry, github, project, ownChecks, place, hasCommits] = await Promise.all([
    watch('Sentry', surveySentry(world, { root, config, flags, traces })),
    watch('GitHub', surveyGitHub(world, repository, config)),
    projectIn(root, files, world),
    discoverChecks(root),
    clientPlace(world, root),
    headOf(repository).then(
      () => true,
      () => false,
    ),
  ]);
  const base = await watch('the remote', findBase(atMainCheckout(repository), github.said?.defaultBranch));
  world.signal.throwIfAborted();
  const clients = CLIENTS.flatMap((client) => {
    const sign = client.sign(place);
    return sign === undefined ? [] : [{ client, sign }];
  });
  return { repository, hasCommits, config, sentry, traces, github, base, project, ownChecks, place, clients };
}

const projectIn = (root: string, files: readonly string[], world: World): Promise<Project> =>
  discoverProject({ root, files, onPath: programFinder(withoutNpm(world.env.PATH ?? '')) });
