import { homedir } from 'node:os';
import { openGitHub } from '../context/github.ts';
import { stopReason } from '../context/kill-switch.ts';
import { openDatabase } from '../context/ledger.ts';
import { DEFAULT_URL } from '../context/sentry.ts';
import { systemClock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { packageRoot, packageVersion } from '../core/package-root.ts';
import { programName } from '../core/program-name.ts';
import { childEnvironment } from '../core/run.ts';
import type { World } from '../setup/world.ts';

/**
 * The world as this process sees it, until `signal` is aborted. Warnings of the clients become lines of the report, so
 * they are not logged.
 */
export function setupWorld(signal: AbortSignal): World {
  const { env } = process;
  const childEnv = childEnvironment(env);
  return {
    cwd: process.cwd(),
    env,
    childEnv,
    home: env.HOME || homedir(),
    signal,
    clock: systemClock,
    log: SILENT,
    program: programName(packageRoot()),
    packageRoot: packageRoot(),
    version: packageVersion(),
    nodeVersion: process.versions.node,
    nodeNeeded: [22, 19],
    sentryUrl: DEFAULT_URL,
    stopReason: (mainCheckout) => stopReason(mainCheckout, env),
    openGitHub: (repository, config) =>
      openGitHub({ repository, config, env, childEnv, clock: systemClock, log: SILENT }),
    openDatabase: (repository, config) =>
      openDatabase({ repository, config, env, clock: systemClock, log: SILENT }),
  };
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };
