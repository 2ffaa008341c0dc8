import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Files } from '../setup/place.ts';
import { wholeTree } from '../setup/place.ts';
import { openProxy } from '../setup/proxy.ts';
import { CONFIG, doctor, type Line, setupStage, statesOf } from '../setup/stage.ts';
import { cli } from '../support/cli.ts';
import { readText } from '../support/stage.ts';

const stage = setupStage();

describe.concurrent('the whole chain', () => {
  test('where all is well: nothing fails, nothing is changed, every warning has a next step', async () => {
    const at = await stage.whole();
    await cli(at, ['init', '--yes', '--client', 'codex']);
    await at.git('checkout', '--quiet', 'pitcrew.yml');
    const before = await wholeTree(at.folder);
    const { data, code, stdout } = await doctor(at);
    expect({ code, fail: statesOf({ data }, 'fail') }).toEqual({ code: 0, fail: [] });
    expect(data.healthy).toBe(true);
    expect(data.checks.map(({ id }: Line) => id)).toEqual([
      'node',
      'git',
      'disk',
      'file-system',
      'repository',
      'commits',
      'config',
      'base',
      'worktrees-ignored',
      'check-true',
      'crawlers',
      'sentry-token',
      'sentry-accepted',
      'sentry-scopes',
      'sentry-organization',
      'sentry-projects',
      'sentry-region',
      'sentry-rate',
      'clock',
      'github-repository',
      'github-token',
      'github-permissions',
      'push',
      'ledger',
      'worktrees',
      'client-codex',
    ]);
    for (const { state, next } of data.checks)
      if (state === 'warn' || state === 'fail') expect(next).toBeTruthy();
    expect(stdout).not.toContain(stage.sandbox().token);
    expect(await wholeTree(at.folder)).toEqual(before);
  });

  test('where git was never told who commits, which a fix would only hear at its commit', async () => {
    const at = await stage.whole();
    await at.git('config', '--unset', 'user.name');
    await at.git('config', '--unset', 'user.email');
    const { line } = await doctor(at);
    expect(line('identity')).toMatchObject({
      group: 'repository',
      state: 'fail',
      text: 'git does not know who commits.',
      next: expect.stringContaining('git config --global user.name'),
    });
  });

  test('for a person: a line for each check, the next step below, no colour', async () => {
    const at = await stage.whole();
    const { stdout, code } = await cli({ ...at, env: { ...at.env, SENTRY_AUTH_TOKEN: '' } }, ['doctor']);
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^sentry\n {2}FAIL {2}No Sentry token was found.*\n {8}-> Make a personal one with the scopes org:read/m,
    );
    expect(stdout).toMatch(/^\d+ ok, \d+ warn, 1 fail, \d+ not known\.$/m);
    expect(stdout).not.toContain('\u001b');
  });

  test('outside of a repository', async () => {
    const at = await stage.whole();
    const { data, code } = await cli(at, ['doctor', '--json'], { cwd: at.home });
    expect(code).toBe(2);
    expect(statesOf({ data }, 'fail')).toEqual(['repository']);
    expect(data.root).toBeNull();
  });

  test('before the first commit', async () => {
    const at = await stage.place({});
    const { code, line } = await doctor(at, { SENTRY_ORG: 'pitstop' });
    expect(code).toBe(2);
    expect(line('commits')).toMatchObject({ state: 'fail', next: 'Make a first commit, then start again.' });
    expect(line('base')?.state).toBe('unknown');
  });

  test('what lasts is said on stderr, and the exit code is that of the first failure', async () => {
    const at = await stage.whole({ 'pitcrew.yml': `${CONFIG}worktrees: "."\n` });
    const proxy = await openProxy(stage.sandbox(), () => {});
    await proxy.close();
    const slow = await cli(
      { ...at, env: { ...at.env, GITHUB_API_URL: `${proxy.url}/github` } },
      ['doctor', '--json', '--run-checks'],
      { env: { SENTRY_URL: proxy.url } },
    );
    expect(slow.code).toBe(2);
    expect(statesOf(slow, 'fail')[0]).toBe('worktrees-ignored');
    expect(statesOf(slow, 'fail')).toContain('sentry-organization');
  });

  test('a flag that does not exist', async () => {
    const at = await stage.whole();
    expect((await cli(at, ['doctor', '--fix'])).code).toBe(2);
  });
});

describe.concurrent('the repository', () => {
  test('a pitcrew.yml that does not fit fails, and the rest is looked at with defaults', async () => {
    const at = await stage.whole({ 'pitcrew.yml': 'sentry: {organisation: x}\n' });
    const { code, line } = await doctor(at, { SENTRY_ORG: 'pitstop' });
    expect(code).toBe(2);
    expect(line('config')).toMatchObject({ state: 'fail', kind: 'input' });
    expect(line('sentry-organization')?.state).toBe('ok');
  });

  test('the committed pitcrew.yml is the one that counts', async () => {
    const at = await stage.whole();
    await at.write('pitcrew.yml', `${CONFIG}setup: make\n`);
    expect((await doctor(at)).line('config')).toMatchObject({
      state: 'warn',
      text: expect.stringContaining('differs from the committed one'),
    });
    await at.git('rm', '--quiet', '--cached', 'pitcrew.yml');
    await at.git('commit', '--quiet', '--message', 'without');
    expect((await doctor(at)).line('config')).toMatchObject({
      state: 'warn',
      text: 'pitcrew.yml is valid, but not committed.',
    });
  });

  test('a base that is not there, and a remote whose default branch is not known', async () => {
    const named = await stage.whole({
      'pitcrew.yml': CONFIG.replace('race-day}', 'race-day, base: release}'),
    });
    expect((await doctor(named)).line('base')).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('release'),
    });
    const at = await stage.whole();
    await at.git('remote', 'set-head', 'origin', '--delete');
    await at.git('switch', '--quiet', '--create', 'feature');
    expect((await doctor(at)).line('base')).toMatchObject({
      state: 'warn',
      next: expect.stringContaining('git remote set-head origin --auto'),
    });
  });

  test('a folder of worktrees that git sees', async () => {
    const at = await stage.whole();
    await at.write('.pitcrew/worktrees/x/file', '');
    expect((await doctor(at)).line('worktrees-ignored')).toMatchObject({
      state: 'warn',
      next: expect.stringContaining('.git/info/exclude'),
    });
    await at.write('.gitignore', '.pitcrew/\n');
    expect((await doctor(at)).line('worktrees-ignored')?.state).toBe('ok');
  });
});

describe.concurrent('the project', () => {
  const manifest = (dev: Record<string, string>, more = {}): Files => ({
    'package.json': JSON.stringify({ devDependencies: dev, ...more }),
  });

  test('tools that would run into the worktrees: a warning each, with the setting', async () => {
    const { line } = await doctor(
      await stage.whole({
        ...manifest({ vitest: '4', jest: '30' }),
        'eslint.config.mjs': 'export default [];\n',
        'biome.json': '{}',
      }),
    );
    expect(line('crawler-vitest')).toMatchObject({
      state: 'warn',
      next: expect.stringContaining("'.pitcrew/**'"),
    });
    expect(line('crawler-jest')).toMatchObject({
      state: 'warn',
      next: expect.stringContaining('<rootDir>/.pitcrew/'),
    });
    expect(line('crawler-eslint')).toMatchObject({
      state: 'warn',
      next: expect.stringContaining('globalIgnores'),
    });
    expect(line('crawler-biome')).toMatchObject({
      state: 'warn',
      next: expect.stringContaining('useIgnoreFile'),
    });
  });

  test.each([
    ['told', "exclude: ['.pitcrew/**']", '{"roots": ["<rootDir>/src"]}'],
    [
      'kept elsewhere',
      "include: ['test/**/*.test.ts']",
      '{"testPathIgnorePatterns": ["<rootDir>/.pitcrew/"]}',
    ],
  ])('where they are %s there is nothing to say', async (_name, vitest, jest) => {
    const at = await stage.whole({
      ...manifest({ vitest: '4', jest: '30', typescript: '7' }, { jest: JSON.parse(jest) }),
      'vitest.config.ts': vitest,
      'eslint.config.mjs': "globalIgnores(['.pitcrew/'])",
      'biome.json': '{"vcs": {"enabled": true, "clientKind": "git", "useIgnoreFile": true}}',
      'tsconfig.json': '{}',
    });
    expect((await doctor(at)).line('crawlers')?.state).toBe('ok');
  });

  test('checks whose program is not there, and checks that are run', async () => {
    const at = await stage.whole({
      'pitcrew.yml': `${CONFIG.replace('["true"]', '[no-such-program --all, "echo fine", "echo broken >&2; exit 3"]')}setup: ./prepare.sh\n`,
    });
    const looked = await doctor(at);
    expect(looked.code).toBe(2);
    expect(statesOf(looked, 'fail')).toEqual(['check-no-such-program --all', 'setup']);
    const ran = await doctor(at, {}, ['--run-checks']);
    expect(ran.line('ran-echo fine')?.state).toBe('ok');
    expect(ran.line('ran-echo broken >&2; exit 3')).toMatchObject({
      state: 'fail',
      text: expect.stringMatching(/ends with exit code 3, in \d+\.\d s: broken$/),
    });
  });

  test('no checks: what this looks like, and packages that are not installed', async () => {
    const at = await stage.whole({
      'pitcrew.yml': CONFIG.replace(/checks.*\n/, ''),
      'pom.xml': '<project/>',
      'package-lock.json': '{}',
    });
    const { line } = await doctor(at);
    expect(line('checks')).toMatchObject({
      state: 'warn',
      text: expect.stringContaining('mvn'),
      next: expect.stringMatching(/ init, which offers to write them down\.$/),
    });
    expect(line('dependencies')?.state).toBe('warn');
  });
});

describe.concurrent('clients', () => {
  test('not wired, wired, wired to something else', async () => {
    const at = await stage.whole();
    await at.inHome('.codex');
    expect((await doctor(at)).line('client-codex')).toMatchObject({
      state: 'warn',
      next: expect.stringMatching(/^Run .* init\.$/),
    });
    await cli(at, ['init', '--yes']);
    expect((await doctor(at)).line('client-codex')?.state).toBe('ok');
    await at.inHome(
      '.codex/config.toml',
      '[mcp_servers.pitcrew]\ncommand = "node"\nargs = ["/gone.mjs", "mcp"]\n',
    );
    expect((await doctor(at)).line('client-codex')).toMatchObject({
      state: 'warn',
      text: 'Codex knows another Pitcrew: /gone.mjs, which is not there.',
    });
  });

  test('this program, started by another Node, is no other Pitcrew', async () => {
    const at = await stage.whole();
    const codexFolder = await at.inHome('.codex');
    const claudeFolder = await at.inHome('.claude');
    await cli(at, ['init', '--yes']);
    const [table, servers] = [
      await readText(join(codexFolder, 'config.toml')),
      await readText(join(claudeFolder, 'skills/sentry/.mcp.json')),
    ];
    const named = async (node: string) => {
      const command = (text: string) =>
        text.replace(/("?command"? ?[=:] ?)"[^"]*"/, `$1${JSON.stringify(node)}`);
      await at.inHome('.codex/config.toml', command(table));
      return (await doctor(at)).line('client-codex');
    };
    expect(await named('/bin/sh')).toMatchObject({
      state: 'ok',
      text: 'Codex starts this Pitcrew, with /bin/sh',
    });
    expect(await named('/gone/node')).toMatchObject({
      state: 'warn',
      text: 'Codex starts this Pitcrew with a Node that is not there: /gone/node.',
    });
    await at.inHome('.codex/config.toml', table.replace(/^env_vars.*\n/m, 'env_vars = ["SENTRY_URL"]\n'));
    expect((await doctor(at)).line('client-codex')).toMatchObject({
      state: 'warn',
      text: 'Codex starts this Pitcrew, but its settings are of an earlier form of it.',
    });
    await at.inHome(
      '.claude/skills/sentry/.mcp.json',
      servers.replace(/[^"]*pitcrew\.mjs/, '/older/pitcrew.mjs'),
    );
    expect((await doctor(at)).line('client-claude')).toMatchObject({
      state: 'warn',
      text: 'Claude Code knows another Pitcrew: /older/pitcrew.mjs, which is not there.',
    });
  });

  test('none at all', async () => {
    expect((await doctor(await stage.whole())).line('clients')?.state).toBe('warn');
  });
});
