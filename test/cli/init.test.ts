import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/config.ts';
import { KINDS } from '../setup/kinds.ts';
import { filesBelow, type TestPlace, wholeTree } from '../setup/place.ts';
import { setupStage } from '../setup/stage.ts';
import { hasTerminal, inTerminal } from '../setup/terminal.ts';
import { cli } from '../support/cli.ts';
import { PROGRAM } from '../support/stage.ts';

const stage = setupStage();

interface Row {
  name: string;
  found: string;
  where: string;
}
const foundIn = (data: { found: Row[] }, name: string): string[] =>
  data.found.filter((row) => row.name === name).map(({ found }) => found);

describe.concurrent('kinds of repository', () => {
  test.each(KINDS)('$name', async ({ files, kinds, checks, setup, written }) => {
    const made = await stage.place(files);
    const { data, code, stderr } = await cli(made, ['init', '--yes', '--client', 'none', '--json']);
    expect({ code, stderr: stderr.replace(/^waiting for: .*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
    expect(foundIn(data, 'project files')).toEqual([kinds.join(', ') || '-']);
    expect(
      data.found.filter(({ name }: Row) => name.startsWith('check: ')).map(({ found }: Row) => found),
    ).toEqual(checks);
    expect(foundIn(data, 'setup')).toEqual(setup === undefined ? [] : [setup]);
    const config = await loadConfig(made.repository, async () => undefined);
    expect(config.source).toBe('pitcrew.yml');
    const commands = config.checks?.map((check) => (typeof check === 'string' ? check : check.run));
    expect(commands).toEqual(written ? checks : undefined);
  });
});

describe.concurrent('what is found', () => {
  test('places are named, tokens are not, and Sentry and GitHub are asked', async () => {
    const at = await stage.place();
    await at.write('.env', `SENTRY_AUTH_TOKEN=${stage.sandbox().token}\n`);
    const { SENTRY_AUTH_TOKEN: _, ...env } = at.env;
    await at.git('remote', 'add', 'origin', 'git@github.com:pitstop/race-day.git');
    const { stdout, code } = await cli({ ...at, env }, ['init', '--organization', 'pitstop']);
    expect(code).toBe(0);
    expect(stdout).toContain('.env line 1');
    expect(stdout).toMatch(/organization +pitstop +--organization; Sentry has it/);
    expect(stdout).toMatch(/GitHub +pitstop\/race-day +the remote origin on github.com/);
    expect(stdout).toMatch(/GitHub token +accepted +may push/);
    expect(stdout).not.toContain(stage.sandbox().token);
    expect(stdout).not.toContain(stage.sandbox().githubToken);
    expect(stdout).not.toContain('\u001b');
  });

  test('without a terminal and without --yes the plan is shown and nothing is changed', async () => {
    const at = await stage.place();
    await at.inHome('.codex');
    const before = await wholeTree(at.folder);
    const { stdout, code } = await cli(at, ['init']);
    expect(code).toBe(0);
    expect(stdout).toContain('create    pitcrew.yml');
    expect(stdout).toContain('create    ~/.codex/config.toml  (Codex)');
    expect(stdout).toContain('Nothing was changed: this is the plan. Add --yes to carry it out.');
    expect(await wholeTree(at.folder)).toEqual(before);
  });

  test("the token's only organization and the project of the repository's name are written down", async () => {
    const at = await stage.place();
    const { data } = await cli(at, ['init', '--yes', '--json']);
    expect(data.state).toBe('applied');
    const text = await at.read('pitcrew.yml');
    expect(parse(text)).toEqual({ sentry: { organization: 'pitstop', projects: ['race-day'] } });
  });

  test('what is found anyway is a comment', async () => {
    const at = await stage.place({ 'package.json': '{"scripts":{"test":"x"}}' });
    const env = { ...at.env, SENTRY_ORG: 'pitstop', SENTRY_PROJECT: 'telemetry' };
    await cli({ ...at, env }, ['init', '--yes']);
    const text = await at.read('pitcrew.yml');
    expect(parse(text)).toBeNull();
    expect(text).toContain('#   organization: pitstop  # SENTRY_ORG of the environment');
    expect(text).toContain('#   - name: test\n#     run: npm run test');
  });

  test('a project that Sentry does not have is said, with those it has', async () => {
    const at = await stage.place();
    const { data, code } = await cli({ ...at, env: { ...at.env, SENTRY_PROJECT: 'nope' } }, [
      'init',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(data.missing).toContainEqual({
      what: 'Sentry has no project nope (SENTRY_PROJECT of the environment).',
      next: 'Correct it there; the organization has: race-day, telemetry.',
    });
  });

  test.each([
    ['no token', { SENTRY_AUTH_TOKEN: '' }, /No Sentry token was found/, /sandbox/],
    ['a wrong token', { SENTRY_AUTH_TOKEN: 'wrong' }, /does not accept the token/, /Make a new token/],
    ['a server that is not there', { SENTRY_URL: 'http://127.0.0.1:1' }, /Nothing listens/, /SENTRY_URL/],
  ])('%s: said, with the next step, and the rest goes on', async (_name, change, what, next) => {
    const at = await stage.place();
    const { data, code } = await cli({ ...at, env: { ...at.env, ...change } }, ['init', '--yes', '--json']);
    expect(code).toBe(0);
    const said = data.missing.find((one: { what: string }) => what.test(one.what));
    expect(said?.next).toMatch(next);
    expect(data.state).toBe('applied');
  });

  test('a clone that does not know the default branch of its remote is told it', async () => {
    const at = await stage.place();
    await at.git('init', '--quiet', '--bare', '--initial-branch=main', '../remote.git');
    await at.git('remote', 'add', 'origin', join(at.folder, 'remote.git'));
    await at.git('push', '--quiet', 'origin', 'main');
    await at.git('switch', '--quiet', '--create', 'feature');
    const env = { ...at.env, GITHUB_TOKEN: '', GITHUB_API_URL: '' };
    await cli({ ...at, env }, ['init', '--yes']);
    expect(parse(await at.read('pitcrew.yml')).github).toEqual({ base: 'main' });
  });

  test('a repository without commits, and no repository', async () => {
    const at = await stage.place({});
    const { data, code } = await cli(at, ['init', '--json']);
    expect(code).toBe(0);
    expect(data.missing[0].what).toBe('The repository has no commits yet.');
    const outside = await cli(at, ['init', '--json'], { cwd: at.home });
    expect(outside.code).toBe(2);
    expect(outside.data.error.message).toContain('not inside a git repository');
  });

  test('names that would act on the terminal do not', async () => {
    const at = await stage.place();
    await at.write('.env', 'SENTRY_ORG="x\u001b[31m\u202e"\n');
    const { stdout } = await cli(at, ['init']);
    expect(stdout).toMatch(/organization +x +\.env line 1/);
    expect(stdout).not.toMatch(/\u001b|\u202e/);
  });

  test('flags that do not exist are named', async () => {
    const at = await stage.place();
    const { code, stderr } = await cli(at, ['init', '--client', 'emacs']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no client emacs');
    expect((await cli(at, ['init', '--nope'])).code).toBe(2);
  });
});

describe.concurrent('a pitcrew.yml that is there', () => {
  const HELD = `# ours
sentry:
  # the production one
  organization: pitstop   # do not change
github: {base: main}
checks: [make lint]
`;

  test('missing keys are added by lines; what stands there stays, differences are shown', async () => {
    const at = await stage.place({
      'pitcrew.yml': HELD,
      'package.json': '{"scripts":{"test":"x"},"workspaces":["a"]}',
      'package-lock.json': '{}',
    });
    const { stdout } = await cli(at, ['init', '--yes']);
    expect(stdout).toMatch(/differs +pitcrew.yml has checks: \["make lint"\]; found: .*npm run test/);
    expect(await at.read('pitcrew.yml')).toBe(
      HELD.replace(
        '# do not change\n',
        "# do not change\n  # the project of the repository's name\n  projects:\n    - race-day\n",
      ).concat(
        "# Prepares a new worktree: the checkout's node_modules link to the checkout's packages, not to the worktree's\nsetup: npm ci\n",
      ),
    );
  });

  test('one that cannot be edited by lines is not: the key is printed', async () => {
    const at = await stage.place({ 'pitcrew.yml': '{sentry: {organization: pitstop}}\n' });
    const { data } = await cli(at, ['init', '--yes', '--json']);
    const [change] = data.changes;
    expect(change).toMatchObject({
      file: 'pitcrew.yml',
      action: 'by-hand',
      lines: ['+ sentry:', '+   projects:', '+     - race-day'],
    });
    expect(await at.read('pitcrew.yml')).toBe('{sentry: {organization: pitstop}}\n');
  });

  test('one that is not valid is an input error with the line', async () => {
    const at = await stage.place({ 'pitcrew.yml': 'sentry: [\n' });
    const { code, stderr } = await cli(at, ['init', '--yes']);
    expect(code).toBe(2);
    expect(stderr).toContain('not valid YAML at line');
  });
});

(hasTerminal ? describe.concurrent : describe.skip)('in a terminal', () => {
  const run = (at: TestPlace, args: string[], answers: readonly (readonly [string, string])[]) =>
    inTerminal(process.execPath, [PROGRAM, 'init', ...args], { cwd: at.repository, env: at.env, answers });

  test('asks for what was not found, offers what Sentry has, and writes after a yes', async () => {
    const at = await stage.place();
    await at.inHome('.codex');
    await at.inHome('.gemini');
    const { code, shown } = await run(
      at,
      [],
      [
        ['Which Sentry projects', '2'],
        ['GitHub repository as owner/name', 'pitstop/race-day'],
        ['A command that must pass', 'make lint'],
        ['Which of these clients', 'codex'],
        ['Write these files? [y/N]', 'y'],
      ],
    );
    expect(code).toBe(0);
    expect(shown).toContain('1. race-day\n  2. telemetry');
    expect(shown).toMatch(/created {2}~\/\.codex\/config\.toml {2}undo: \S.*\binit --remove$/m);
    expect(shown).not.toContain('There is no remote called origin');
    expect(parse(await at.read('pitcrew.yml'))).toEqual({
      sentry: { organization: 'pitstop', projects: ['telemetry'] },
      github: { repository: 'pitstop/race-day' },
      checks: [{ name: 'check', run: 'make lint' }],
    });
    expect(Object.keys(await filesBelow(at.home)).sort()).toEqual([
      '.codex/config.toml',
      '.local/state/pitcrew/init.json',
    ]);
  });

  test.each([
    ['an empty line is a no', '', 0, 'Nothing was changed.'],
    ['Ctrl-C', '\u0003', 130, 'Broken off; nothing was changed.'],
    ['Ctrl-D', '\u0004', 130, 'Broken off; nothing was changed.'],
  ])('%s', async (_name, typed, exit, said) => {
    const at = await stage.place({ 'package.json': '{"scripts":{"test":"x"}}' });
    const before = await wholeTree(at.folder);
    const { code, shown } = await run(
      at,
      ['--sentry-project', 'race-day'],
      [
        ['GitHub repository as owner/name', ''],
        ['Write these files? [y/N]', typed],
      ],
    );
    expect(shown).toContain(said);
    expect(code).toBe(exit);
    expect(await wholeTree(at.folder)).toEqual(before);
  });

  test('an answer that is not among the choices is asked for again', async () => {
    const at = await stage.place({ 'package.json': '{"scripts":{"test":"x"}}' });
    const { shown } = await run(
      at,
      [],
      [
        ['numbers or names', '7'],
        ['numbers or names', 'telemetry, race-day'],
        ['GitHub repository as owner/name', ''],
        ['Write these files? [y/N]', 'yes'],
      ],
    );
    expect(shown).toContain('"7" is not among them.');
    expect(parse(await at.read('pitcrew.yml')).sentry.projects).toEqual(['telemetry', 'race-day']);
  });
});
