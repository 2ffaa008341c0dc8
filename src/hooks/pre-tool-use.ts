import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HookInput } from './input.ts';
import { judgeEdit } from './judge-edit.ts';
import { placeOf } from './place.ts';
import { type Watched, watched } from './repository.ts';
import { sessionOf } from './session.ts';
import { ALLOW, deny, type HookVerdict } from './verdict.ts';

/**
 * The gate before a tool runs. `now` is epoch milliseconds. Says yes at once in a repository without live runs; throws
 * where it cannot find out, and then the caller says no.
 */
export async function preToolUse(
  input: HookInput,
  env: NodeJS.ProcessEnv,
  now: number,
): Promise<HookVerdict> {
  const session = sessionOf(input, env);
  const look = (path: string): Watched | undefined => {
    const place = placeOf(path);
    return place && watched(place, session, now);
  };
  if (input.tool === 'Bash') {
    const seen = look(input.cwd) ?? look(env.CLAUDE_PROJECT_DIR ?? input.cwd);
    if (!seen) return ALLOW;
    // The rules for command lines are most of the guard: an edit does not wait for them.
    const { judgeBash } = await import('./judge-bash.ts');
    return judgeBash(input, seen, env);
  }
  if (input.file === '') return ALLOW;
  const home = look(input.cwd);
  if (home && home.own.length > 0 && isStopped(home)) return STOPPED;
  const { verdict, wanted } = judgeEdit(input, look);
  if (!verdict.allow || !wanted) return verdict;
  const { claimPath } = await import('./claim-path.ts');
  return claimPath(wanted);
}

const isStopped = ({ place }: Watched): boolean => existsSync(join(place.mainCheckout, '.pitcrew', 'stop'));

const STOPPED = deny(
  'a person has stopped all work of Pitcrew here (pitcrew stop).',
  'Stop now, and tell the person what is unfinished. `pitcrew resume`, typed by them, lets it go on.',
);
