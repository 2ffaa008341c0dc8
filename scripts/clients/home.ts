import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/core/run.ts';
import { PROGRAM, type Stage } from '../../test/support/stage.ts';
import type { OtherClient } from './client.ts';

export interface Home {
  env: Record<string, string>;
  /** The file that `pitcrew init` wrote for the client, as it names it. */
  wired: string;
}

/**
 * A home with the client's own settings, into which `pitcrew init` then writes the server: nothing else tells the client
 * of it. The client's proxy is the scripted model, which lets nothing out.
 */
export async function makeHome(
  client: OtherClient,
  stage: Stage,
  model: string,
  scope: 'user' | 'project',
): Promise<Home> {
  const home = await mkdtemp(join(stage.folder, 'home-'));
  const setting = { home, repository: stage.repository, model };
  await client.furnish(setting);
  const env = {
    PATH: process.env.PATH ?? '',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    HOME: home,
    ...servicesOf(stage.env),
    ...proxyTo(model),
    ...client.env(setting),
  };
  const args = [
    'init',
    '--yes',
    '--json',
    '--client',
    client.id,
    ...(scope === 'project' ? ['--project'] : []),
  ];
  const done = await run(process.execPath, [PROGRAM, ...args], {
    cwd: stage.repository,
    env,
    timeoutMs: 60_000,
  });
  if (done.code !== 0) throw new Error(`pitcrew init failed: ${done.stderr.trim()}`);
  return { env, wired: wiredBy(JSON.parse(done.stdout), client) };
}

const servicesOf = (env: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => /^(SENTRY|GITHUB|GIT_CONFIG)_/.test(name)));

function proxyTo(url: string): Record<string, string> {
  const loopback = '127.0.0.1,localhost';
  const both = { http_proxy: url, https_proxy: url, all_proxy: url, no_proxy: loopback };
  return {
    ...both,
    ...Object.fromEntries(Object.entries(both).map(([name, to]) => [name.toUpperCase(), to])),
  };
}

interface InitAnswer {
  data: { changes: { file: string; action: string; client: string | null }[] };
}

function wiredBy({ data }: InitAnswer, client: OtherClient): string {
  const change = data.changes.find((one) => one.client === client.title);
  if (change === undefined || !['create', 'change'].includes(change.action))
    throw new Error(`pitcrew init wrote nothing for ${client.title}.`);
  return change.file;
}
