import { isUnreadable } from '../options.ts';
import { isWithin, pathOf } from '../paths.ts';
import type { Argument, Scene } from '../scene.ts';

/**
 * Whether the pathspec means the whole tree, or a pattern that reaches over it: `.`, `:/`, `*`, `:!x`, a folder that
 * holds the checkout, a first segment with a wildcard.
 */
export function isWholeTree(item: Argument, scene: Scene): boolean {
  const { facts } = scene;
  const magic = /^:(\(([^)]*)\)|[/!^]+)?(.*)$/s.exec(item.text);
  if (magic) {
    const words = magic[2] ?? magic[1] ?? '';
    if (/exclude|[!^]/.test(words)) return true;
    const path = magic[3] ?? '';
    return path === '' || isPattern(path) || /^[./]*$/.test(path);
  }
  if (isPattern(item.text) || /^[./]+$/.test(item.text)) return true;
  const path = pathOf(item, scene);
  return path !== undefined && [facts.root, ...facts.worktrees].some((tree) => isWithin(tree, path));
}

/** A word of which it is not known whether it is the whole tree. */
export const isUnknownPath = (item: Argument): boolean => isUnreadable(item);

// The first segment (after ./ and ../) holds a wildcard, so the rest does not narrow it to a folder.
const isPattern = (text: string): boolean => /^(?:\.{0,2}\/)*[^/]*[*?[]/.test(text);
