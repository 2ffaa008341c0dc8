import { posix } from 'node:path';
import { isWithin, pathOf } from '../paths.ts';
import { refuse } from '../rules.ts';
import { type Argument, argument, firstRefusal, type Refusal, type Scene } from '../scene.ts';
import { HOLE } from '../syntax.ts';
import { writtenBy } from './writers.ts';

/** Judges the files that a program changes. */
export function judgeFileChanges(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  const targets = writtenBy(name, list);
  const written = firstRefusal(targets, (item) => judgeWrite(item, scene));
  if (written) return written;
  if (
    SPEAKERS.has(name) &&
    list.some((item) => LEDGER.test(item.text) || spokenTo(item).some((one) => isGuarded(one, scene)))
  )
    return refuse('private-file');
  if (!scene.facts.holdsRuns) return undefined;
  if (name === 'sqlite3' || name === 'ln' || name === 'link' || name === 'mount') {
    return firstRefusal(list, (item) => {
      if (isPrivate(item, scene) || (name === 'sqlite3' && item.glob && !/\s/.test(item.text)))
        return refuse('private-file');
      return isLinkedOut(name, item, list, scene) ? refuse('outside-worktree') : undefined;
    });
  }
  return undefined;
}

/** Programs that speak to a socket, hold a lock or change a database: to name what the guard stands on is enough. */
const SPEAKERS = new Set('sqlite3 nc ncat netcat socat curl openssl flock websocat'.split(' '));

/** Also where it cannot be told from where a path is meant. */
const LEDGER = /(^|[/:=])\.git\/pitcrew\//;

/** `UNIX-CONNECT:x.sock,retry` names x.sock. */
const spokenTo = (item: Argument): Argument[] => [item, ...item.text.split(/[:,=]/).slice(1).map(argument)];

/** Judges one file that is written: never a private one, and inside the own worktrees once there are some. */
export function judgeWrite(item: Argument, scene: Scene): Refusal | undefined {
  const { facts } = scene;
  if (!facts.holdsRuns) return judgeBystandersWrite(item, scene);
  if (isPrivate(item, scene)) return refuse('private-file');
  const path = pathOf(item, scene) ?? pathOf(argument(item.text.split(HOLE, 1)[0] ?? ''), scene);
  if (facts.worktrees.length === 0 || path === undefined || isFree(path, scene)) return undefined;
  const real = facts.resolveLinks?.(path) ?? path;
  if (
    facts.worktrees.some(
      (worktree) => isWithin(path, worktree) && (real === path || isWithin(real, worktree)),
    )
  )
    return undefined;
  return isFree(real, scene) && !isWithin(path, facts.root) ? undefined : refuse('outside-worktree');
}

const SCRATCH = [
  '/tmp',
  '/var/tmp',
  '/private/tmp',
  '/private/var/folders',
  '/var/folders',
  '/dev/null',
  '/dev/stdout',
  '/dev/stderr',
  '/dev/tty',
  '/dev/fd',
  '/dev/shm',
  '/dev/tcp',
  '/dev/udp',
];
/** Temporary files harm nobody, unless the repository or the person's own folder lies among them. */
const isFree = (path: string, { facts: { root, home } }: Scene): boolean =>
  SCRATCH.some((folder) => isWithin(path, folder)) &&
  !isWithin(path, root) &&
  !(home !== undefined && !SCRATCH.includes(home) && isWithin(path, home));

/** Whether the word names a private file, a folder that holds one, or something of git's own folder. */
function isPrivate(item: Argument, scene: Scene): boolean {
  const path = pathOf(item, scene);
  if (path === undefined) return isPrivateName(item.text.toLowerCase(), scene);
  if (PRIVATE_SETTINGS.test(path.toLowerCase())) return true;
  const { privateFiles, root, worktrees, resolveLinks } = scene.facts;
  const gitFolders = [root, ...worktrees].map((tree) => `${tree}/.git`);
  return [path, resolveLinks?.(path) ?? path].some(
    (one) =>
      gitFolders.some((folder) => isWithin(one, folder) && one !== `${root}/.git/info/exclude`) ||
      privateFiles.some((own) => isWithin(one, own) || (isWithin(own, one) && !isWithin(root, one))),
  );
}

/** What a session without a run may not write either: what the guard stands on, and the worktrees of others. */
function judgeBystandersWrite(item: Argument, scene: Scene): Refusal | undefined {
  if (isGuarded(item, scene) || isOfGit(item, scene)) return refuse('private-file');
  const others = scene.facts.otherWorktrees ?? [];
  return placesOf(item, scene).some((path) => others.some((worktree) => isWithin(path, worktree)))
    ? refuse('foreign-worktree')
    : undefined;
}

const isGuarded = (item: Argument, scene: Scene): boolean =>
  placesOf(item, scene).some((path) => (scene.facts.guardFiles ?? []).some((own) => isWithin(path, own)));

// What git itself keeps there; a message or an exclusion that somebody writes there is their own.
const GITS_OWN = 'index HEAD refs packed-refs objects worktrees logs config hooks'.split(' ');

const isOfGit = (item: Argument, scene: Scene): boolean => {
  const folder = `${scene.facts.root}/.git`;
  return placesOf(item, scene).some(
    (path) => path === folder || GITS_OWN.some((name) => isWithin(path, `${folder}/${name}`)),
  );
};

/** The path as it is written, and where its links lead. */
function placesOf(item: Argument, scene: Scene): string[] {
  const path = pathOf(item, scene);
  return path === undefined ? [] : [path, scene.facts.resolveLinks?.(path) ?? path];
}

const PRIVATE_SETTINGS = /(^|\/)\.claude\/(settings(\.local)?\.json|active-runs\.md|plugins(\/|$))/;

// Where a path cannot be told in full, its end has to do.
const isPrivateName = (text: string, { facts }: Scene): boolean =>
  /(^|\/)\.git\//.test(text) ||
  PRIVATE_SETTINGS.test(text) ||
  facts.privateFiles.some((own) => `/${text}`.endsWith(`/${posix.basename(own).toLowerCase()}`));

// A link out of the worktree would carry later writes past this judge; dependencies are linked by everybody.
function isLinkedOut(name: string, item: Argument, list: readonly Argument[], scene: Scene): boolean {
  const { worktrees } = scene.facts;
  if (name !== 'ln' || worktrees.length === 0 || item.text.startsWith('-') || item === list.at(-1))
    return false;
  const path = pathOf(item, scene);
  if (
    path === undefined ||
    isFree(path, scene) ||
    /(^|\/)(node_modules|\.venv|venv|vendor|target|bin)(\/|$)/.test(path)
  )
    return false;
  return isWithin(path, scene.facts.root) && !worktrees.some((worktree) => isWithin(path, worktree));
}
