import { posix } from 'node:path';
import type { Argument, Scene } from './scene.ts';
import { HOLE } from './syntax.ts';

/** The absolute path that the argument names, or undefined when that cannot be told. */
export function pathOf(item: Argument, scene: Scene): string | undefined {
  if (item.text.includes(HOLE) || item.text === '') return undefined;
  if (item.text.startsWith('/')) return posix.normalize(item.text);
  if (item.text.startsWith('~')) return undefined;
  return scene.cwd === undefined ? undefined : posix.normalize(posix.join(scene.cwd, item.text));
}

/** Whether `path` is `folder` or lies in it; letter case is ignored, as some file systems do. */
export function isWithin(path: string, folder: string): boolean {
  const base = folder.endsWith('/') ? folder.replace(/\/+$/, '') : folder;
  if (path.length < base.length || (path.length > base.length && path[base.length] !== '/')) return false;
  return path.slice(0, base.length).toLowerCase() === base.toLowerCase();
}

/** Changes the place of the scene, as `cd` does. */
export function changeFolder(item: Argument | undefined, scene: Scene): void {
  if (!item) scene.cwd = scene.facts.home;
  else scene.cwd = item.glob ? undefined : pathOf(item, scene);
}
