import { literalGlob } from '../../ledger/glob-text.ts';
import type { GuardCommand, Ledger, PathClaim, Run } from '../../ledger/ledger.ts';
import { covers } from '../../ledger/overlap.ts';
import { commandId } from '../core/command-id.ts';
import { refusedError } from '../core/errors.ts';
import { conflictError } from './conflict.ts';
import { guardEffect } from './guard-effect.ts';

/**
 * Makes sure that a run is still in force and covers `paths` before an effect lands: a needed path that is free joins
 * the claim, and what the run shares it goes on sharing. Throws a refused error when the run has ended, was taken over, or a path is held by another session.
 */
export async function claimPaths(
  context: { ledger(): Promise<Ledger> },
  run: Pick<Run, 'run' | 'fence' | 'paths'>,
  paths: string[],
  effect: GuardCommand['effect'],
): Promise<void> {
  const ledger = await context.ledger();
  const amended = await ledger.amend({
    cmd: commandId(),
    run: run.run,
    fence: run.fence,
    add: paths.map((path) => ({ glob: literalGlob(path), mode: modeOf(path, run.paths) })),
    drop: [],
  });
  if (!amended.ok) {
    throw 'conflicts' in amended
      ? conflictError(amended.conflicts, 'path')
      : refusedError(amended.reason, amended.advice);
  }
  await guardEffect(context, run, effect, paths);
}

function modeOf(path: string, claims: readonly PathClaim[]): PathClaim['mode'] {
  const held = claims.filter(({ glob }) => covers(glob, path));
  return held.length > 0 && held.every(({ mode }) => mode === 'shared') ? 'shared' : 'exclusive';
}
