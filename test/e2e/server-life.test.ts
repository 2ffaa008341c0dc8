import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { packageVersion } from '../../src/core/package-root.ts';
import { run } from '../../src/core/run.ts';
import { tools } from '../../src/tools/registry.ts';
import { ISSUE } from '../cli/trouble.ts';
import { until, untilGone } from '../core/processes.ts';
import { textOf } from '../mcp-server/raw-server.ts';
import { tool, useServers, works } from '../mcp-server/servers.ts';
import { silentUpstream } from '../mcp-server/silent-upstream.ts';
import { readText } from '../support/stage.ts';

const at = useServers();

describe('what it says of itself', () => {
  test('who it is, what it can do, and how to work with it', async () => {
    const one = await at.start();
    const hello = one.messages()[0]?.result;
    expect(hello.serverInfo).toMatchObject({ name: 'pitcrew', title: 'Pitcrew', version: packageVersion() });
    expect(hello.capabilities).toEqual({ tools: {}, prompts: {}, resources: {} });
    expect(hello.instructions).toContain('sentry_list_issues');
    expect((await one.request('ping')).result).toEqual({});
    expect((await one.request('no/such/method')).error?.code).toBe(-32601);
  });

  test('exactly the tools of the registry, each with the hints of its effect', async () => {
    const one = await at.start();
    const { result } = await one.request('tools/list');
    const facts = ({ name, title, description, inputSchema }: (typeof tools)[number]) => ({
      name,
      title,
      description,
      inputSchema: JSON.parse(JSON.stringify(inputSchema)),
    });
    expect(result.tools.map(facts)).toEqual(tools.map(facts));
    for (const { name, annotations } of result.tools) {
      const effect = tools.find((one) => one.name === name)?.effect;
      expect(annotations, name).toMatchObject({
        readOnlyHint: effect === 'read',
        destructiveHint: effect === 'destroy',
      });
    }
  });

  test('the prompt is the skill, with the request in its place', async () => {
    const one = await at.start();
    expect((await one.request('prompts/list')).result.prompts).toMatchObject([{ name: 'sentry' }]);
    const { result } = await one.request('prompts/get', {
      name: 'sentry',
      arguments: { request: "top 3 $& $'" },
    });
    const [{ role, content }] = result.messages;
    expect(role).toBe('user');
    expect(content.text).toContain("top 3 $& $'");
    expect(content.text).not.toMatch(/\$ARGUMENTS|^---/);
    const unknown = await one.request('prompts/get', { name: 'nothing' });
    expect(unknown.error).toMatchObject({ code: -32602, message: expect.stringContaining('sentry') });
  });

  test('the resources are the report and the ledger, before and after a triage', async () => {
    const one = await at.start();
    const read = async (uri: string) => one.request('resources/read', { uri });
    const listed = (await one.request('resources/list')).result.resources;
    expect(listed.map((resource: { uri: string }) => resource.uri)).toEqual([
      'pitcrew://triage/latest',
      'pitcrew://ledger',
    ]);
    expect((await read('pitcrew://triage/latest')).result.contents[0].text).toContain('No triage yet');
    const { triage } = await works(one, 'sentry_list_issues');
    const report = (await read('pitcrew://triage/latest')).result.contents[0];
    expect(report).toMatchObject({ mimeType: 'text/markdown', text: expect.stringContaining(triage) });
    expect((await read('pitcrew://ledger')).result.contents[0].text).toContain('#');
    for (const uri of ['pitcrew://nothing', 'file:///etc/passwd'])
      expect((await read(uri)).error?.message).toContain('pitcrew://ledger');
  });

  test('an unknown tool or argument is answered with what is expected', async () => {
    const one = await at.start();
    const unknown = await one.request('tools/call', tool('sentry_fix_all'));
    expect(unknown.result.isError).toBe(true);
    for (const { name } of tools) expect(textOf(unknown)).toContain(name);
    const argument = await one.request('tools/call', tool('sentry_latest_event', { issue: 'A-1', depth: 3 }));
    expect(argument.result.isError).toBe(true);
    expect(textOf(argument)).toContain('depth');
    expect(textOf(argument)).toContain('Expected arguments: issue, event, detail.');
  });

  test('lines that are no messages do no harm', async () => {
    const one = await at.start();
    for (const line of [
      '',
      'hello',
      '{',
      '[]',
      '{"jsonrpc":"2.0"}',
      '\u0000',
      '{"jsonrpc":"2.0","method":7,"id":"x"}',
    ])
      one.write(line);
    expect((await one.request('ping')).result).toEqual({});
  });
});

describe('progress and cancellation', () => {
  test('progress of a list and of a proof goes up, and only where it was asked for', async () => {
    const one = await at.start();
    const progressOf = (token: string) =>
      one
        .messages()
        .filter(
          (message) => message.method === 'notifications/progress' && message.params.progressToken === token,
        )
        .map((message) => message.params);
    const worktree = await at.claim(one);
    await writeFile(join(worktree, 'src/orders/new.mjs'), 'export const x = 1;\n');
    await writeFile(join(worktree, 'test/new.test.mjs'), 'throw new Error("x");\n');
    const proof = { issue: ISSUE, test: 'node test/new.test.mjs', test_files: ['test/new.test.mjs'] };
    for (const [token, call] of [
      ['list', tool('sentry_list_issues')],
      ['proof', tool('fix_verify', proof)],
    ] as const) {
      await one.request('tools/call', { ...call, _meta: { progressToken: token } });
      const seen = progressOf(token);
      expect(seen.length, token).toBeGreaterThan(0);
      expect(seen.map(({ progress }) => progress)).toEqual(seen.map((_, index) => index + 1));
      for (const { message } of seen) expect(message).toMatch(/^\S.+/);
    }
    const before = one.messages().length;
    await works(one, 'sentry_list_issues');
    expect(one.messages().length).toBe(before + 1);
    await works(one, 'ledger_complete', { note: 'only looked' });
  });

  test('cancelling reaches the socket, gets no answer, and the server goes on', async () => {
    const upstream = await silentUpstream();
    const one = await at.start({ SENTRY_URL: upstream.url });
    const id = one.send('tools/call', tool('sentry_list_issues'));
    await until('the request arrives', () => upstream.counts.arrived > 0);
    one.notify('notifications/cancelled', { requestId: id, reason: 'the person gave up' });
    await until('the request is given up', () => upstream.counts.givenUp === upstream.counts.arrived, 5000);
    expect((await one.request('ping')).result).toEqual({});
    expect(one.messages().filter((message) => message.id === id)).toEqual([]);
    upstream.close();
    expect(one.stderr()).toBe('');
  });

  test('cancelling a proof ends its command and what that started', async () => {
    const one = await at.start();
    const worktree = await at.claim(one);
    const id = one.send('tools/call', await at.slowProof(worktree, 'cancelled'));
    const grandchild = await at.slowProgram('cancelled');
    one.notify('notifications/cancelled', { requestId: id });
    await untilGone(grandchild);
    await until('the copy of the base is removed', async () => (await at.bases()).length === 0);
    expect((await one.request('ping')).result).toEqual({});
    await works(one, 'ledger_complete', { note: 'cancelled' });
  });
});

describe('what its children see', () => {
  test('no token in the environment or the arguments of git, gh or a check', async () => {
    const folder = join(at.stage.folder, 'bin');
    const log = join(at.stage.folder, 'children.log');
    await mkdir(folder);
    const realGit = (
      await run('sh', ['-c', 'command -v git'], { cwd: '/', env: at.stage.env, timeoutMs: 10_000 })
    ).stdout.trim();
    const recording = (then: string) =>
      `#!/bin/sh\n{ echo "== $0 $*"; env; tr '\\0' '\\n' < /proc/$PPID/cmdline; } >> ${log}\n${then}\n`;
    await writeFile(join(folder, 'git'), recording(`exec ${realGit} "$@"`));
    await writeFile(join(at.stage.folder, 'gh-token'), at.stage.sandbox.githubToken);
    await writeFile(join(folder, 'gh'), recording(`cat ${join(at.stage.folder, 'gh-token')}`));
    for (const name of ['git', 'gh']) await chmod(join(folder, name), 0o755);
    const secrets = {
      NPM_TOKEN: `npm_${'aB3d'.repeat(9)}`,
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY',
      SENTRY_DSN: at.stage.sandbox.dsn(),
      DB_PASSWORD: 'hunter2Hunter2',
    };
    const one = await at.start({
      ...secrets,
      GITHUB_TOKEN: '',
      PATH: `${folder}:${at.stage.env.PATH}`,
    });
    const worktree = await at.claim(one);
    await works(one, 'github_search_issues', { issue: ISSUE });
    await writeFile(join(worktree, 'src/orders/env.mjs'), '\n');
    await writeFile(join(worktree, 'test/env.test.mjs'), '\n');
    // In a file: the judge of commands does not let a line with `env` pass.
    await writeFile(join(worktree, 'test/env.sh'), `{ echo "== check"; env; } >> ${log}; false\n`);
    const test = 'sh test/env.sh';
    const answer = await one.request(
      'tools/call',
      tool('fix_verify', { issue: ISSUE, test, test_files: ['test/env.test.mjs', 'test/env.sh'] }),
    );
    const recorded = await readText(log);
    for (const child of [`== ${folder}/git`, `== ${folder}/gh`, '== check'])
      expect(recorded).toContain(child);
    expect(recorded).toContain(`HOME=${at.stage.folder}`);
    const { token, githubToken } = at.stage.sandbox;
    expect(at.stage.sandbox.requests().github).toBeGreaterThan(0);
    for (const value of [...Object.values(secrets), token, githubToken]) {
      expect(recorded).not.toContain(value);
      expect(textOf(answer)).not.toContain(value);
      expect(one.stderr()).not.toContain(value);
    }
    await works(one, 'ledger_complete', { note: 'seen' });
  });
});

describe('where it stands', () => {
  test('outside of a repository every tool says so, and works as soon as there is one', async () => {
    const cwd = await mkdtemp(join(at.stage.folder, 'plain-'));
    const one = await at.start({}, cwd);
    expect((await one.request('tools/list')).result.tools).toHaveLength(tools.length);
    for (const { name, inputSchema } of tools) {
      const answer = await one.request('tools/call', tool(name, sampleFor(inputSchema.required ?? [])));
      expect(answer.result.isError, name).toBe(true);
      expect(textOf(answer), name).toMatch(/^input: .*is not inside a git repository\.\nNext step: .+/);
    }
    const resource = await one.request('resources/read', { uri: 'pitcrew://ledger' });
    expect(resource.error?.message).toContain('not inside a git repository');
    await run('git', ['init', '--quiet'], { cwd, env: at.stage.env, timeoutMs: 30_000 });
    expect(await works(one, 'ledger_status')).toMatchObject({ active: [] });
    expect(one.stderr()).toBe('');
  });

  test('two servers in one repository: one claim, refused by name, free when its server is gone', async () => {
    const [first, second] = [await at.start(), await at.start()];
    for (const one of [first, second]) {
      await works(one, 'sentry_list_issues');
      await works(one, 'triage_select', { selection: '1' });
    }
    const claim = tool('ledger_register', { issues: [ISSUE], paths: ['src/**'] });
    const answers = await Promise.all([
      first.request('tools/call', claim),
      second.request('tools/call', claim),
    ]);
    const won = answers.findIndex((answer) => answer.result.isError !== true);
    expect(answers.filter((answer) => answer.result.isError === true)).toHaveLength(1);
    const [winner, loser] = won === 0 ? [first, second] : [second, first];
    expect(textOf(answers[1 - won] ?? {})).toMatch(new RegExp(`^refused: .*held by raw, pid ${winner.pid} `));
    winner.child.kill('SIGKILL');
    await untilGone(winner.pid);
    const again = await until('the dead server lets go', async () => {
      const answer = await loser.request('tools/call', claim);
      if (answer.result.isError !== true) return answer;
      await sleep(200);
      return undefined;
    });
    expect(textOf(again)).toContain(ISSUE);
    await works(loser, 'ledger_complete', { note: 'done' });
  });
});

/** Something for each required argument: the repository is looked for before arguments are. */
const sampleFor = (names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      name === 'issues' || name.endsWith('files') ? ['A-1'] : 'A-1 is no reason at all',
    ]),
  );
