import type { Argument } from './scene.ts';
import { HOLE } from './syntax.ts';

/** The name of a program as the rules know it: without folder, `.exe`, version (`pitcrew@1`) and letter case. */
export function programName(text: string): string {
  const known = text.replaceAll(HOLE, '').replace(/^=/, '');
  const base = known.slice(known.lastIndexOf('/') + 1).toLowerCase();
  return base.replace(/(?<=.)@[^@]*$/, '').replace(/\.(exe|cmd|bat)$/, '');
}

/** Whether the word may turn out to be `name`: holes and glob characters stand for anything. */
export function mayBe(item: Argument, name: string): boolean {
  const base = item.text.slice(item.text.lastIndexOf('/') + 1);
  if (base.length > 60) return false;
  let pattern = '';
  for (let at = 0; at < base.length; at += 1) {
    const character = base[at] ?? '';
    if (character === HOLE || (item.glob && character === '*')) pattern += '.*';
    else if (item.glob && (character === '?' || character === '[')) {
      pattern += '.';
      const close = character === '[' ? base.indexOf(']', at) : -1;
      if (close > 0) at = close;
    } else pattern += character.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
  return new RegExp(`^${pattern.replace(/(\.\*)+/g, '.*')}$`, 'i').test(name);
}

export const SHELLS = new Set(
  'sh bash zsh dash ash ksh mksh rbash rksh fish csh tcsh yash pwsh powershell xonsh nu elvish'.split(' '),
);
export const isShell = (name: string): boolean => SHELLS.has(name.replace(/-?\d+(\.\d+)*$/, ''));
