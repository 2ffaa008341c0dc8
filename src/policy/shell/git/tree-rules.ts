import { hasOption, type Options, readOptions } from '../options.ts';
import { refuse, refuseHolder, refuseUnreadable } from '../rules.ts';
import type { Argument, Refusal, Scene } from '../scene.ts';
import { isUnknownPath, isWholeTree } from './pathspec.ts';

/** What changes the files of the working tree. */
export const TREE_RULES = {
  reset: judgeReset,
  checkout: judgeCheckout,
  restore: judgeRestore,
  switch: judgeSwitch,
  clean: judgeClean,
  'checkout-index': judgeCheckoutIndex,
  apply: judgeApply,
  submodule: judgeSubmodule,
};

function judgeReset(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { long: ['pathspec-from-file'] });
  if (hasOption(read, '', 'hard', 'merge', 'keep')) return refuse('git-reset-hard');
  if (read.unreadable.length > 0) return refuseUnreadable(scene);
  const moves = hasOption(read, '', 'soft') || /[~^]|@\{|^ORIG_HEAD$/.test(read.rest[0]?.text ?? '');
  return moves && read.rest.length <= 1 ? refuseHolder(scene, 'git-by-hand') : undefined;
}

function judgeCheckout(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { valued: 'bB', long: ['orphan', 'conflict', 'pathspec-from-file'] });
  if (hasOption(read, 'B')) return refuse('git-branch-force');
  if (hasOption(read, 'f', 'force', 'pathspec-from-file')) return refuse('git-discard');
  if (read.rest.some((item) => isWholeTree(item, scene))) return refuse('git-discard');
  if ([...read.rest, ...read.unreadable].some(isUnknownPath)) return refuseUnreadable(scene);
  return switches(read) ? judgeMovedMain(scene) : undefined;
}

// One word before no dashes is a branch, or a file; with the letters of a new branch it is certainly a switch.
const switches = (read: Options): boolean =>
  hasOption(read, 'b', 'orphan', 'detach') ||
  (read.rest.length === 1 && read.beforeDashes === 1 && !/[./]\w+$/.test(read.rest[0]?.text ?? ''));

const judgeMovedMain = (scene: Scene): Refusal | undefined =>
  scene.cwd !== undefined &&
  scene.facts.worktrees.some((worktree) => scene.cwd === worktree || scene.cwd?.startsWith(`${worktree}/`))
    ? undefined
    : refuseHolder(scene, 'git-moves-checkout');

function judgeRestore(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { valued: 's', long: ['source', 'conflict', 'pathspec-from-file'] });
  // Taking something out of the index loses nothing that is on disk.
  if (hasOption(read, 'S', 'staged') && !hasOption(read, 'W', 'worktree')) return undefined;
  const whole =
    read.rest.some((item) => isWholeTree(item, scene)) || hasOption(read, '', 'pathspec-from-file');
  if (whole) return refuse('git-discard');
  return [...read.rest, ...read.unreadable].some(isUnknownPath) ? refuseUnreadable(scene) : undefined;
}

function judgeSwitch(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { valued: 'cC', long: ['create', 'force-create', 'orphan', 'conflict'] });
  if (
    hasOption(read, 'C') ||
    read.options.some(({ name }) => name.length > 6 && 'force-create'.startsWith(name))
  )
    return refuse('git-branch-force');
  if (hasOption(read, 'f', 'force', 'discard-changes')) return refuse('git-discard');
  return read.unreadable.length > 0 ? refuseUnreadable(scene) : undefined;
}

function judgeClean(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { valued: 'e', long: ['exclude'] });
  const dry =
    hasOption(read, 'n') || read.options.some(({ name }) => name.length > 2 && 'dry-run'.startsWith(name));
  if (read.unreadable.length > 0) return refuseUnreadable(scene);
  return dry ? undefined : refuse('git-clean');
}

function judgeCheckoutIndex(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, { long: ['prefix', 'stage'] });
  if (read.options.some(({ name }) => name === 'prefix')) return undefined;
  if (read.unreadable.length > 0) return refuseUnreadable(scene);
  return hasOption(read, 'f', 'force') && hasOption(read, 'a', 'all') ? refuse('git-discard') : undefined;
}

function judgeApply(list: readonly Argument[], scene: Scene): Refusal | undefined {
  const read = readOptions(list, {
    valued: 'pC',
    long: ['exclude', 'include', 'directory', 'whitespace', 'build-fake-ancestor'],
  });
  if (hasOption(read, '', 'check', 'stat', 'numstat', 'summary') && !hasOption(read, '', 'apply'))
    return undefined;
  return judgeMovedMain(scene);
}

function judgeSubmodule(list: readonly Argument[]): Refusal | undefined {
  const read = readOptions(list, {});
  const verb = read.rest[0]?.text;
  return (verb === 'deinit' || verb === 'update') && hasOption(read, 'f', 'force')
    ? refuse('git-discard')
    : undefined;
}
