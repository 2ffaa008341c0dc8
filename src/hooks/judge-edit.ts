import { homedir, tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { covered, holdersOf, type RunView } from '../../ledger/reader.ts';
import { isoSeconds } from '../core/clock.ts';
import { asTypedHere } from '../core/program-name.ts';
import { boundWorktree } from './agents.ts';
import type { HookInput } from './input.ts';
import { placeOf, realOf, within } from './place.ts';
import { isPrivate } from './private-files.ts';
import type { Watched } from './repository.ts';
import { ALLOW, deny, type HookVerdict } from './verdict.ts';

/** A free path of the session's own worktree that is not in its claim yet. */
export interface Wanted {
  run: RunView;
  path: string;
  seen: Watched;
}

export type EditVerdict = { verdict: HookVerdict; wanted?: Wanted };

/** Where the edit would land, links resolved. */
export const editedPath = (input: HookInput): string => realOf(resolve(input.cwd, input.file));

/** Who works in the repository around the edited file, and in the one in which the session stands. */
export interface Surroundings {
  here: Watched | undefined;
  home: Watched | undefined;
}

/**
 * Whether a file (`editedPath`) may be edited by the session whose hook this is. With a `wanted` the edit is fine once
 * the path is in that run's claim.
 */
export function judgeEdit(input: HookInput, path: string, { here, home }: Surroundings): EditVerdict {
  const own = [
    ...new Map([here, home].flatMap((seen) => (seen?.own ?? []).map((run) => [run.run, run]))).values(),
  ];
  for (const seen of [here, home]) {
    if (seen?.unreadable !== undefined) return { verdict: unreadable(seen.unreadable) };
  }
  const rooms = worktreesOf(own);
  const room = rooms.find((candidate) => within(candidate.path, path) !== undefined);
  if (room) return inOwnWorktree(input, path, room, here);
  if (isPrivate(path, here ?? home, own.length > 0)) return { verdict: privateFile(path) };
  const foreign = worktreesOf(here?.others ?? []).find(({ path: at }) => within(at, path) !== undefined);
  if (foreign) return { verdict: othersWorktree(foreign.run) };
  if (rooms.length > 0 && !isScratch(path)) return { verdict: outside(path, rooms) };
  return { verdict: here ? heldByOthers(relativePath(path), here.others) : ALLOW };
}

interface Room {
  path: string;
  run: RunView;
}

const worktreesOf = (runs: readonly RunView[]): Room[] =>
  runs.flatMap((run) => run.worktrees.map((worktree) => ({ path: realOf(worktree.path), run })));

function inOwnWorktree(input: HookInput, path: string, room: Room, here: Watched | undefined): EditVerdict {
  const inside = within(room.path, path) ?? '';
  if (inside === '.git' || inside.startsWith('.git/')) return { verdict: privateFile(path) };
  if (input.agent !== '' && here) {
    const bound = boundWorktree(here.place.commonDirectory, input.agent, room.path);
    if (bound !== room.path) return { verdict: otherRoom(bound) };
  }
  const verdict = heldByOthers(inside, here?.others ?? []);
  const isClaimed = covered(room.run, inside);
  if (!verdict.allow || isClaimed || inside === '' || !here) return { verdict };
  return { verdict, wanted: { run: room.run, path: inside, seen: here } };
}

function relativePath(path: string): string {
  const place = placeOf(dirname(path));
  return place ? (within(place.root, path) ?? '') : '';
}

function heldByOthers(path: string, others: readonly RunView[]): HookVerdict {
  const [holder] = path === '' ? [] : holdersOf(others, path);
  return holder ? heldBy(path, holder) : ALLOW;
}

/** The refusal of a path that another run claims. */
export function heldBy(path: string, holder: RunView): HookVerdict {
  const branch = holder.worktrees[0] ? ` on ${holder.worktrees[0].branch}` : '';
  return deny(
    `${path} is claimed by ${holder.owner.label} since ${isoSeconds(holder.startedAt)}${branch} (run ${holder.run}).`,
    'Leave the file alone: take other work, or ask the person to settle it with that session. ledger_status shows who holds what.',
  );
}

/** Temporary files harm nobody, unless a checkout lies there. */
function isScratch(path: string): boolean {
  const isTemporary = [tmpdir(), '/tmp', '/dev'].some((folder) => within(realOf(folder), path) !== undefined);
  return isTemporary && within(homedir(), path) === undefined && placeOf(dirname(path)) === undefined;
}

const unreadable = ({ file, reason }: NonNullable<Watched['unreadable']>): HookVerdict =>
  deny(
    `the ledger ${file} cannot be read (${reason}), so nobody knows who holds this file.`,
    asTypedHere('Ask the person to run `pitcrew doctor`; nothing is edited until it can be read.'),
  );

/** The refusal of a file that the guard stands on. */
export const privateFile = (path: string): HookVerdict =>
  deny(
    `${path} is one of the files that hold the rules (git's, the client's or Pitcrew's own), and sessions with live runs work here.`,
    'Leave it alone. If it has to change, ask the person to change it.',
  );

const othersWorktree = (run: RunView): HookVerdict =>
  deny(
    `that file is in the worktree of another session, ${run.owner.label} (run ${run.run}).`,
    'Work only in your own worktree; worktree_create names it.',
  );

const outside = (path: string, rooms: readonly Room[]): HookVerdict =>
  deny(
    `${path} is outside the worktree of this session.`,
    `Edit the copy below ${rooms
      .map((room) => room.path)
      .slice(0, 5)
      .join(' or ')}.`,
  );

const otherRoom = (bound: string): HookVerdict =>
  deny(
    `this subagent works in ${bound}, and that file is in another worktree of the session.`,
    'One subagent, one worktree: leave the other one to whoever works there.',
  );
