import type { Frame } from '../event.ts';
import type { Checkout } from './checkout.ts';
import type { PathIndex } from './paths.ts';
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
 * with the source that the event brought, which tells equal names apart.
 * This is the one way from a frame to a file: mapping a bundled frame back by its source map belongs before `find`.
 */
export async function locateFrames(
  frames: readonly Frame[],
  platform: string,
  index: PathIndex | undefined,
  read: (path: string) => Promise<readonly string[] | undefined>,
): Promise<LocatedFrame[]> {
  if (!index) return frames.map((frame) => ({ frame, candidates: [] }));
  let reads = 0;
  return await Promise.all(
    frames.map(async (frame): Promise<LocatedFrame> => {
      const match = index.find(frame, platform);
      if (!match) return { frame, candidates: [] };
      const candidates = match.path === undefined ? match.candidates : [];
      if (match.compiled) return { frame, path: match.path, candidates, compiled: true };
      if (reads >= READ_FRAMES) return { frame, path: match.path, candidates };
      reads += 1;
      return match.path === undefined
        ? await tellApart(frame, candidates, read)
        : await compare(frame, match.path, read);
    }),
  );
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
