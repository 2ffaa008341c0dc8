import { posix } from 'node:path';
import { type Found, openFolder, type SetupCommand } from '../../checks/project/folder.ts';
import { checkCommands, KINDS, type Kind } from '../../checks/project/kinds.ts';
import { discoverMake } from '../../checks/project/others.ts';
import type { CheckCommand } from '../../checks/run-check.ts';

export interface Project {
  /** For people, one for each kind and folder: `npm workspace`, `Go (services/api)`. */
  kinds: string[];
  /** In the order to run them. Names are unique. */
  checks: CheckCommand[];
  setup?: SetupCommand;
  notes: string[];
}

/**
 * What the project's own manifests say about checking it: types, build, tests, and preparing a new worktree. Reads the
 * top of the checkout, and folders below for kinds of projects that the top has none of (`files` are the checkout's,
 * relative, with `/`). Runs nothing.
 */
export async function discoverProject(options: {
  root: string;
  files: readonly string[];
  onPath: (program: string) => boolean;
}): Promise<Project> {
  const { root, files, onPath } = options;
  const top = await lookAt(root, '', onPath, KINDS);
  const known = new Set(top.map(({ kind }) => kind.discover));
  const below = await Promise.all(
    subfolders(files, (kind) => !known.has(kind.discover)).map(({ path, kinds }) =>
      lookAt(root, path, onPath, kinds),
    ),
  );
  const found = [...top, ...below.flat()].filter(({ said }) => said.checks.length > 0 || said.notes);
  const useful = found.some(({ said }) => said.checks.length > 0);
  const make = useful ? undefined : await discoverMake(openFolder(root, '', onPath));
  return merged(make ? [...found, { path: '', said: make }] : found);
}

interface Located {
  path: string;
  said: Found;
}

async function lookAt(
  root: string,
  path: string,
  onPath: (program: string) => boolean,
  kinds: readonly Kind[],
): Promise<(Located & { kind: Kind })[]> {
  const folder = openFolder(root, path, onPath);
  const said = await Promise.all(kinds.map((kind) => kind.discover(folder)));
  return kinds.flatMap((kind, index) => {
    const one = said[index];
    return one ? [{ kind, path, said: one }] : [];
  });
}

/** Folders of other people's code, of examples and of test data: their manifests are not this project's. */
const NOT_OURS =
  /(^|\/)(node_modules|vendor|third[-_]party|examples?|samples?|fixtures?|testdata|templates?|docs?|\..*)(\/|$)/i;
const DEEPEST = 3;
/** More projects than this are a monorepo whose checks people choose themselves. */
const MOST = 6;

/** The folders below the top that hold the outermost manifest of a wanted kind. */
function subfolders(
  files: readonly string[],
  wanted: (kind: Kind) => boolean,
): { path: string; kinds: Kind[] }[] {
  const folders = new Map<string, Kind[]>();
  for (const kind of KINDS.filter(wanted)) {
    const places = files
      .filter((file) => kind.manifest.test(posix.basename(file)))
      .map((file) => posix.dirname(file))
      .filter((path) => path !== '.' && path.split('/').length <= DEEPEST && !NOT_OURS.test(path));
    const outermost = [...new Set(places)].filter(
      (path) => !places.some((other) => path.startsWith(`${other}/`)),
    );
    for (const path of outermost.sort()) folders.set(path, [...(folders.get(path) ?? []), kind]);
  }
  return [...folders].map(([path, kinds]) => ({ path, kinds })).slice(0, MOST);
}

function merged(found: readonly Located[]): Project {
  const setups = found.flatMap(({ path, said }) => (said.setup ? [{ path, setup: said.setup }] : []));
  const needed = setups.filter(({ setup }) => setup.needed);
  const used = needed.length > 0 ? needed : setups;
  const checks = found.flatMap(({ path, said }) =>
    said.checks.map(({ name, command }) => ({ name, folder: path, command: inFolder(path, command) })),
  );
  return {
    kinds: found.map(({ path, said }) => (path === '' ? said.kind : `${said.kind} (${path})`)),
    checks: checkCommands(checks),
    ...(used[0]
      ? {
          setup: {
            command: used.map(({ path, setup }) => inFolder(path, setup.command)).join(' && '),
            needed: needed.length > 0,
            why: used[0].setup.why,
          },
        }
      : {}),
    notes: found.flatMap(({ said }) => said.notes ?? []),
  };
}

const inFolder = (path: string, command: string): string =>
  path === ''
    ? command
    : `(cd ${/[^\w./-]/.test(path) ? `'${path.replaceAll("'", "'\\''")}'` : path} && ${command})`;
