import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { packageRoot } from '../../src/core/package-root.ts';
import { childEnvironment, run } from '../../src/core/run.ts';
import { copySampleRepository, runTraffic } from '../../src/sandbox/sample-app/engineer.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { say } from './report.ts';

export const ORGANIZATION = 'pitstop';
export const GITHUB_REPOSITORY = 'pitstop/race-day';

export interface Stage {
  folder: string;
  repository: string;
  sandbox: Sandbox;
  /** What a Pitcrew server on this stage is started with. */
  env: Record<string, string>;
  close(keep: boolean): Promise<void>;
}

/** A folder with the sample app as a repository, its remote, and the sandbox, into which the app has crashed. */
export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-demo-'));
  const repository = join(folder, 'race-day');
  const remote = join(folder, 'remote.git');
  // The person's own Sentry and GitHub settings must not leak into the demo, nor their git settings.
  const home = { ...childEnvironment(process.env), HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  say('Making a git repository from the sample app');
  await copySampleRepository(repository);
  await writeFile(join(repository, 'pitcrew.yml'), PITCREW_YML);
  await symlink(join(packageRoot(), 'node_modules'), join(repository, 'node_modules'));
  await makeRepository(repository, remote, home);

  say('Starting the sandbox on loopback');
  const sandbox = await startSandbox({
    dataDirectory: join(folder, 'sandbox'),
    organization: ORGANIZATION,
    projects: ['race-day'],
    repository: GITHUB_REPOSITORY,
    remote,
    clock: systemClock,
    env: home,
  });
  for (const issue of GITHUB_ISSUES) sandbox.seedIssue(issue);

  say('Running the app with the real Sentry SDK until it has crashed enough');
  const traffic = await runTraffic({
    repository,
    dsn: sandbox.dsn(),
    release: 'race-day@1.4.0',
    env: home,
    node: process.execPath,
    now: systemClock(),
  });
  say(`  ${traffic.events} events reported, ${traffic.crashes} processes ended by a crash`);
  return {
    folder,
    repository,
    sandbox,
    env: {
      ...definedOnly(home),
      SENTRY_URL: sandbox.url,
      SENTRY_ORG: ORGANIZATION,
      SENTRY_AUTH_TOKEN: sandbox.token,
      GITHUB_API_URL: sandbox.githubUrl,
      GITHUB_TOKEN: sandbox.githubToken,
    },
    async close(keep) {
      await sandbox.close();
      if (!keep && process.env.PITCREW_DEMO_KEEP_FILES === undefined)
        await rm(folder, { recursive: true, force: true });
    },
  };
}

const PITCREW_YML = `sentry:
  organization: ${ORGANIZATION}
github:
  repository: ${GITHUB_REPOSITORY}
  base: main
checks:
  - name: all tests
    run: npm test
    timeout_seconds: 120
`;

const GITHUB_ISSUES = [
  {
    title: 'Quote page shows an error for teams without a contract',
    body: "TypeError: Cannot read properties of undefined (reading 'terms') when a new team asks for a quote.",
    state: 'open' as const,
  },
  { title: 'Lap chart is slow on old tablets', body: 'Drawing takes two seconds.', state: 'open' as const },
  { title: 'Add a dark theme', body: 'For the night races.', state: 'open' as const },
];

async function makeRepository(repository: string, remote: string, env: NodeJS.ProcessEnv): Promise<void> {
  const git = async (...args: string[]) => {
    const done = await run('git', args, { cwd: repository, env, timeoutMs: 30_000 });
    if (done.code !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
  };
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'Demo Engineer');
  await git('config', 'user.email', 'demo@example.invalid');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Race day, as deployed');
  await git('tag', 'v1.4.0');
  await git('init', '--quiet', '--bare', '--initial-branch=main', remote);
  await git('remote', 'add', 'origin', remote);
  await git('push', '--quiet', 'origin', 'main');
  await git('remote', 'set-head', 'origin', 'main');
}

const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
