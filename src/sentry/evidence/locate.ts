import type { Frame } from '../event.ts';
import type { Checkout } from './checkout.ts';
import type { Originals } from './original-frames.ts';
import { isBuiltPath } from './path-kind.ts';
import type { PathIndex, PathMatch } from './paths.ts';
import { linesOf, matchSource, type SourceState } from './source-match.ts';

/** A frame and where it is in the checkout. */
export interface LocatedFrame {
  frame: Frame;
  /** The local file, where it is certain. */
  path?: string;
  /** Files it could be, where it is not. */
  candidates: string[];
  /** True where the frame names a built file and `path` is its source: the frame's line is not one of `path`. */
  compiled?: boolean;
  /** The line in the local file, where the text says so or there was nothing to compare. */
  line?: number;
  state?: SourceState;
  /** The built script that the event named, where `frame` was mapped back from it. */
  built?: string;
  /** The whole local file, for the lines around. Only for frames near the crash. */
  lines?: readonly string[];
}

/** Frames whose files are opened: more are never shown with their source. */
const READ_FRAMES = 12;
/** Files opened to tell candidates of the same name apart. */
const READ_CANDIDATES = 6;

/** Files of the checkout, each read once. */
export function readerOf(checkout: Checkout): (path: string) => Promise<readonly string[] | undefined> {
  const known = new Map<string, Promise<readonly string[] | undefined>>();
  return (path) => {
    const found =
      known.get(path) ?? checkout.read(path).then((text) => (text === undefined ? undefined : linesOf(text)));
    known.set(path, found);
    return found;
  };
}

/**
 * Finds each of `frames` (crash first) in the checkout; the application's frames nearest to the crash are also compared
 * with the source that the event brought, which tells equal names apart. Frames of built scripts are first mapped
 * back to what was written, where `originals` can.
 */
export async function locateFrames(
  frames: readonly Frame[],
  platform: string,
  index: PathIndex | undefined,
  read: (path: string) => Promise<readonly string[] | undefined>,
  originals?: Originals,
): Promise<LocatedFrame[]> {
  if (!index) return frames.map((frame) => ({ frame, candidates: [] }));
  const mapped: Mapped[] = [];
  // One after another: which scripts are opened must not depend on which is read faster.
  for (const frame of frames) mapped.push(await mapBack(frame, platform, index, originals));
  let reads = 0;
  const located = await Promise.all(
    mapped.map(async ({ frame, match, built }): Promise<LocatedFrame> => {
      if (!match) return { frame, candidates: [], built };
      const candidates = match.path === undefined ? match.candidates : [];
      if (match.compiled) return { frame, path: match.path, candidates, compiled: true, built };
      if (reads >= READ_FRAMES) return { frame, path: match.path, candidates, built };
      reads += 1;
      const found =
        match.path === undefined
          ? await tellApart(frame, candidates, read)
          : await compare(frame, match.path, read);
      return { ...found, built };
    }),
  );
  const folders = located.flatMap(({ path }) => (path === undefined ? [] : [foldersOf(path)]));
  return await Promise.all(located.map((each) => besideOthers(each, folders, read)));
}

/** Of several possible files, the one in the package that the rest of the stack is in, if one is nearer than all others. */
async function besideOthers(
  located: LocatedFrame,
  others: readonly (readonly string[])[],
  read: (path: string) => Promise<readonly string[] | undefined>,
): Promise<LocatedFrame> {
  if (located.path !== undefined || located.candidates.length < 2 || others.length === 0) return located;
  const ranked = located.candidates
    .map((path) => ({ path, shared: Math.max(...others.map((other) => sharedWith(foldersOf(path), other))) }))
    .sort((a, b) => b.shared - a.shared);
  const [first, second] = ranked;
  if (!first || first.shared === 0 || first.shared === second?.shared) return located;
  return { ...(await compare(located.frame, first.path, read)), built: located.built };
}

const foldersOf = (path: string): string[] => path.split('/').slice(0, -1);

function sharedWith(one: readonly string[], other: readonly string[]): number {
  const end = one.findIndex((folder, at) => folder !== other[at]);
  return end < 0 ? one.length : end;
}

interface Mapped {
  frame: Frame;
  match?: PathMatch;
  built?: string;
}

async function mapBack(
  frame: Frame,
  platform: string,
  index: PathIndex,
  originals: Originals | undefined,
): Promise<Mapped> {
  const match = index.find(frame, platform);
  // What people wrote and committed needs no map.
  const written = match?.path !== undefined && !match.compiled && !isBuiltPath(match.path);
  const original = written ? undefined : await originals?.of(frame);
  if (!original) return { frame, match };
  const found = index.find(original.frame, platform);
  // A place that is neither in the checkout nor in the map's own copy of the source was made up by a broken map.
  const known = found !== undefined || original.frame.context.length > 0;
  return known || !original.frame.inApp ? { ...original, match: found } : { frame, match };
}

async function compare(
  frame: Frame,
  path: string,
  read: (path: string) => Promise<readonly string[] | undefined>,
): Promise<LocatedFrame> {
  const lines = await read(path);
  return lines
    ? { frame, path, candidates: [], lines, ...matchSource(lines, frame) }
    : { frame, path, candidates: [] };
}

/** Of several files with a fitting name, the one that holds the reported line, if only one does. */
async function tellApart(
  frame: Frame,
  candidates: string[],
  read: (path: string) => Promise<readonly string[] | undefined>,
): Promise<LocatedFrame> {
  const compared = await Promise.all(
    candidates.slice(0, READ_CANDIDATES).map((path) => compare(frame, path, read)),
  );
  for (const state of ['matches', 'moved'] as const) {
    const fitting = compared.filter((located) => located.state === state);
    if (fitting.length === 1 && fitting[0]) return fitting[0];
    if (fitting.length > 1) break;
  }
  const defining = compared.filter((located) => defines(located.lines, frame));
  return defining.length === 1 && defining[0] ? defining[0] : { frame, candidates };
}

/** For frames without a line: the file that declares the function (`func Add(`, `def add`, `fn add`). */
function defines(lines: readonly string[] | undefined, frame: Frame): boolean {
  const name = /([A-Za-z_]\w*)\W*$/.exec((frame.function ?? '').slice(-200))?.[1];
  if (!lines || name === undefined || name.length < 3) return false;
  const declaration = new RegExp(`\\b(func|function|def|fn|fun)\\b(\\s*\\([^)]{0,80}\\))?\\s*${name}\\b`);
  return lines.some((line) => line.length < 500 && declaration.test(line));
}
