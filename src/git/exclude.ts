import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Repository } from './repository.ts';

/**
 * Keeps worktrees below the main checkout out of its `git status`, through `info/exclude`, which is shared by all
 * worktrees and committed by none. One short append of a whole line: two at once can at worst write it twice.
 */
export async function excludeFromStatus(repository: Repository, folder: string): Promise<void> {
  const inside = relative(repository.mainCheckout, folder).split(sep);
  if (inside[0] === '..' || inside[0] === '') return;
  const pattern = inside[0] === '.pitcrew' ? '/.pitcrew/' : `/${inside.map(escaped).join('/')}/`;
  const file = join(repository.commonDirectory, 'info', 'exclude');
  const present = await readFile(file, 'utf8').catch(() => '');
  if (present.split(/\r?\n/).includes(pattern)) return;
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${present === '' || present.endsWith('\n') ? '' : '\n'}${pattern}\n`);
}

const escaped = (segment: string): string => segment.replace(/[\\*?[\]#! ]/g, '\\$&');
