import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { holdsNoSecret } from '../cli/failing.ts';
import { CONFIG, ISSUE } from '../cli/trouble.ts';
import { until } from '../core/processes.ts';
import { contractCrash, forecastCrash, openStage, readText, type Stage } from '../support/stage.ts';
import { type RawServer, startServer, textOf } from './raw-server.ts';

export const tool = (name: string, args: object = {}, more: object = {}) => ({
  name,
  arguments: args,
  ...more,
});

/** Calls a tool that has to succeed; gives its data. */
export async function works(server: RawServer, name: string, args: object = {}) {
  const answer = await server.request('tools/call', tool(name, args));
  expect(answer.result?.isError, textOf(answer)).not.toBe(true);
  return answer.result._meta['pitcrew/data'].data;
}

/** A stage for a whole test file, and servers that end with their test, having said nothing but messages. */
export function useServers() {
  let stage: Stage;
  const started: RawServer[] = [];
  beforeAll(async () => {
    stage = await openStage({ config: CONFIG });
    for (let user = 1; user <= 3; user += 1) await stage.crash(contractCrash(user));
    await stage.crash(forecastCrash());
  });
  afterEach(async () => {
    for (const server of started.splice(0)) {
      await server.close();
      const stdout = JSON.stringify(server.messages());
      holdsNoSecret({ stdout, stderr: server.stderr() }, stage.env);
    }
  });
  afterAll(() => stage?.close());

  const pidFile = (name: string) => join(stage.folder, `${name}.pid`);
  return {
    get stage() {
      return stage;
    },
    async start(env: Record<string, string> = {}, cwd = stage.repository): Promise<RawServer> {
      const server = await startServer(cwd, { ...stage.env, ...env });
      started.push(server);
      return server;
    },
    /** Selects, claims and prepares the worst issue; gives the worktree. */
    async claim(server: RawServer): Promise<string> {
      await works(server, 'sentry_list_issues');
      await works(server, 'triage_select', { selection: '1' });
      await works(server, 'ledger_register', { issues: [ISSUE] });
      return (await works(server, 'worktree_create', { issue: ISSUE })).path;
    },
    /** A proof whose test starts a program in the background and waits for it, for longer than any test. */
    async slowProof(worktree: string, name: string) {
      await writeFile(join(worktree, 'src/orders/slow.mjs'), '\n');
      await writeFile(join(worktree, 'test/slow.test.mjs'), '\n');
      const test = `sleep 300 & echo $! > ${pidFile(name)}; wait`;
      return tool('fix_verify', { issue: ISSUE, test, test_files: ['test/slow.test.mjs'] });
    },
    /** The process of that program, as soon as it runs. */
    slowProgram: (name: string) =>
      until(`the check of ${name} runs`, async () =>
        existsSync(pidFile(name)) ? Number(await readText(pidFile(name))) : 0,
      ),
    /** Copies of the base that lie about. */
    bases: () => readdir(join(stage.repository, '.pitcrew/base')).catch(() => []),
  };
}
