import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { builtFiles } from './built-files.ts';
import { isScriptPath, isSourcePath } from './path-kind.ts';
import { isInside } from './paths.ts';

/** A working tree as evidence needs it: names, and the text of source files. */
export interface Checkout {
  root: string;
  /** Paths relative to the root, tracked and untracked (not ignored), `/` between segments. */
  files(): Promise<readonly string[]>;
  /** The text of a source file; `undefined` for anything that must not or cannot be read. */
  read(path: string): Promise<string | undefined>;
  /** Scripts that a build left in the checkout, whether git ignores them or not: `dist/server.js`. */
  built(): Promise<readonly string[]>;
  /** The text of a built script or of a source map, up to 20 MiB. */
  readBuilt(path: string): Promise<string | undefined>;
}

/** Source that people wrote is smaller; what is larger was generated. */
const LARGEST_SOURCE = 1024 * 1024;
/** Bundles of whole applications stay below it; a larger map would take seconds and much memory to decode. */
const LARGEST_BUILT = 20 * 1024 * 1024;

/**
 * A checkout whose files are read safely, as the paths come from strangers: source files, built scripts and their maps
 * only, below `root` after links are followed, regular files, bounded in size, text. `listFiles` is called once.
 */
export function checkoutOf(root: string, listFiles: () => Promise<readonly string[]>): Checkout {
  let listed: Promise<readonly string[]> | undefined;
  let built: Promise<readonly string[]> | undefined;
  const files = () => {
    listed ??= listFiles();
    return listed;
  };
  return {
    root,
    files,
    read: (path) => readInside(root, path, isSourcePath, LARGEST_SOURCE),
    built() {
      built ??= files().then((paths) => builtFiles(root, paths));
      return built;
    },
    readBuilt: (path) => readInside(root, path, isScriptPath, LARGEST_BUILT),
  };
}

async function readInside(
  root: string,
  path: string,
  mayRead: (path: string) => boolean,
  largest: number,
): Promise<string | undefined> {
  if (!isInside(path) || !mayRead(path)) return undefined;
  try {
    const realRoot = await realpath(root);
    const real = await realpath(join(realRoot, path));
    const inner = real.slice(realRoot.length + 1).replaceAll(sep, '/');
    if (!real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep) || !mayRead(inner))
      return undefined;
    return await readText(real, largest);
  } catch {
    // Gone, unreadable, or a loop of links: there is no text to show.
    return undefined;
  }
}

async function readText(path: string, largest: number): Promise<string | undefined> {
  // Non-blocking, so that opening a pipe returns; no link is followed any more.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile() || status.size > largest) return undefined;
    const text = await file.readFile('utf8');
    return text.includes('\u0000') ? undefined : text;
  } finally {
    await file.close();
  }
}
