import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { claudeEngineer } from '../../scripts/demo/claude-engineer.ts';
import { run } from '../../src/core/run.ts';
import { PROGRAM } from '../support/stage.ts';
import { writesFix } from './support/agent.ts';
import { call, inRealClient, type Script } from './support/client.ts';
import { type Model, startModel } from './support/model.ts';
import { CONTRACT } from './support/race-day.ts';

inRealClient('npm run demo -- --agent claude', (client) => {
  let folder: string;
  let env: Record<string, string>;
  const models: Model[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitcrew-demo-test-'));
    const programs = join(folder, 'bin');
    await mkdir(programs);
    await symlink(client.program, join(programs, 'claude'));
    env = {
      HOME: folder,
      PATH: [programs, dirname(process.execPath), process.env.PATH].join(':'),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
    };
  });
  afterEach(async () => {
    for (const model of models.splice(0)) await model.close();
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

  /** The person's environment, signed in to a model that plays this. */
  async function signedIn(script: Script): Promise<Record<string, string>> {
    const model = await startModel(script, {
      others: [
        {
          when: ({ conversation }) => conversation.includes("(reading 'terms')"),
          async *script(first) {
            expect(first.toolNames.filter((name) => name.startsWith('mcp__'))).toEqual([]);
            const [worktree = ''] = /\/\S+\/\.pitcrew\/worktrees\/[\w-]+/.exec(first.system) ?? [];
            const { testFile, files, rootCause, fix } = yield* writesFix(CONTRACT.bug, worktree);
            yield { calls: [call('StructuredOutput', { testFile, files, rootCause, fix })] };
            yield 'Mended.';
          },
        },
      ],
    });
    models.push(model);
    return { ...env, ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: `sk-ant-${'test-only-'.repeat(4)}` };
  }

  const givesUp: Script = function* () {
    for (;;) yield 'I cannot find the cause.';
  };
  const work = () => mkdtemp(join(folder, 'work-'));
  const crash = { type: 'Error', value: 'no grip', title: 'Error: no grip' };

  test('what it mends is proven and offered, and an issue that it gives up on is told with the reason', async () => {
    const own = await signedIn(givesUp);
    // A person who tries the demo may well have Pitcrew's guard: it does not know the demo's session as theirs.
    await run('git', ['init', '--quiet', folder], { cwd: folder, env, timeoutMs: 10_000 });
    const init = [PROGRAM, 'init', '--yes', '--client', 'claude'];
    await run(process.execPath, init, { cwd: folder, env, timeoutMs: 60_000 });
    expect(await readFile(join(folder, '.claude/skills/sentry/hooks/hooks.json'), 'utf8')).toContain(
      'PreToolUse',
    );

    const json = join(folder, 'result.json');
    const demo = [resolve('scripts/demo.ts'), '--agent', 'claude', '--top', '3', '--json', json];
    const done = await run(process.execPath, demo, { cwd: folder, env: own, timeoutMs: 140_000 });
    expect(models[0]?.failures).toEqual([]);
    expect(done.code, done.stdout + done.stderr).toBe(1);
    const { issues, refused } = JSON.parse(await readFile(json, 'utf8')).data;
    expect(issues).toEqual([
      expect.objectContaining({
        outcome: 'fixed',
        proof: { before: 1, after: 0 },
        pullRequest: expect.stringContaining('/pull/'),
      }),
      expect.objectContaining({
        outcome: 'failed',
        reason: 'claude gave up on it: I cannot find the cause.',
      }),
    ]);
    expect(refused).toHaveLength(1);
    expect(done.stdout).toContain(
      'Next step: Run the demo again, or look at what it left in the worktree with --keep.',
    );
    expect(done.stderr).toBe('');
  });

  test('without the program, it says how to get it', async () => {
    const nowhere = { ...env, PATH: await work() };
    await expect(claudeEngineer({ env: nowhere, timeoutMs: 1000 })).rejects.toMatchObject({
      kind: 'input',
      message: 'There is no claude program on this machine.',
      hint: expect.stringContaining('npm install --global @anthropic-ai/claude-code'),
    });
  });

  test('where nobody is signed in, it says so before anything is started', async () => {
    const demo = [resolve('scripts/demo.ts'), '--agent', 'claude'];
    const done = await run(process.execPath, demo, { cwd: folder, env, timeoutMs: 60_000 });
    expect(done.code).toBe(2);
    expect(done.stdout).toBe('');
    expect(done.stderr).toMatch(
      /^The claude program cannot be used: Not logged in.*\nNext step: Sign in with `claude`.*ANTHROPIC_API_KEY/,
    );
  });

  test('where the service refuses, it says what the service said', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      const error = { type: 'invalid_request_error', message: 'Your credit balance is too low.' };
      response.end(JSON.stringify({ type: 'error', error }));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const own = {
      ...env,
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
      ANTHROPIC_API_KEY: 'sk-ant-test-only',
    };
    await expect(claudeEngineer({ env: own, timeoutMs: 1000 })).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(/^The claude program cannot be used: .*credit balance is too low/i),
    });
    server.closeAllConnections();
    server.close();
  });

  describe('an issue that takes too long', () => {
    test('is given up after --minutes', async () => {
      const own = await signedIn(async function* () {
        await new Promise(() => {});
        yield 'never said';
      });
      const engineer = await claudeEngineer({ env: own, timeoutMs: 6000 });
      const inside = await work();
      await writeFile(join(inside, 'package.json'), '{}');
      await expect(engineer.take(crash, 'no evidence', inside)).rejects.toMatchObject({
        kind: 'upstream',
        message: 'claude was not done within 6 s.',
        hint: expect.stringContaining('--minutes'),
      });
    });
  });
});
