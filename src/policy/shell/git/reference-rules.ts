import { hasOption, isUnreadable, readOptions } from '../options.ts';
import { isWithin, pathOf } from '../paths.ts';
import { refuse, refuseUnreadable } from '../rules.ts';
import { type Argument, argument, type Refusal, type Scene } from '../scene.ts';
import { judgeGitSetting } from './settings.ts';

const rewrites = (): Refusal => refuse('git-rewrite');

/** What changes branches, references, worktrees and settings, here and on the remote. */
export const REFERENCE_RULES = {
  push: judgePush,
  'send-pack': judgePush,
  branch: judgeBranch,
  worktree: judgeWorktree,
  reflog: judgeReflog,
  gc: judgeCollection,
  fetch: judgeFetch,
  remote: judgeRemote,
  lfs: ([verb, next]: readonly Argument[]) =>
    verb?.text === 'migrate' && next?.text !== 'info' ? refuse('git-rewrite') : undefined,
  repack: judgeRepack,
  config: judgeConfig,
  'symbolic-ref': judgeSymbolicReference,
  'update-ref': rewrites,
  'filter-branch': rewrites,
  'filter-repo': rewrites,
  'fast-import': rewrites,
  replace: rewrites,
  prune: rewrites,
  'receive-pack': rewrites,
};

function judgePush(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { valued: 'o', long: ['repo', 'push-option', 'receive-pack', 'exec'] });
  const forces = hasOption(read, 'fd', 'force', 'force-with-lease', 'mirror', 'delete', 'prune', 'no-verify');
  if (forces || read.rest.some(({ text }) => /^\+|^:./.test(text))) return refuse('git-force-push');
  return read.unreadable.length > 0 || read.rest.some(isUnreadable) ? refuseUnreadable(scene) : undefined;
}

function judgeBranch(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, {
    valued: 'u',
    long: [
      'set-upstream-to',
      'contains',
      'no-contains',
      'merged',
      'no-merged',
      'points-at',
      'format',
      'sort',
    ],
  });
  if (hasOption(read, 'DfMC', 'force')) return refuse('git-branch-force');
  return read.unreadable.length > 0 ? refuseUnreadable(scene) : undefined;
}

function judgeWorktree([verb, ...list]: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { valued: 'bB', long: ['reason', 'expire'] });
  if (!verb || /^(list|repair|lock)$/.test(verb.text)) return undefined;
  if (isUnreadable(verb)) return refuseUnreadable(scene);
  if (verb.text === 'add') return hasOption(read, 'fB', 'force') ? refuse('git-branch-force') : undefined;
  if (verb.text === 'prune') return hasOption(read, 'n', 'dry-run') ? undefined : refuse('git-worktree');
  const own = read.rest.slice(0, 1).some((item) => isOwnWorktree(item, scene));
  return own && !hasOption(read, 'f', 'force') ? undefined : refuse('git-worktree');
}

function isOwnWorktree(item: Argument, scene: Scene): boolean {
  const path = pathOf(item, scene);
  return (
    path !== undefined &&
    scene.facts.worktrees.some((worktree) => isWithin(path, worktree) && isWithin(worktree, path))
  );
}

function judgeReflog([verb]: readonly Argument[], scene: Scene): Refusal | undefined {
  if (verb && isUnreadable(verb)) return refuseUnreadable(scene);
  return verb && /^(expire|delete|drop|write)$/.test(verb.text) ? refuse('git-rewrite') : undefined;
}

function judgeCollection(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, {});
  if (read.unreadable.length > 0) return refuseUnreadable(scene);
  return hasOption(read, '', 'prune') ? refuse('git-rewrite') : undefined;
}

// `-ad` leaves out what nothing refers to any more; `-Ad` keeps it.
function judgeRepack(list: readonly Argument[]): Refusal | undefined {
  const read = readOptions(list, { long: ['window', 'depth', 'threads', 'max-pack-size'] });
  const has = (letter: string) => read.options.some(({ name }) => name === letter);
  return has('a') && has('d') ? refuse('git-rewrite') : undefined;
}

/** A forced fetch into anything but what mirrors the remote moves a branch of this repository. */
function judgeFetch(list: readonly Argument[]): Refusal | undefined {
  const read = readOptions(list, {
    valued: 'jo',
    long: [
      'depth',
      'deepen',
      'shallow-since',
      'shallow-exclude',
      'refmap',
      'jobs',
      'filter',
      'server-option',
    ],
  });
  const forced = hasOption(read, 'fu', 'force', 'update-head-ok');
  const moves = read.rest.some(({ text }) => {
    const [, plus, target] = /^(\+?)[^:]*:(.+)$/.exec(text) ?? [];
    return target !== undefined && !/^(refs\/remotes\/|\/\/)/.test(target) && (forced || plus === '+');
  });
  return moves ? refuse('git-branch-force') : undefined;
}

function judgeRemote([verb]: readonly Argument[]): Refusal | undefined {
  return /^(rm|remove|rename|set-url)$/.test(verb?.text ?? '')
    ? refuse('git-rewrite', 'Other sessions push there.')
    : undefined;
}

// The readable HEAD takes one word; a second one moves it.
function judgeSymbolicReference(list: readonly Argument[]): Refusal | undefined {
  const read = readOptions(list, { valued: 'm' });
  return hasOption(read, 'd', 'delete') || read.rest.length > 1 ? refuse('git-rewrite') : undefined;
}

const CONFIG = { valued: 'f', long: ['file', 'blob', 'type', 'default', 'comment', 'value', 'url'] };
const READS = ['get', 'get-all', 'get-regexp', 'get-urlmatch', 'list', 'l', 'get-color', 'get-colorbool'];

function judgeConfig(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, CONFIG);
  if (read.options.some(({ name }) => READS.includes(name))) return undefined;
  const [first, ...more] = read.rest;
  const verb = /^(get|list|set|unset|edit|rename-section|remove-section)$/.exec(first?.text ?? '')?.[0];
  if (verb === 'get' || verb === 'list') return undefined;
  const [key, value] = verb ? more : [first, more[0]];
  if (read.unreadable.length > 0 || (key && isUnreadable(key))) return refuseUnreadable(scene);
  if (/section/.test(verb ?? '') || read.options.some(({ name }) => /section$/.test(name)))
    return /^(core|alias|hook|include)/i.test(key?.text ?? '') ? refuse('hooks-off') : undefined;
  const unset = verb === 'unset' || read.options.some(({ name }) => name.startsWith('unset'));
  if (!key || (!value && !unset)) return undefined;
  return judgeGitSetting(key.text, unset ? argument('') : (value ?? argument('')), scene, 'for good');
}
