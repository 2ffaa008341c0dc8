import { readOptions } from './options.ts';
import { isWithin, pathOf } from './paths.ts';
import { refuse } from './rules.ts';
import { type Argument, argument, type Refusal, type Scene } from './scene.ts';
import type { Command, Word } from './syntax.ts';

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
  if (name === 'mv')
    return readOptions(list, {})
      .rest.slice(0, -1)
      .some((item) => isTree(item, scene))
      ? refuse('deletes-tree')
      : undefined;
  if (name === 'rsync' && list.some((item) => item.text.startsWith('--del'))) {
    const target = list.at(-1);
    return target && isTree(target, scene) ? refuse('deletes-tree') : undefined;
  }
  if (name === 'find' && list.some((item) => item.text === '-delete' || /^(rm|unlink)$/.test(item.text))) {
    const narrowed = list.some((item) => NARROWS.test(item.text));
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

/** Judges a list of files that is led into a deletion: all that `find` or `git ls-files` names, narrowed by nothing. */
export function judgePipedDeletion(commands: readonly Command[], scene: Scene): Refusal | undefined {
  const piped = commands.some((command, at) => {
    const texts = command.words.map(literal);
    if (!command.piped || texts[0] !== 'xargs' || !texts.some((text) => /^(rm|unlink|shred)$/.test(text)))
      return false;
    const [source = '', ...list] = (commands[at - 1]?.words ?? []).map(literal);
    if (source === 'git')
      return list[0] === 'ls-files' && list.slice(1).every((text) => /^-(z|-cached|c)$/.test(text));
    return source === 'find' && !list.some((text) => NARROWS.test(text)) && wholeOf(list, scene);
  });
  return piped ? refuse('deletes-tree') : undefined;
}

const literal = (word: Word): string =>
  word.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');

const wholeOf = (list: readonly string[], scene: Scene): boolean => {
  const end = list.findIndex((text) => text.startsWith('-'));
  const places = list.slice(0, end < 0 ? undefined : end);
  return places.length === 0 || places.some((text) => isTree(argument(text), scene));
};

const NARROWS = /^-(i?name|i?path|i?regex|mtime|mmin|newer|size|empty)$/;

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
