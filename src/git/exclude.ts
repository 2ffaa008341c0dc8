import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { messageOf, upstreamError } from '../core/errors.ts';
import { diskFullError, isDiskFull } from '../core/full-disk.ts';
import type { Repository } from './repository.ts';

/**
 * Keeps what Pitcrew writes below the main checkout out of its `git status`, through `info/exclude`, which is shared by
 * all worktrees and committed by none.
 */
export async function excludeFromStatus(repository: Repository, folder: string): Promise<void> {
  const inside = relative(repository.mainCheckout, folder).split(sep);
  if (inside[0] === '..' || inside[0] === '') return;
  await excludePatterns(repository, [
    inside[0] === '.pitcrew' ? '/.pitcrew/' : `/${inside.map(escaped).join('/')}/`,
  ]);
}

/**
 * Adds what is missing of these patterns, as they stand in a `.gitignore`. A tracked file is not affected. The file is
 * replaced whole: a disk that is full leaves it as it was, and not with half a pattern, which would ignore something else.
 * Throws `input` where the disk is full, `upstream` where it cannot be written for another reason.
 */
export async function excludePatterns(repository: Repository, patterns: readonly string[]): Promise<void> {
  const named = join(repository.commonDirectory, 'info', 'exclude');
  const file = existsSync(named) ? realpathSync(named) : named;
  // Another process that adds something at the same moment may take ours out again; then it is added once more.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) if (!addMissing(file, patterns)) return;
}

const ATTEMPTS = 5;

/** False when nothing was missing. In one go: between reading and replacing, nothing else of this process may come. */
function addMissing(file: string, patterns: readonly string[]): boolean {
  const before = statSync(file, { throwIfNoEntry: false });
  const present = before ? readFileSync(file, 'utf8') : '';
  const lines = new Set(present.split(/\r?\n/));
  const missing = patterns.filter((pattern) => !lines.has(pattern));
  if (missing.length === 0) return false;
  const lineBreak = present === '' || present.endsWith('\n') ? '' : '\n';
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, `${present}${lineBreak}${missing.join('\n')}\n`);
    if (before) chmodSync(draft, before.mode & 0o777);
    renameSync(draft, file);
  } catch (error) {
    if (isDiskFull(error)) throw diskFullError(`${file} cannot be written`, 'it is as it was', error);
    throw upstreamError(
      `${file} cannot be written: ${messageOf(error)}.`,
      'Check that this user may write to the git directory.',
      error,
    );
  } finally {
    rmSync(draft, { force: true });
  }
  return true;
}

const escaped = (segment: string): string => segment.replace(/[\\*?[\]#! ]/g, '\\$&');
