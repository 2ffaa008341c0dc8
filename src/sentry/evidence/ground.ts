import type { Checkout } from './checkout.ts';
import { readerOf } from './locate.ts';
import { MOST_READ } from './message-symbols.ts';
import { dislike, isSourcePath } from './path-kind.ts';
import { type PathIndex, pathIndex } from './paths.ts';

/** A checkout as evidence is looked for in it. */
export interface Ground {
  checkout: Checkout;
  index: PathIndex;
  /** The application's own source files: no tests, nothing built or vendored. */
  own: readonly string[];
  /** The lines of a source file, each file read once. */
  read(path: string): Promise<readonly string[] | undefined>;
}

/** Throws what `checkout.files` throws. */
export async function groundOf(checkout: Checkout): Promise<Ground> {
  const index = pathIndex(await checkout.files());
  const own = index.files.filter((path) => isSourcePath(path) && dislike(path) === 0);
  return { checkout, index, own, read: readerOf(checkout) };
}

/**
 * `groundOf` for while an event is still on its way: where the application is so small that any event's search for
 * suspects reads all of it, reading begins at once and is not waited for.
 */
export async function groundAhead(checkout: Checkout): Promise<Ground> {
  const ground = await groundOf(checkout);
  if (ground.own.length <= MOST_READ) for (const path of ground.own) ground.read(path).catch(() => {});
  return ground;
}
