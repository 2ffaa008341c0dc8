import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The worktree that a subagent works in: the one of its first edit, for good. Kept beside the ledger, as each hook is
 * a process of its own. Throws where it cannot be written down: then nobody could hold it to it.
 */
export function boundWorktree(commonDirectory: string, agent: string, worktree: string): string {
  const folder = join(commonDirectory, 'pitcrew', 'agents');
  const file = join(folder, agent.replace(/[^\w-]/g, '_').slice(0, 100));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, worktree, { flag: 'wx', mode: 0o600 });
    forgetOld(folder);
    return worktree;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      return readFileSync(file, 'utf8');
    throw error;
  }
}

/** A subagent lives for minutes or hours. */
const OLD_MS = 7 * 24 * 3_600_000;

function forgetOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > OLD_MS) rmSync(file, { force: true });
  }
}
