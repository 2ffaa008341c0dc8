import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HookInput } from './input.ts';
import { editedPath, judgeEdit, privateFile } from './judge-edit.ts';
import { isLedgerFile, namesLedger } from './ledger-file.ts';
import { placeOf, realOf } from './place.ts';
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
  const seen = new Map<string, Promise<Watched | undefined>>();
  // The file and the session are nearly always in one repository, and a ledger is read once.
  const look = (path: string): Promise<Watched | undefined> | undefined => {
    const place = placeOf(path);
    if (!place) return undefined;
    const known = seen.get(place.commonDirectory) ?? watched(place, session, now);
    seen.set(place.commonDirectory, known);
    return known;
  };
  if (input.tool === 'Bash') {
    const here = (await look(input.cwd)) ?? (await look(env.CLAUDE_PROJECT_DIR ?? input.cwd));
    const place = placeOf(input.cwd);
    if (!here && !(place && namesLedger(input.command, place))) return ALLOW;
    // The rules for command lines are most of the guard: an edit does not wait for them.
    const { judgeBash, judgeIdleBash } = await import('./judge-bash.ts');
    if (!here) return place ? judgeIdleBash(input, place, env) : ALLOW;
    const verdict = judgeBash(input, here, env);
    return verdict.allow && here.own.length > 0 && isStopped(here) ? STOPPED : verdict;
  }
  if (input.file === '') return ALLOW;
  const home = await look(realOf(input.cwd));
  if (home && home.own.length > 0 && isStopped(home)) return STOPPED;
  const path = editedPath(input);
  if (isLedgerFile(path)) return privateFile(path);
  const { verdict, wanted } = judgeEdit(input, path, { here: await look(path), home });
  if (!verdict.allow || !wanted) return verdict;
  if (wanted.seen.isCopy) {
    const { claimThroughServer } = await import('./claim-through-server.ts');
    return claimThroughServer(wanted);
  }
  const { claimPath } = await import('./claim-path.ts');
  return claimPath(wanted);
}

const isStopped = ({ place }: Watched): boolean => existsSync(join(place.mainCheckout, '.pitcrew', 'stop'));

const STOPPED = deny(
  'a person has stopped all work of Pitcrew here (pitcrew stop).',
  'Stop now, and tell the person what is unfinished. `pitcrew resume`, typed by them, lets it go on.',
);
