import type { Frame } from '../event.ts';
import { isLibraryPath, librarySegment } from './in-app.ts';
import { goFolder, moduleDecides, moduleQueries, type PathQuery } from './module-paths.ts';
import { dislike, isTestPath } from './path-kind.ts';
import { pathSegments } from './raw-path.ts';
import { SuffixIndex, type SuffixMatch } from './suffix-index.ts';

/** Where in the repository a frame is. All paths are from the index that was asked, so none leaves the repository. */
export interface PathMatch {
  /** The one path that fits; absent where several do. */
  path?: string;
  /** Every path that fits, best first. */
  candidates: string[];
  /** True where the frame names a built file and the path is the source it probably comes from: lines differ. */
  compiled: boolean;
}

export interface PathIndex {
  readonly files: readonly string[];
  find(frame: Frame, platform: string): PathMatch | undefined;
}

/**
 * An index of `files` (paths relative to the repository, `/` between segments; others are left out), which maps
 * frames to them by the longest common end. One pass to build; a look-up does not depend on the number of files.
 */
export function pathIndex(files: readonly string[]): PathIndex {
  const inside = files.filter(isInside);
  const lookup = new Lookup(inside);
  const known = new Map<string, PathMatch | undefined>();
  return {
    files: inside,
    find(frame, platform) {
      const key = [frame.file, frame.absolutePath, frame.module, frame.function, frame.inApp, platform].join(
        '\0',
      );
      if (!known.has(key)) known.set(key, findPath(frame, platform, lookup));
      return known.get(key);
    },
  };
}

/** True for a plain path below the root: not absolute, no drive, no NUL, no empty, `.` or `..` segment. */
export const isInside = (path: string): boolean =>
  path !== '' && !/\u0000|\\|^[A-Za-z]:|(?:^|\/)\.{0,2}(?:\/|$)/.test(path);

class Lookup {
  readonly #files: readonly string[];
  readonly exact: SuffixIndex;
  #folded?: SuffixIndex;
  #folders?: { index: SuffixIndex; files: Map<string, string[]> };

  constructor(files: readonly string[]) {
    this.#files = files;
    // Asked for nearly every frame, so it is made with the rest, which may be while the event is still on its way.
    this.exact = new SuffixIndex(files, false);
  }

  get folded(): SuffixIndex {
    this.#folded ??= new SuffixIndex(this.#files, true);
    return this.#folded;
  }

  filesIn(folder: readonly string[], minimum: number): string[] {
    this.#folders ??= foldersOf(this.#files);
    const match = this.#folders.index.find(folder);
    if (!match || match.depth < minimum || match.paths.length !== 1) return [];
    return this.#folders.files.get(match.paths[0] ?? '') ?? [];
  }
}

function foldersOf(paths: readonly string[]): { index: SuffixIndex; files: Map<string, string[]> } {
  const files = new Map<string, string[]>();
  for (const path of paths) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const inFolder = files.get(folder);
    if (inFolder) inFolder.push(path);
    else files.set(folder, [path]);
  }
  return { index: new SuffixIndex(files.keys(), false), files };
}

function findPath(frame: Frame, platform: string, lookup: Lookup): PathMatch | undefined {
  const raw = [frame.file, frame.absolutePath].filter((path) => path !== undefined).map(pathSegments);
  const library = raw.find((segments) => librarySegment(segments) >= 0);
  if (library) return findVendored(library, lookup);
  if (isLibraryPath(frame.absolutePath ?? '') || isLibraryPath(frame.file ?? '')) return undefined;
  const reported = moduleDecides(frame, platform)
    ? []
    : raw.flatMap((path) => pathQueries(path, frame, platform));
  const queries = [...reported, ...moduleQueries(frame, platform)];
  return (
    best(queries, lookup.exact, frame, false) ??
    findGoPackage(frame, platform, lookup) ??
    best(queries, lookup.folded, frame, false) ??
    best(raw.flatMap(sourceQueries), lookup.exact, frame, true)
  );
}

/** A library's file is ours only where the repository holds the library: its folder has to match too. */
function findVendored(segments: readonly string[], lookup: Lookup): PathMatch | undefined {
  const tail = segments.slice(librarySegment(segments));
  const match = lookup.exact.find(segments);
  return match && match.depth >= tail.length ? chosen(match.paths, false) : undefined;
}

/**
 * A bare file name is enough for the application's own code; a path has to agree in two segments, or to
 * hold a whole repository path at its end (`/srv/app/server.js` for `server.js`).
 */
function pathQueries(segments: string[], frame: Frame, platform: string): PathQuery[] {
  if (segments.length === 0) return [];
  const bare = segments.length === 1 && (frame.inApp || platform === 'native' || platform === 'cocoa');
  return [{ segments, minimum: bare ? 1 : 2 }];
}

function best(
  queries: readonly PathQuery[],
  index: SuffixIndex,
  frame: Frame,
  compiled: boolean,
): PathMatch | undefined {
  let found: SuffixMatch | undefined;
  for (const query of queries) {
    const match = index.find(query.segments);
    if (match && counts(match, query, frame) && match.depth > (found?.depth ?? 0)) found = match;
  }
  return found && chosen(found.paths, compiled);
}

function counts(match: SuffixMatch, query: PathQuery, frame: Frame): boolean {
  if (match.depth >= query.minimum) return true;
  // One name only: good enough where it can be no other file and is not a name that every folder has.
  const name = query.segments.at(-1) ?? '';
  return (
    frame.inApp && query.minimum <= 2 && match.paths.length === 1 && (match.whole || !EVERYWHERE.test(name))
  );
}

const EVERYWHERE =
  /^(index|main|app|utils?|helpers?|types?|config|constants|mod|lib|models?|views?|__init__|setup|errors?|page|layout|route|Program|Startup)\.\w+$/i;

function chosen(paths: readonly string[], compiled: boolean): PathMatch {
  const ranked = paths.toSorted((a, b) => dislike(a) - dislike(b) || (a < b ? -1 : 1));
  const [first, second] = ranked;
  const certain = first !== undefined && (second === undefined || dislike(first) < dislike(second));
  return { path: certain ? first : undefined, candidates: ranked, compiled };
}

function findGoPackage(frame: Frame, platform: string, lookup: Lookup): PathMatch | undefined {
  const folder = platform === 'go' ? goFolder(frame) : undefined;
  if (!folder || frame.file || frame.absolutePath) return undefined;
  const files = lookup
    .filesIn(folder.segments, Math.min(2, folder.segments.length))
    .filter((path) => path.endsWith('.go') && !isTestPath(path));
  return files.length > 0 ? chosen(files.slice(0, 20), false) : undefined;
}

/**
 * The sources that a transpiled file may come from: `dist/a.js` from `src/a.ts` or `a.ts`.
 * (Source maps beside the code will answer this exactly; then this is what is left where there are none.)
 */
function sourceQueries(segments: string[]): PathQuery[] {
  const last = /^(.+)\.([cm]?jsx?|pyc|class)$/.exec(segments.at(-1) ?? '');
  if (!last || /\.(min|bundle|chunk)$/.test(last[1] ?? '')) return [];
  const extensions = SOURCES_OF[last[2] ?? ''] ?? [];
  const folders = segments.slice(0, -1);
  const output = folders.findLastIndex((folder) =>
    /^(dist|build|out|lib|output|\.next|compiled|js)$/.test(folder),
  );
  const homes =
    output < 0
      ? [folders]
      : [
          folders.with(output, 'src'),
          folders.toSpliced(output, 1),
          folders.toSpliced(output, 1, 'src', 'app'),
        ];
  return homes.flatMap((home) =>
    extensions.map((extension) => ({ segments: [...home, `${last[1]}.${extension}`], minimum: 2 })),
  );
}

const SOURCES_OF: Record<string, readonly string[]> = {
  js: ['ts', 'tsx', 'jsx', 'js', 'vue', 'svelte'],
  jsx: ['tsx', 'jsx'],
  mjs: ['mts', 'ts', 'mjs'],
  cjs: ['cts', 'ts', 'cjs'],
  pyc: ['py'],
  class: ['java', 'kt'],
};
