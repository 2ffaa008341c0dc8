import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Repository } from '../git/repository.ts';
import type { GitHubClient } from '../github/client.ts';

/** What setting up and checking need of the world; passed in by the command line. */
export interface World {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Without tokens: the environment of children. */
  childEnv: NodeJS.ProcessEnv;
  home: string;
  /** Aborted when a person breaks off: nothing that was started goes on. */
  signal: AbortSignal;
  clock: Clock;
  log: Log;
  /** How this program is called from the command line here: `pitcrew`, `npx pitcrew`. */
  program: string;
  /** This installation, and its version. */
  packageRoot: string;
  version: string;
  /** Of this process, without `v`. */
  nodeVersion: string;
  /** The Node that the program needs. */
  nodeNeeded: readonly [number, number];
  /** Where Sentry is when nothing names it. */
  sentryUrl: string;
  openGitHub(repository: Repository, config: Config): Promise<GitHubFound>;
  /** Why all work in this main checkout is stopped, as words for a sentence; `undefined` where it is not. */
  stopReason(mainCheckout: string): string | undefined;
  /** The ledger where it is in a database; `undefined` where it is a file of the clone. */
  openDatabase(repository: Repository, config: Config): Promise<Ledger | undefined>;
}

export interface GitHubFound {
  client?: GitHubClient;
  /** `owner/name`. */
  repository?: string;
  /** Why there is no client. */
  missing?: string;
}

/** Looks programs up in PATH as a shell would, without npm's own additions to it. */
export function programFinder(path: string): (program: string) => boolean {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const known = new Map<string, boolean>();
  return (program) => {
    const answer = known.get(program) ?? folders.some((folder) => isProgram(join(folder, program)));
    known.set(program, answer);
    return answer;
  };
}

export function isProgram(path: string): boolean {
  return ['', '.exe', '.cmd'].some((end) => {
    try {
      accessSync(path + end, constants.X_OK);
      return statSync(path + end).isFile();
    } catch {
      return false;
    }
  });
}
