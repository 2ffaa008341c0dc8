import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { doctor, setupStage } from './stage.ts';

const stage = setupStage();

const WITHOUT = { GITHUB_API_URL: '', GITHUB_TOKEN: '', GH_TOKEN: '' };

describe.concurrent('where the code is hosted', () => {
  test.each([
    [
      'a GitHub server',
      'git@github.example.com:team/shop.git',
      /GITHUB_API_URL to https:\/\/github\.example\.com\/api\/v3/,
    ],
    ['github.com by ssh', 'ssh://git@github.com:22/team/shop.git', /GITHUB_TOKEN to a token|gh auth login/],
    [
      'GitLab',
      'https://gitlab.com/team/sub/shop.git',
      /^Nothing: .* On gitlab\.com the work ends as a local branch/,
    ],
    ["a GitLab of one's own", 'git@gitlab.example.com:team/shop.git', /^Nothing: /],
  ])('%s', async (_name, url, next) => {
    const at = await stage.place();
    await at.git('remote', 'add', 'origin', url);
    const env = { ...at.env, ...WITHOUT };
    const { data } = await cli({ ...at, env }, ['init', '--json']);
    expect(data.missing.map((one: { next: string }) => one.next)).toContainEqual(expect.stringMatching(next));
    // No push is tried: the remote is not there, and may not be asked.
    await at.git('config', `url.${join(at.folder, 'gone')}/.pushInsteadOf`, url);
    const { line } = await doctor(at, WITHOUT);
    expect(line('github-token')).toMatchObject({ state: 'warn', next: expect.stringMatching(next) });
  });

  test('origin is a folder: it is not asked for once more', async () => {
    const at = await stage.place();
    await at.git('remote', 'add', 'origin', join(at.folder, 'shop.git'));
    const said = {
      what: 'The remote called origin is a folder or an address without OWNER/NAME, and pitcrew.yml names no GitHub repository.',
      next: expect.stringMatching(
        /^Name the repository as github\.repository \(OWNER\/NAME\) in pitcrew\.yml/,
      ),
    };
    const { data } = await cli(at, ['init', '--json']);
    expect(data.missing).toContainEqual(said);
    const { line } = await doctor(at);
    expect(line('github-repository')).toMatchObject({
      text: said.what,
      next: said.next,
    });
  });

  test('no remote called origin, but another one', async () => {
    const at = await stage.place();
    await at.git('remote', 'add', 'upstream', 'https://github.com/team/shop.git');
    const { data } = await cli(at, ['init', '--json']);
    expect(data.missing).toContainEqual({
      what: 'There is no remote called origin, only upstream, and pitcrew.yml names no GitHub repository.',
      next: expect.stringContaining('github.repository in pitcrew.yml'),
    });
    expect(data.found).toContainEqual({ name: 'GitHub token', found: '-', where: 'not looked for' });
  });
});

test('from a folder below, and from a linked worktree, the main checkout is set up', async () => {
  const at = await stage.place({ 'a/b/c': '1\n' });
  await at.git('worktree', 'add', '--quiet', '-b', 'side', '../side');
  const below = await cli(at, ['init', '--yes', '--json'], { cwd: join(at.repository, 'a/b') });
  expect(below.data.changes[0]).toMatchObject({ path: join(at.repository, 'pitcrew.yml'), action: 'create' });
  const linked = await cli(at, ['init', '--json'], { cwd: join(at.folder, 'side') });
  expect(linked.data.changes[0]).toMatchObject({ path: join(at.repository, 'pitcrew.yml'), action: 'same' });
});

test('editors are pointed to the description of pitcrew.yml only where it is', async () => {
  const at = await stage.place({ 'node_modules/pitcrew/pitcrew.schema.json': '{}' });
  await cli(at, ['init', '--yes']);
  expect(await at.read('pitcrew.yml')).toMatch(
    /^# yaml-language-server: \$schema=\.\/node_modules\/pitcrew\/pitcrew\.schema\.json\n/,
  );
  const other = await stage.place();
  await cli(other, ['init', '--yes']);
  expect(await other.read('pitcrew.yml')).not.toContain('$schema');
});
