import { homedir } from 'node:os';
import { openGitHub } from '../context/github.ts';
import { systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { packageRoot, packageVersion } from '../core/package-root.ts';
import { childEnvironment } from '../core/run.ts';
import type { World } from '../setup/world.ts';

/** The world as this process sees it. Warnings of the clients become lines of the report, so they are not logged. */
export function setupWorld(): World {
  const { env } = process;
  const childEnv = childEnvironment(env);
  return {
    cwd: process.cwd(),
    env,
    childEnv,
    home: env.HOME || homedir(),
    clock: systemClock,
    log: SILENT,
    packageRoot: packageRoot(),
    version: packageVersion(),
    nodeVersion: process.versions.node,
    nodeNeeded: [22, 19],
    sentryUrl: 'https://sentry.io',
    openGitHub: (repository, config) =>
      openGitHub({ repository, config, env, childEnv, clock: systemClock, log: SILENT }),
  };
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };
