import { isAbsolute, relative, sep } from 'node:path';

/**
 * A file as somebody names it, relative to the top of the checkout: `./` in front and the checkout's own path are taken
 * off. Anything else stays as it stands, for those who judge names.
 */
export function nameInCheckout(root: string, name: string): string {
  if (!isAbsolute(name)) return name.replace(/^(?:\.\/+)+(?=.)/, '');
  const way = relative(root, name);
  return way === '' || way.split(sep)[0] === '..' ? name : way.split(sep).join('/');
}
