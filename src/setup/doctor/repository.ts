import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { type Config, loadConfig } from '../../config/config.ts';
import { configSchema } from '../../config/schema.ts';
import { readFileAt } from '../../git/export-tree.ts';
import { gitRead } from '../../git/git.ts';
import { requireIdentity } from '../../git/identity.ts';
import { atMainCheckout, headOf, type Repository, resolveCommit } from '../../git/repository.ts';
import { findBase } from '../base-branch.ts';
import type { World } from '../world.ts';
import { type Check, reporter } from './check.ts';

const say = reporter('repository');

/** The configuration that counts, and what there is to say about it. Defaults where it is not valid. */
export async function checkConfig(repository: Repository): Promise<{ config: Config; checks: Check[] }> {
  const main = atMainCheckout(repository);
  try {
    const config = await loadConfig(main.root, (path) => readFileAt(main, 'HEAD', path));
    return { config, checks: [await configLine(main, config)] };
  } catch (error) {
    return { config: configSchema.parse({}), checks: [say.thrown('config', error)] };
  }
}

async function configLine(main: Repository, { source }: Config): Promise<Check> {
  if (source === undefined) return say.ok('config', 'No pitcrew.yml: everything is found out');
  const [committed, lying] = await Promise.all([
    readFileAt(main, 'HEAD', source),
    readFile(join(main.root, source), 'utf8').catch(() => undefined),
  ]);
  if (committed === undefined)
    return say.warn(
      'config',
      `${source} is valid, but not committed.`,
      `Commit ${source}: agents go by the committed file, and its word on unattended work counts only there.`,
    );
  return committed === lying
    ? say.ok('config', `${source} is valid`)
    : say.warn(
        'config',
        `${source} in the checkout differs from the committed one, which is the one that counts.`,
        `Commit ${source}, or undo the change.`,
      );
}

export async function checkCommits(repository: Repository): Promise<Check[]> {
  const where = say.ok('repository', repository.mainCheckout);
  try {
    const head = await headOf(repository);
    const at = say.ok('commits', `On ${head.branch ?? 'a detached HEAD'}, ${head.sha.slice(0, 12)}`);
    return [where, at, ...(await identityLine(repository))];
  } catch (error) {
    return [where, say.thrown('commits', error)];
  }
}

/** A fix would only hear of it when it is committed. Nothing is to be said where git knows. */
async function identityLine(repository: Repository): Promise<Check[]> {
  try {
    await requireIdentity(repository);
    return [];
  } catch (error) {
    return [say.thrown('identity', error)];
  }
}

export async function checkBase(repository: Repository, config: Config): Promise<Check[]> {
  const named = config.github.base;
  if (named !== undefined) {
    const isThere = (await resolveCommit(repository, named)) !== undefined;
    return [
      isThere
        ? say.ok('base', `Fixes start from ${named} (${config.source})`)
        : say.fail(
            'base',
            `github.base names ${named}, which is no commit here.`,
            `Fetch it, or correct github.base in ${config.source}.`,
          ),
    ];
  }
  const base = await findBase(repository);
  if (base === undefined) return [say.unknown('base', 'No base branch before the first commit')];
  return [
    base.isDefault
      ? say.ok('base', `Fixes start from ${base.branch} (${base.place})`)
      : say.warn(
          'base',
          `The clone does not know its remote's default branch; fixes would start from what is checked out, not from ${base.branch}.`,
          `Run git remote set-head origin --auto, or set github.base to ${base.branch} in pitcrew.yml.`,
        ),
  ];
}

/** Nothing is to be said where nobody stopped anything. */
export function checkStopped(world: Pick<World, 'stopReason'>, root: string): Check[] {
  const reason = world.stopReason(root);
  if (reason === undefined) return [];
  return [
    say.warn(
      'stopped',
      `All work of Pitcrew is stopped here: ${reason}.`,
      'Run pitcrew resume to let it go on.',
    ),
  ];
}

/** Whether what is made in the worktrees' folder would show up in the main checkout's `git status`. */
export async function checkWorktreesIgnored(repository: Repository, config: Config): Promise<Check[]> {
  const main = atMainCheckout(repository);
  const folder = isAbsolute(config.worktrees) ? config.worktrees : join(main.root, config.worktrees);
  const inside = relative(main.root, folder);
  if (inside.startsWith('..'))
    return [say.ok('worktrees-ignored', `Worktrees lie outside the checkout, in ${folder}`)];
  if (inside === '')
    return [
      say.fail(
        'worktrees-ignored',
        'worktrees names the checkout itself.',
        'Name a folder below it, for example .pitcrew/worktrees.',
      ),
    ];
  const asked = await gitRead(
    main,
    ['--no-literal-pathspecs', 'check-ignore', '--quiet', '--no-index', `${inside}/any/file`],
    {
      accept: [0, 1],
    },
  );
  if (asked.code === 0) return [say.ok('worktrees-ignored', `${inside} is ignored by git`)];
  return [
    existsSync(folder)
      ? say.warn(
          'worktrees-ignored',
          `${inside} is there and not ignored by git.`,
          `Add /${inside}/ to .git/info/exclude; Pitcrew does so with its next worktree.`,
        )
      : say.ok(
          'worktrees-ignored',
          `${inside} is not there yet; it is excluded when the first worktree is made`,
        ),
  ];
}
