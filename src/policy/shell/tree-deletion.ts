import { readOptions } from './options.ts';
import { isWithin, pathOf } from './paths.ts';
import { refuse } from './rules.ts';
import type { Argument, Refusal, Scene } from './scene.ts';

/** Judges a deletion of whole folders: the checkout, what holds it, its git folder, or the worktree of another run. */
export function judgeTreeDeletion(
  name: string,
  list: readonly Argument[],
  scene: Scene,
): Refusal | undefined {
  if (name === 'rm') {
    const read = readOptions(list, {});
    const recursive = read.options.some(({ name: option }) => /^(r|R|rec.*)$/.test(option));
    return recursive && read.rest.some((item) => isTree(item, scene)) ? refuse('deletes-tree') : undefined;
  }
  if (name === 'find' && list.some((item) => item.text === '-delete' || /^(rm|unlink)$/.test(item.text))) {
    const narrowed = list.some((item) =>
      /^-(i?name|i?path|i?regex|mtime|mmin|newer|size|empty)$/.test(item.text),
    );
    const places = list.slice(
      0,
      list.findIndex((item) => item.text.startsWith('-')),
    );
    return !narrowed && (places.length === 0 || places.some((item) => isTree(item, scene)))
      ? refuse('deletes-tree')
      : undefined;
  }
  return undefined;
}

function isTree(item: Argument, scene: Scene): boolean {
  if (item.text === '') return false;
  const { root, worktrees } = scene.facts;
  if (/^(\.\/)?(\*|\.\*|\.\/?|\.\.\/?)$/.test(item.text) && item.glob !== /^[./]*$/.test(item.text))
    return !isScratch(scene);
  const path = pathOf({ ...item, text: item.text.replace(/\/(\*|\.\*|\{,\.\}\*)$/, '') || '/' }, scene);
  if (path === undefined)
    return /(^|\/)\.git\/?$/.test(item.text) || /\.pitcrew(\/worktrees)?\/?$/.test(item.text);
  if (isWithin(root, path) || isWithin(path, `${root}/.git`)) return true;
  const ofWorktrees =
    isWithin(path, `${root}/.pitcrew/worktrees`) || isWithin(`${root}/.pitcrew/worktrees`, path);
  return ofWorktrees && !worktrees.some((worktree) => isWithin(path, worktree) && !isWithin(worktree, path));
}

const isScratch = ({ cwd, facts }: Scene): boolean =>
  cwd !== undefined &&
  !isWithin(cwd, facts.root) &&
  !isWithin(facts.root, cwd) &&
  !facts.worktrees.some((worktree) => isWithin(cwd, worktree));
