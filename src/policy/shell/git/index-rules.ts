import { hasOption, readOptions } from '../options.ts';
import { refuse, refuseUnreadable } from '../rules.ts';
import type { Argument, Refusal, Scene } from '../scene.ts';
import { isUnknownPath, isWholeTree } from './pathspec.ts';

/** What changes the index: add, commit, rm, read-tree, stash. */
export const INDEX_RULES = {
  add: judgeAdd,
  stage: judgeAdd,
  commit: judgeCommit,
  rm: judgeRemove,
  mv: judgeMove,
  'read-tree': judgeReadTree,
  stash: judgeStash,
};

function judgeAdd(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { long: ['chmod', 'pathspec-from-file'] });
  if (hasOption(read, 'n') || read.options.some(({ name }) => name === 'dry-run')) return undefined;
  if (hasOption(read, 'Au', 'all', 'update', 'no-ignore-removal', 'renormalize', 'pathspec-from-file'))
    return refuse('git-add-all');
  if (read.rest.some((item) => isWholeTree(item, scene))) return refuse('git-add-all');
  return [...read.rest, ...read.unreadable].some(isUnknownPath) ? refuseUnreadable(scene) : undefined;
}

const COMMIT = {
  valued: 'mFCct',
  attached: 'uS',
  long: [
    'message',
    'file',
    'reuse-message',
    'reedit-message',
    'fixup',
    'squash',
    'author',
    'date',
    'template',
    'cleanup',
    'trailer',
    'pathspec-from-file',
  ],
};

function judgeCommit(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, COMMIT);
  if (read.options.some(({ name }) => name === 'dry-run')) return undefined;
  if (hasOption(read, 'n', 'no-verify')) return refuse('hooks-off');
  if (hasOption(read, '', 'amend')) return refuse('git-commit-amend');
  if (hasOption(read, 'aoi', 'all', 'only', 'include', 'pathspec-from-file')) return refuse('git-commit-all');
  if (read.unreadable.length > 0) return refuseUnreadable(scene);
  const values = read.options.flatMap(({ value }) => value ?? []);
  if (values.some((value) => value.many)) return refuseUnreadable(scene);
  return read.rest.length > 0
    ? refuse('git-commit-all', 'Naming paths to commit is the same as --only.')
    : undefined;
}

function judgeRemove(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { long: ['pathspec-from-file'] });
  if (hasOption(read, 'n') || read.options.some(({ name }) => name === 'dry-run')) return undefined;
  const whole =
    read.rest.some((item) => isWholeTree(item, scene)) || hasOption(read, '', 'pathspec-from-file');
  if (whole) return refuse('git-discard');
  return [...read.rest, ...read.unreadable].some(isUnknownPath) ? refuseUnreadable(scene) : undefined;
}

function judgeMove(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const sources = readOptions(list, {}).rest.slice(0, -1);
  return sources.some((item) => isWholeTree(item, scene)) ? refuse('git-discard') : undefined;
}

function judgeReadTree(list: readonly Argument[]): Refusal | undefined {
  const read = readOptions(list, { long: ['prefix', 'index-output', 'exclude-per-directory'] });
  return hasOption(read, 'um', 'reset') ? refuse('git-reset-hard') : undefined;
}

function judgeStash([first]: readonly Argument[]): Refusal | undefined {
  return first?.text === 'list' || first?.text === 'show' ? undefined : refuse('git-stash');
}
