import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Repository } from './repository.ts';

/**
 * Keeps what Pitcrew writes below the main checkout out of its `git status`, through `info/exclude`, which is shared by
 * all worktrees and committed by none. One short append of whole lines: two at once can at worst write them twice.
 */
export async function excludeFromStatus(repository: Repository, folder: string): Promise<void> {
  const inside = relative(repository.mainCheckout, folder).split(sep);
  if (inside[0] === '..' || inside[0] === '') return;
  await excludePatterns(repository, [
    inside[0] === '.pitcrew' ? '/.pitcrew/' : `/${inside.map(escaped).join('/')}/`,
  ]);
}

/** Adds what is missing of these patterns, as they stand in a `.gitignore`. A tracked file is not affected. */
export async function excludePatterns(repository: Repository, patterns: readonly string[]): Promise<void> {
  const file = join(repository.commonDirectory, 'info', 'exclude');
  const present = await readFile(file, 'utf8').catch(() => '');
  const lines = new Set(present.split(/\r?\n/));
  const missing = patterns.filter((pattern) => !lines.has(pattern));
  if (missing.length === 0) return;
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${present === '' || present.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`);
}

const escaped = (segment: string): string => segment.replace(/[\\*?[\]#! ]/g, '\\$&');
