import { posix } from 'node:path';
import { optionValues, readOptions } from '../options.ts';
import { isWithin, pathOf } from '../paths.ts';
import { refuse } from '../rules.ts';
import { type Argument, argument, firstRefusal, type Refusal, type Scene } from '../scene.ts';
import { HOLE } from '../syntax.ts';

type Targets = (list: readonly Argument[]) => Argument[];

const every: Targets = (list) => readOptions(list, {}).rest;
const afterFirst: Targets = (list) => readOptions(list, {}).rest.slice(1);
const edited: Targets = (list) => {
  const read = readOptions(list, { valued: 'ef', attached: 'i', long: ['expression', 'file'] });
  const inPlace = read.options.some(({ name }) => name === 'i' || name.startsWith('in-place'));
  const scripted = read.options.some(({ name }) => /^(e|f|expression|file)$/.test(name));
  return inPlace ? read.rest.slice(scripted ? 0 : 1) : [];
};
const last: Targets = (list) => {
  const read = readOptions(list, {
    valued: 'tSmog',
    long: ['target-directory', 'suffix', 'mode', 'owner', 'group'],
  });
  const folder = optionValues(read, 't', 'target-directory');
  return folder.length > 0 ? folder : read.rest.slice(-1);
};
const optioned =
  (...names: string[]): Targets =>
  (list) =>
    optionValues(
      readOptions(list, { valued: names.filter((name) => name.length === 1).join(''), long: names }),
      ...names,
    );

// Which of a program's words name files that it writes or takes away.
const WRITERS: Record<string, Targets | undefined> = {
  tee: every,
  rm: every,
  rmdir: every,
  unlink: every,
  shred: every,
  touch: every,
  mkdir: every,
  mkfifo: every,
  sponge: every,
  mv: every,
  truncate: (list) => readOptions(list, { valued: 'sr', long: ['size', 'reference'] }).rest,
  cp: last,
  install: last,
  ln: last,
  rsync: last,
  scp: last,
  chmod: (list) => list.filter((item) => !/^(-[RvfcHLP]+|--.*)$/.test(item.text)).slice(1),
  chown: afterFirst,
  chgrp: afterFirst,
  chattr: afterFirst,
  setfacl: every,
  sed: edited,
  gsed: edited,
  perl: (list) => (list.some((item) => /^-[a-zA-Z0-9]*i/.test(item.text)) ? afterCode(list) : []),
  ruby: (list) => (list.some((item) => /^-[a-z]*i/.test(item.text)) ? afterCode(list) : []),
  dd: (list) =>
    list.filter((item) => item.text.startsWith('of=')).map((item) => ({ ...item, text: item.text.slice(3) })),
  sort: optioned('o', 'output'),
  curl: optioned('o', 'output', 'output-dir'),
  wget: optioned('O', 'output-document', 'P', 'directory-prefix'),
  tar: optioned('C', 'directory'),
  unzip: optioned('d'),
  patch: (list) => [...every(list).slice(0, 1), ...optioned('o', 'output')(list)],
  ed: every,
  ex: every,
  vi: every,
  vim: every,
  nvim: every,
  nano: every,
  emacs: every,
  fallocate: (list) => readOptions(list, { valued: 'lo', long: ['length', 'offset'] }).rest,
  find: (list) =>
    list.some((item) => item.text === '-delete')
      ? list.slice(
          0,
          Math.max(
            0,
            list.findIndex((item) => item.text.startsWith('-')),
          ),
        )
      : [],
  git: (list) =>
    list
      .filter((item) => /^--output=/.test(item.text))
      .map((item) => ({ ...item, text: item.text.slice(9) })),
};

const afterCode: Targets = (list) => {
  const read = readOptions(list, { valued: 'e', attached: 'i' });
  return read.rest;
};

/** Judges the files that a program changes. */
export function judgeFileChanges(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  const targets = WRITERS[name]?.(list) ?? [];
  const written = firstRefusal(targets, (item) => judgeWrite(item, scene));
  if (written) return written;
  if (!scene.facts.holdsRuns)
    return name === 'sqlite3' && list.some((item) => isLedger(item, scene))
      ? refuse('private-file')
      : undefined;
  if (name === 'sqlite3' || name === 'ln' || name === 'link' || name === 'mount') {
    return firstRefusal(list, (item) => {
      if (isPrivate(item, scene) || (name === 'sqlite3' && item.glob && !/\s/.test(item.text)))
        return refuse('private-file');
      return isLinkedOut(name, item, list, scene) ? refuse('outside-worktree') : undefined;
    });
  }
  return undefined;
}

/** Judges one file that is written: never a private one, and inside the own worktrees once there are some. */
export function judgeWrite(item: Argument, scene: Scene): Refusal | undefined {
  const { facts } = scene;
  if (!facts.holdsRuns) return isLedger(item, scene) ? refuse('private-file') : undefined;
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

/** The ledger's own files, which nobody writes, whoever holds a run. */
function isLedger(item: Argument, scene: Scene): boolean {
  const path = pathOf(item, scene);
  const ledgers = scene.facts.privateFiles.filter((own) => posix.basename(own) === 'pitcrew');
  return path !== undefined && ledgers.some((own) => isWithin(path, own));
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
