import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { childEnvironment, run } from '../../src/core/run.ts';
import { copySampleRepository, loadEngineer } from '../../src/sandbox/sample-app/engineer.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

export const PROGRAM = resolve('dist/pitcrew.mjs');

/** The sample app as a repository with a remote, and a sandbox that knows some crashes of it. No SDK runs here. */
export interface Stage {
  folder: string;
  repository: string;
  remote: string;
  sandbox: Sandbox;
  env: Record<string, string>;
  git(...args: string[]): Promise<string>;
  /** Sends an event to the inbox, as an SDK would. */
  crash(event: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(options: Partial<SandboxOptions> & { config?: string } = {}): Promise<Stage> {
  const { config = CONFIG, ...sandboxOptions } = options;
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-stage-'));
  const repository = join(folder, 'race-day');
  const remote = join(folder, 'remote.git');
  const home = { ...strings(withoutAgents(process.env)), HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  await copySampleRepository(repository);
  await writeFile(join(repository, 'pitcrew.yml'), config);
  const git = async (...args: string[]) => {
    const done = await run('git', args, { cwd: repository, env: home, timeoutMs: 30_000 });
    if (done.code !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
    return done.stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'Test');
  await git('config', 'user.email', 'test@example.invalid');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'base');
  await git('init', '--quiet', '--bare', '--initial-branch=main', remote);
  await git('remote', 'add', 'origin', remote);
  await git('push', '--quiet', 'origin', 'main');
  const sandbox = await startSandbox({
    dataDirectory: join(folder, 'sandbox'),
    organization: 'pitstop',
    projects: ['race-day'],
    repository: 'pitstop/race-day',
    remote,
    clock: systemClock,
    env: home,
    ...sandboxOptions,
  });
  return {
    folder,
    repository,
    remote,
    sandbox,
    env: {
      ...home,
      SENTRY_URL: sandbox.url,
      SENTRY_ORG: 'pitstop',
      SENTRY_AUTH_TOKEN: sandbox.token,
      GITHUB_API_URL: sandbox.githubUrl,
      GITHUB_TOKEN: sandbox.githubToken,
      PITCREW_SESSION: 'test',
    },
    git,
    async crash(event) {
      const answer = await fetch(
        `${sandbox.url}/api/1/store/?sentry_key=${new URL(sandbox.dsn()).username}`,
        {
          method: 'POST',
          body: JSON.stringify({
            platform: 'node',
            timestamp: systemClock() / 1000,
            level: 'error',
            ...event,
          }),
        },
      );
      if (!answer.ok) throw new Error(`The inbox answered ${answer.status}: ${await answer.text()}`);
    },
    async close() {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const CONFIG = `sentry:
  organization: pitstop
github:
  repository: pitstop/race-day
  base: main
checks: []
`;

/** The crash of `src/orders/pricing.mjs`, with the frames that the real SDK reports for it. */
export const contractCrash = (user = 1): Record<string, unknown> => ({
  release: 'race-day@1.4.0',
  environment: 'production',
  user: { id: `team-${user}` },
  exception: {
    values: [
      {
        type: 'TypeError',
        value: "Cannot read properties of undefined (reading 'terms')",
        mechanism: { type: 'generic', handled: true },
        stacktrace: {
          frames: [
            frame('bin/worker.mjs', 'work', 38),
            frame('src/orders/place-order.mjs', 'placeOrder', 6),
            frame('src/orders/pricing.mjs', 'contractDiscount', 20),
          ],
        },
      },
    ],
  },
});

/** The crash of `src/weather/forecast-cache.mjs`. */
export const forecastCrash = (user = 1): Record<string, unknown> => ({
  user: { id: `team-${user}` },
  exception: {
    values: [
      {
        type: 'SyntaxError',
        value: 'Unexpected end of JSON input',
        stacktrace: { frames: [frame('src/weather/forecast-cache.mjs', 'readForecast', 10)] },
      },
    ],
  },
});

const frame = (file: string, name: string, line: number) => ({
  filename: `app:///${file}`,
  function: name,
  lineno: line,
  in_app: true,
});

/** Writes the scripted engineer's right answer to a bug into a worktree; answers what the tools are told about it. */
export async function applyFix(bug: string, worktree: string) {
  const fix = (await loadEngineer()).find((one) => one.bug === bug);
  const attempt = fix?.attempts.at(-1);
  if (!fix || !attempt) throw new Error(`The scripted engineer knows no bug ${bug}.`);
  await attempt.apply(worktree);
  return fix;
}

export const readText = (path: string): Promise<string> => readFile(path, 'utf8');

/** The tests may be run by an agent; what is tested must not notice. */
const withoutAgents = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(childEnvironment(env)).filter(
      ([name]) => !/^(CLAUDE|CODEX|GEMINI|OPENCODE|CURSOR|AI_AGENT)/.test(name),
    ),
  );

const strings = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
