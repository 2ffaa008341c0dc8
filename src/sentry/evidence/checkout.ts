import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isSourcePath } from './path-kind.ts';
import { isInside } from './paths.ts';

/** A working tree as evidence needs it: names, and the text of source files. */
export interface Checkout {
  root: string;
  /** Paths relative to the root, tracked and untracked (not ignored), `/` between segments. */
  files(): Promise<readonly string[]>;
  /** The text of a source file; `undefined` for anything that must not or cannot be read. */
  read(path: string): Promise<string | undefined>;
}

/** Source that people wrote is smaller; what is larger was generated. */
const LARGEST_SOURCE = 1024 * 1024;

/**
 * A checkout whose files are read safely, as the paths come from strangers: source files only, below `root` after
 * links are followed, regular files, at most 1 MiB, text. `listFiles` is called once.
 */
export function checkoutOf(root: string, listFiles: () => Promise<readonly string[]>): Checkout {
  let listed: Promise<readonly string[]> | undefined;
  return {
    root,
    files() {
      listed ??= listFiles();
      return listed;
    },
    read: (path) => readInside(root, path),
  };
}

async function readInside(root: string, path: string): Promise<string | undefined> {
  if (!isInside(path) || !isSourcePath(path)) return undefined;
  try {
    const realRoot = await realpath(root);
    const real = await realpath(join(realRoot, path));
    const inner = real.slice(realRoot.length + 1).replaceAll(sep, '/');
    if (!real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep) || !isSourcePath(inner))
      return undefined;
    return await readText(real);
  } catch {
    // Gone, unreadable, or a loop of links: there is no text to show.
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  // Non-blocking, so that opening a pipe returns; no link is followed any more.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile() || status.size > LARGEST_SOURCE) return undefined;
    const text = await file.readFile('utf8');
    return text.includes('\u0000') ? undefined : text;
  } finally {
    await file.close();
  }
}
