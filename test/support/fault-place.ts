import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { childEnvironment, run } from '../../src/core/run.ts';
import type { Place } from '../cli/failing.ts';
import { CONFIG } from '../cli/trouble.ts';
import type { FaultyServer } from './fault-server.ts';

/** Forms of the vendors' tokens, so that a leak is one that a reader would know. */
export const SENTRY_TOKEN = `sntryu_${'5e'.repeat(32)}`;
export const GITHUB_TOKEN = `ghp_${'7Qx4'.repeat(9)}`;

/** A small repository for a test file, in which every command meets the server that its test names. */
export function useFaultPlace() {
  let folder = '';
  const servers: FaultyServer[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitcrew-fault-'));
    const repository = join(folder, 'race-day');
    await mkdir(repository);
    await writeFile(join(repository, 'pitcrew.yml'), CONFIG);
    const git = (...args: string[]) => run('git', args, { ...place({}), timeoutMs: 30_000 });
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('-c', 'user.name=T', '-c', 'user.email=t@example.invalid', 'commit', '--quiet', '-m', 'base');
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const place = (env: Record<string, string>): Place => ({
    cwd: join(folder, 'race-day'),
    env: {
      ...plain(childEnvironment(process.env)),
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      PITCREW_SESSION: 'faults',
      SENTRY_ORG: 'pitstop',
      SENTRY_AUTH_TOKEN: SENTRY_TOKEN,
      GITHUB_TOKEN,
      ...env,
    },
  });
  return {
    folder: () => folder,
    place,
    /** Where both vendors are this server. */
    at: (server: Pick<FaultyServer, 'url'>, env: Record<string, string> = {}): Place =>
      place({ SENTRY_URL: server.url, GITHUB_API_URL: server.url, ...env }),
    /** Closed with the test file. */
    async serve<Server extends FaultyServer>(starting: Promise<Server>): Promise<Server> {
      const server = await starting;
      servers.push(server);
      return server;
    },
  };
}

const plain = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined ||
      /^(CLAUDE|CODEX|GEMINI|AI_AGENT|SENTRY_|GITHUB_|NODE_(EXTRA|TLS|OPTIONS))/.test(name)
        ? []
        : [[name, value]],
    ),
  );
